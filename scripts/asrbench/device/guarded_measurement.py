"""A measurement between two looks at the device, which are written beside its rows."""

from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from asrbench.basics.errors import UserError, warn
from asrbench.basics.json_file import write_json
from asrbench.device import checks, lock, made_by
from asrbench.device.watch import DeviceWatch


@contextmanager
def measuring(
    rows: str | Path | None, strict: bool, excused: tuple[str, ...] = (), on_gpu: bool = False
):
    """Hold the device, check it before and after, and write the findings beside ``rows``.

    The findings go to ``{rows}.checks.json``, with the lists ``before`` and ``after``, what
    the rows were made by, and when; what load and throttling were after is of the whole
    measurement. The mapping that is yielded holds them in the end, and what is put into it is
    written with them.

    Args:
        rows: the file that the measurement writes; None: the caller writes the findings.
        strict: an unfit device stops the measurement.
        excused: checks that are written down and neither stop nor warn.
        on_gpu: whether a GPU is what is measured.

    Raises:
        UserError: the device is unfit, and ``strict``; nothing was measured.
    """
    with lock.measuring():
        before = checks.run(on_gpu=on_gpu)
        _tell(before, strict, excused)
        watch, began_utc = DeviceWatch(), _now()
        findings: dict[str, object] = {}
        yield findings
        found = {"before": before, "after": checks.run(watch=watch, on_gpu=on_gpu)}
    _tell(found["after"], False, excused)
    findings |= {when: [asdict(check) for check in found[when]] for when in found}
    findings |= {"began_utc": began_utc, "ended_utc": _now()}
    findings.setdefault("made_by", made_by.versions())
    if rows is not None:
        write_json(findings, made_by.findings_of(rows))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _tell(found: list[checks.Check], strict: bool, excused: tuple[str, ...]) -> None:
    lines = checks.unfit([check for check in found if check.check not in excused])
    if lines and strict:
        raise UserError(
            "the device is not fit to be measured (checks.strict is true): " + " | ".join(lines)
        )
    for line in lines:
        warn(line)
