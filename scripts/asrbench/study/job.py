"""What one job is to do, as the program that does it is given it.

The text that makes Snakemake run a job again is the text that its program gets, so
the two cannot differ. No configuration is read here: a job says all of it.
"""

import json
from dataclasses import asdict, dataclass, fields
from types import SimpleNamespace
from typing import Literal

from asrbench.basics.errors import UserError
from asrbench.study.axes import GPU, PROCESSOR

# Of the meters that only the user knows, the key that says how each is called. It may hold a
# password, so that a job has a digest of it.
CALLED_BY = {"command": "argv", "external": "path"}


@dataclass(frozen=True)
class Job:
    """One job of one stage. What a stage has no use for is None.

    Attributes:
        model: name of the build, as it stands in paths.
        checkpoint: the model whose files it is made of.
        variant: the decoding, as it stands in paths.
        axes: of build and decoding, by name; see :mod:`asrbench.study.axes`.
        tokens_per_second: for random weights, the length of the output.
        sample_rate_hz, channels: how speech is read.
        language: of the speech, by the code of ISO 639, where a recogniser is told it.
        threads: CPU threads of the process, or 'all'.
        cores: those that the process runs on: 'all', 'big' or their numbers.
        warm_up: inputs that are decoded before the clock starts.
        seed: of draws and of the order of inputs.
        lengths, sizes, counts: the values of a sweep over frames, batches or threads.
        repeats: of each of these values.
        pieces_s: lengths of pieces that speech comes in.
        redecode_s: of new speech after which all is decoded again; None: never.
        passes: how often the sample is repeated in the process.
        cut_above_s: duration above which an utterance is decoded in pieces; None: never.
        max_utterances: how many of the corpus or the sample are decoded; None: all.
        timeout_s: longest time that one input may take; None: any.
        decodings: of a pilot, the axes of each decoding by its name in paths.
        energy: the block of the configuration; see :mod:`asrbench.study.energy_settings`.
    """

    model: str
    checkpoint: str | None = None
    variant: str | None = None
    axes: dict[str, str | int] | None = None
    tokens_per_second: float | None = None
    sample_rate_hz: int | None = None
    channels: Literal["refuse", "mix"] | None = None
    language: str | None = None
    threads: int | str | None = None
    cores: str | list[int] | None = None
    warm_up: int = 0
    seed: int = 0
    lengths: list[int] | None = None
    sizes: list[int] | None = None
    counts: list[int] | None = None
    repeats: int | None = None
    passes: int | None = None
    pieces_s: list[float] | None = None
    redecode_s: float | None = None
    cut_above_s: float | None = None
    max_utterances: int | None = None
    timeout_s: float | None = None
    decodings: dict | None = None
    energy: dict | None = None

    @classmethod
    def parse(cls, text: str) -> "Job":
        """The job that :mod:`asrbench.study.describe_job` described.

        Raises:
            UserError: it is no such text.
        """
        advice = "describe_job.py writes one"
        try:
            given = json.loads(text)
        except ValueError as error:
            raise UserError(f"--job: is not JSON ({error}); {advice}") from None
        known = {field.name for field in fields(cls)}
        if not isinstance(given, dict) or not isinstance(given.get("model"), str):
            raise UserError(f"--job: names no model; {advice}")
        if given.keys() - known:
            unknown = ", ".join(sorted(given.keys() - known))
            raise UserError(f"--job: has {unknown}, which no job has; {advice}")
        return cls(**given)

    @property
    def on_gpu(self) -> bool:
        """Whether its build computes on a GPU."""
        return (self.axes or {}).get(PROCESSOR.name) == GPU

    def plain(self) -> dict[str, object]:
        """What rows depend on, as JSON data: with what is not None."""
        return {name: value for name, value in asdict(self).items() if value is not None}

    def __str__(self) -> str:
        return self.model if self.variant is None else f"{self.model} {self.variant}"


def namespace(block: dict) -> SimpleNamespace:
    """A block of settings with its keys as attributes."""
    return json.loads(json.dumps(block), object_hook=lambda keys: SimpleNamespace(**keys))
