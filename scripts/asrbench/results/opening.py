"""What the processes that timed a variant said of opening it: how long, and what computes."""

from pathlib import Path

import numpy as np

from asrbench.results import row_versions
from asrbench.results.raw_files import round_file
from asrbench.study.variant import Variant

SECONDS = ("load_s", "first_latency_s")
# What a recogniser says of itself, and the column that says it.
FACTS = {
    "computes_in": "computes_in",
    "threads": "threads_in_effect",
    "cpu_features": "cpu_features",
    **{name: name for name in ("gpu", "cuda", "cudnn", "tf32", "cudnn_autotuning")},
}


def of(results: Path, variant: Variant, rounds: int) -> dict[str, object]:
    """Mean seconds over the rounds, and facts, which are '' where they are not known.

    Of a process that timed several decodings of a build, loading is that of the build.

    Args:
        rounds: how many there are to be.
    """
    files = [
        round_file(results, "latency", *variant.key, number=number + 1) for number in range(rounds)
    ]
    said = [row_versions.found_beside(path) for path in files]
    found: dict[str, object] = {}
    for name in SECONDS:
        seconds = [one[name] for one in said if isinstance(one.get(name), (int, float))]
        found[name] = float(np.mean(seconds)) if seconds else np.nan
    for name, column in FACTS.items():
        told = [one.get("recogniser", {}).get(name) for one in said]
        found[column] = "; ".join(dict.fromkeys(text for text in told if text))
    return found
