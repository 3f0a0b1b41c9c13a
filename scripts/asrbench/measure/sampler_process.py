"""Starts the sampler beside a measurement, and hears what became of it."""

import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

from asrbench.device import rights
from asrbench.measure import sampler

READY_WITHIN_S = 60.0
END_WITHIN_S = 60.0


@dataclass(frozen=True)
class Ended:
    """How the sampler ended.

    Attributes:
        reason: why none of its readings may be used ('' where they may).
        failures: meter to the reason for which it could not be read to the end.
        lost: (meter, channel) to the reason for which it alone could not.
        gaps: meter to the readings that gave nothing, by channel; "": of the whole meter.
        cores: CPU time that sampling took, by the time that it lasted.
    """

    reason: str = ""
    failures: dict[str, str] = field(default_factory=dict)
    lost: dict[tuple[str, str], str] = field(default_factory=dict)
    gaps: dict[str, dict[str, int]] = field(default_factory=dict)
    cores: float | None = None


class SamplerProcess:
    """The sampler, running from here to :meth:`end`. A context manager.

    Args:
        settings: which meters, how often.
        root: where the kernel's files are, ``/`` but in tests.
        out: the CSV that it writes.

    Attributes:
        channels: what it reads, the preferred first, as JSON data; each with
            ``period_s``, how often it is read.
        absent: meters that give nothing: meter, reason, advice.
        error: why it did not begin ('' where it did).
    """

    def __init__(self, settings: SimpleNamespace, root: Path, out: Path):
        self.channels: list[dict] = []
        self.absent: list[dict] = []
        self.error = ""
        self._settings = settings
        # Of meters that keep files: removed here, so that nothing stays when the sampler is killed.
        self._folder = tempfile.TemporaryDirectory(
            prefix="asrbench-meters-", ignore_cleanup_errors=True
        )
        scripts = str(Path(sampler.__file__).resolve().parents[2])
        paths = [scripts, *filter(None, [os.environ.get("PYTHONPATH")])]
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-m", "asrbench.measure.sampler"),
                *("--energy", json.dumps(settings, default=vars)),
                *("--root", str(root), "--out", str(out)),
            ],
            env=os.environ
            | {"PYTHONPATH": os.pathsep.join(paths), "TMPDIR": self._folder.name}
            | {"OMP_NUM_THREADS": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,  # Ctrl-C is for the measurement, which ends the sampler itself
            user=rights.account(),
        )
        assert self._process.stdin is not None and self._process.stdout is not None
        self._stdin, self._stdout = self._process.stdin, self._process.stdout
        self.pid = self._process.pid
        self._hear_channels()

    def _hear_channels(self) -> None:
        said = self._line(READY_WITHIN_S)
        if said is None:
            self._kill()
            self.error = f"the power sampler did not begin ({self._how_it_ended()})"
            return
        self.channels, self.absent = said["channels"], said["absent"]

    def end(self) -> Ended:
        """Tell it to end, wait for late readings, and hear how it went."""
        if self.error:
            return Ended(self.error)
        with contextlib.suppress(BrokenPipeError):
            self._stdin.write(f"{time.monotonic()}\n")
            self._stdin.close()
        external = self._settings.external
        said = self._line(END_WITHIN_S + (external.wait_s if external else 0.0))
        if said is None:
            self._kill()
            return Ended(f"the power sampler ended in the middle ({self._how_it_ended()})")
        self._process.wait()
        cores = said["cpu_s"] / said["wall_s"] if said["wall_s"] > 0 else None
        if said["disk"]:
            return Ended(f"the power samples could not be written: {said['disk']}", cores=cores)
        failures = {meter: failure["reason"] for meter, failure in said["failures"].items()}
        lost = {(each["meter"], each["channel"]): each["reason"] for each in said["lost"]}
        return Ended(failures=failures, lost=lost, gaps=said["gaps"], cores=cores)

    def _line(self, within_s: float) -> dict | None:
        """Its next line, or None where none comes: it has died, or says nothing."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._stdout, selectors.EVENT_READ)
            if not selector.select(timeout=within_s):
                return None
        line = self._stdout.readline()
        try:
            return json.loads(line)
        except json.JSONDecodeError:
            return None

    def _kill(self) -> None:
        """End it and what it has started, which is all that its session holds."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def _how_it_ended(self) -> str:
        code = self._process.returncode
        return f"signal {-code}" if code < 0 else f"exit status {code}"

    def __enter__(self) -> "SamplerProcess":
        return self

    def __exit__(self, *_error) -> None:
        self._kill()
        for stream in (self._stdin, self._stdout):
            with contextlib.suppress(BrokenPipeError):
                stream.close()
        self._folder.cleanup()
