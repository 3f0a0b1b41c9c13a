"""Raw rows of one variant's timing, for every table that is made from them."""

from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from asrbench.engines import catalogue
from asrbench.results import row_faults, row_versions
from asrbench.results.raw_files import read_rounds, read_rows, round_file, usable
from asrbench.study.config import Study
from asrbench.study.variant import Variant

TEXT = ["status", "reason", "ended"]
TIMES = [
    *("duration_s", "encode_s", "search_s", "decoder_s", "ctc_s", "lm_s", "latency_s", "tokens"),
]
# Rows of an earlier version do not have them.
LATER = (
    "peak_memory_bytes",
    "loading_peak_memory_bytes",
    "gpu_peak_memory_bytes",
    "cpu_s",
    "ended",
    "swapped_bytes",
    "lm_s",
)


@dataclass(frozen=True)
class Rows:
    """What was measured, and what was not.

    Attributes:
        all: every row that can be right, with the column ``round``, and of the sample ``pass``.
        good: those that have a latency; of the sample with ``speaker``, '' where unknown.
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
    wanted, speakers = None, {}
    try:
        drawn = read_rows(
            results / "data" / "sample.csv",
            ["utterance_id", "speaker"],
            ["duration_s"],
            ("speaker",),
        )
        passes = pd.DataFrame({"pass": range(1, study.latency.passes + 1)}, dtype=float)
        wanted = drawn.merge(passes, how="cross")
        speakers = dict(zip(drawn["utterance_id"], drawn["speaker"], strict=True))
    except FileNotFoundError:
        pass  # as in an archive of an earlier version
    text, unit = ["utterance_id", "throttled"], ["utterance_id", "pass"]
    found = _read(
        results, parts, study.latency.rounds, text, ["load", "swapped_bytes"], unit, wanted
    )
    good = found.good.assign(
        speaker=[speakers.get(name, "") for name in found.good["utterance_id"]]
    )
    return replace(found, good=good)


def footprint(study: Study, results: Path, variant: Variant) -> Rows:
    """The one utterance that a process decoded which held the variant's build alone."""
    parts, unit = ("footprint", *variant.key), ["utterance_id"]
    return _read(results, parts, 1, unit, [], unit, None)


def other_versions(study: Study, results: Path) -> dict[Variant, str]:
    """A remark for each variant whose first round was made by other versions than its engine's."""
    engines: dict[object, dict[Variant, str]] = {}
    for variant in study.variants():
        made_by = row_versions.of_file(round_file(results, "latency", *variant.key, number=1))
        engines.setdefault(variant["engine"], {})[variant] = made_by
    others = map(row_versions.others, engines.values())
    return {variant: remark for found in others for variant, remark in found.items()}


def apart(study: Study, results: Path) -> dict[Variant, str]:
    """A remark for each variant that was not timed in turn with the most that it could have been.

    Engines that compute by other packages are never in one process, nor is a build on a GPU with
    another build, nor what keeps cores busy after its use with anything.
    """
    groups: dict[object, dict[Variant, list[str] | None]] = {}
    for variant in study.variants():
        engine = catalogue.ENGINES[str(variant["engine"])]
        could = (
            engine.packages,
            variant.key if engine.spins else "",
            variant.model if variant.on_gpu else "",
        )
        groups.setdefault(could, {})[variant] = in_turn_with(results, variant)
    return {
        v: remark for turns in groups.values() for v, remark in row_versions.apart(turns).items()
    }


def in_turn_with(results: Path, variant: Variant) -> list[str] | None:
    """The variants, as 'model variant', that the first round was timed in turn with.

    None where nothing says it.
    """
    rows = round_file(results, "latency", *variant.key, number=1)
    others = row_versions.found_beside(rows).get("in_turn_with")
    if not isinstance(others, list):
        return None
    # An earlier version timed decodings of one build in turn, and named them alone.
    return [name if " " in name else f"{variant.model} {name}" for name in others]


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
    def judged(rows: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
        if "pass" in rows:
            rows = rows.fillna({"pass": 1})  # rows of an earlier version have none
        return row_faults.sound(rows, unit, "latency_s", row_faults.TIMED, expected)

    raw, missing = read_rounds(
        results,
        parts,
        rounds,
        [*text, *TEXT],
        [*numbers, *TIMES],
        may_lack=(*LATER, "pass") if "pass" in unit else LATER,
        judged=judged,
    )
    if raw.empty and not missing:
        missing = [f"no row in {'/'.join(parts)}"]
    good, why = usable(raw, "latency_s")
    return Rows(raw, good, missing, missing + why)
