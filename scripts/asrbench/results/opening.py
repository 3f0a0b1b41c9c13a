"""What the processes that decoded a variant said of opening it: how long, and what computes."""

from pathlib import Path

import numpy as np

from asrbench.results import row_versions
from asrbench.results.raw_files import round_file
from asrbench.results.timed_rows import Rows
from asrbench.study.variant import Variant

# What a recogniser says of itself, and the column that says it.
FACTS = {
    "computes_in": "computes_in",
    "threads": "threads_in_effect",
    "cpu_features": "cpu_features",
    **{name: name for name in ("gpu", "cuda", "cudnn", "tf32", "cudnn_autotuning")},
}


def of(results: Path, variant: Variant, rounds: int, footprint: Rows) -> dict[str, object]:
    """Seconds of opening, and facts, '' where not known.

    Seconds are of the process that the footprint is of, so that those of all variants are of the
    same utterance; of an earlier version the mean over its processes, which held one build. Where
    a process timed several decodings of a build, loading is that of the build.

    Args:
        rounds: of latency, how many there are to be.
        footprint: what was decoded first in a process of the build.
    """
    files = [
        round_file(results, "latency", *variant.key, number=number + 1) for number in range(rounds)
    ]
    said = [row_versions.found_beside(path) for path in files]
    alone = [row_versions.found_beside(round_file(results, "footprint", *variant.key, number=1))]
    first_s: list[object] = [*footprint.good["latency_s"]]
    if footprint.all.empty:
        alone, first_s = said, [one.get("first_latency_s") for one in said]
    load_s = [one.get("load_s") for one in alone]
    found: dict[str, object] = {"load_s": _mean(load_s), "first_latency_s": _mean(first_s)}
    for name, column in FACTS.items():
        told = [one.get("recogniser", {}).get(name) for one in said]
        found[column] = "; ".join(dict.fromkeys(text for text in told if text))
    return found


def _mean(values: list[object]) -> float:
    """Of those that are numbers; NaN of none."""
    seconds = [value for value in values if isinstance(value, (int, float))]
    return float(np.mean(seconds)) if seconds else np.nan
