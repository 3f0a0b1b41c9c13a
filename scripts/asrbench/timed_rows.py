"""Raw rows of one variant's timing, for every table that is made from them."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from asrbench.config import Study
from asrbench.raw_files import read_rounds, usable

TEXT = ["status", "reason"]
TIMES = ["duration_s", "encode_s", "search_s", "decoder_s", "ctc_s", "latency_s", "tokens"]
LATER = ("peak_memory_bytes", "cpu_s")  # rows of an earlier version do not have them


@dataclass(frozen=True)
class Rows:
    """What was measured, and what was not.

    Attributes:
        all: every row, with the column ``round``.
        good: those that have a latency.
        missing: reasons of the rounds that are not there.
        reasons: those, and the reasons of rows without a latency.
    """

    all: pd.DataFrame
    good: pd.DataFrame
    missing: list[str]
    reasons: list[str]


def sample(study: Study, results: Path, model: str, ctc_weight: str) -> Rows:
    """The sample of utterances."""
    parts = ("latency", model, f"ctc{ctc_weight}")
    text, numbers = ["utterance_id", "throttled"], ["load"]
    return _read(results, parts, study.latency.rounds, text, numbers)


def frames(study: Study, results: Path, model: str, ctc_weight: str) -> Rows:
    """The sweep over lengths."""
    parts = ("sweeps", "frames", model, f"ctc{ctc_weight}")
    return _read(results, parts, study.sweeps.frames.rounds, [], ["length_frames", "repeat"])


def threads(study: Study, results: Path, model: str, ctc_weight: str) -> Rows:
    """The sweep over numbers of threads."""
    parts = ("sweeps", "threads", model, f"ctc{ctc_weight}")
    return _read(results, parts, study.sweeps.threads.rounds, [], ["threads", "repeat"])


def _read(results: Path, parts, rounds: int, text: list[str], numbers: list[str]) -> Rows:
    raw, missing = read_rounds(
        results, parts, rounds, [*text, *TEXT], [*numbers, *TIMES], may_lack=LATER
    )
    if raw.empty and not missing:
        missing = [f"no row in {'/'.join(parts)}"]
    good, why = usable(raw, "latency_s")
    return Rows(raw, good, missing, missing + why)
