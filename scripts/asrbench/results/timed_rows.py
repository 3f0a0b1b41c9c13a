"""Raw rows of one variant's timing, for every table that is made from them."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from asrbench.results import row_faults, row_versions
from asrbench.results.raw_files import read_rounds, read_rows, round_file, usable
from asrbench.study.axes import Build, Variant
from asrbench.study.config import Study

TEXT = ["status", "reason", "ended"]
TIMES = ["duration_s", "encode_s", "search_s", "decoder_s", "ctc_s", "latency_s", "tokens"]
# Rows of an earlier version do not have them.
LATER = ("peak_memory_bytes", "loading_peak_memory_bytes", "cpu_s", "ended")


@dataclass(frozen=True)
class Rows:
    """What was measured, and what was not.

    Attributes:
        all: every row that can be right, with the column ``round``.
        good: those that have a latency.
        missing: reasons of rounds and rows that are not there or cannot be right.
        reasons: those, and the reasons of rows without a latency.
    """

    all: pd.DataFrame
    good: pd.DataFrame
    missing: list[str]
    reasons: list[str]


def sample(study: Study, results: Path, variant: Variant) -> Rows:
    """The sample of utterances."""
    parts = ("latency", *variant.key)
    try:
        drawn = read_rows(results / "data" / "sample.csv", ["utterance_id"], ["duration_s"])
    except FileNotFoundError:
        drawn = None  # as in an archive of an earlier version
    text = ["utterance_id", "throttled"]
    return _read(results, parts, study.latency.rounds, text, ["load"], ["utterance_id"], drawn)


def versions(study: Study, results: Path) -> dict[Variant, str]:
    """By what each variant's first round over the sample was made."""
    return {
        variant: row_versions.of_file(round_file(results, "latency", *variant.key, number=1))
        for variant in study.variants()
    }


def apart(study: Study, results: Path, build: Build) -> dict[str, str]:
    """A remark for each decoding of a build that was not timed in turn with the others."""
    variants = study.variants(build.name)
    return row_versions.apart(
        {v.slug: round_file(results, "latency", *v.key, number=1) for v in variants}
    )


def frames(study: Study, results: Path, variant: Variant) -> Rows:
    """The sweep over lengths."""
    sweep, unit = study.sweeps.frames, ["length_frames", "repeat"]
    wanted = grid(unit, sweep.lengths, sweep.repeats)
    parts = ("sweeps", "frames", *variant.key)
    return _read(results, parts, sweep.rounds, [], unit, unit, wanted)


def threads(study: Study, results: Path, variant: Variant) -> Rows:
    """The sweep over numbers of threads."""
    sweep, unit = study.sweeps.threads, ["threads", "repeat"]
    wanted = grid(unit, sweep.counts, sweep.repeats)
    parts = ("sweeps", "threads", *variant.key)
    return _read(results, parts, sweep.rounds, [], unit, unit, wanted)


def grid(unit: list[str], values: list[int], repeats: int) -> pd.DataFrame:
    """What a sweep is to measure: each value with each number of a repeat, from 0."""
    return pd.DataFrame([(v, r) for v in values for r in range(repeats)], columns=unit)


def _read(
    results: Path, parts, rounds: int, text: list[str], numbers: list[str], unit, expected
) -> Rows:
    raw, missing = read_rounds(
        results,
        parts,
        rounds,
        [*text, *TEXT],
        [*numbers, *TIMES],
        may_lack=LATER,
        judged=lambda rows: row_faults.sound(rows, unit, "latency_s", row_faults.TIMED, expected),
    )
    if raw.empty and not missing:
        missing = [f"no row in {'/'.join(parts)}"]
    good, why = usable(raw, "latency_s")
    return Rows(raw, good, missing, missing + why)
