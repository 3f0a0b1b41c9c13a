"""A first answer within minutes: the same study with fewer utterances and one length."""

from typing import Any

import numpy as np

from asrbench.measure.pilot import Line
from asrbench.study import config
from asrbench.study.config import Study

# What is left of ten minutes after processes have started, with tables and the report.
BUDGET_S = 240.0
FEWEST, MOST = 3, 20
LABEL = "quick look"


def of(study: Study, utterances: int) -> Study:
    """The study that gives a first answer, labelled as such.

    Args:
        utterances: how many are timed and decoded.
    """
    plain = study.model_dump()
    plain["name"] = f"{study.name[:90]} ({LABEL}: {utterances} utterances)"
    plain["latency"] |= {"utterances": utterances, "rounds": 1, "passes": 2}
    lengths = study.sweeps.frames.lengths
    plain["sweeps"]["frames"] |= {"lengths": lengths[:1], "repeats": 1, "rounds": 1}
    plain["sweeps"]["batch"] |= {"sizes": []}
    plain["sweeps"]["threads"] |= {"counts": []}
    plain["energy"] |= {"rounds": 1, "window_s": min(5.0, study.energy.window_s), "samples": 3}
    plain["energy"] |= {"idle_s": min(1.0, study.energy.idle_s)}
    plain["wer"] |= {"max_utterances": utterances, "shards": 1}
    return config.parse(plain, LABEL)


def utterances(pilots: list[dict[str, Any]], durations_s: np.ndarray) -> int:
    """How many fit into a quick look on this device: each is decoded four times by each variant.

    Args:
        pilots: of each build, what measure_pilot.py wrote.
        durations_s: of the corpus, shape (utterances,).
    """
    lines = [Line(**line) for found in pilots for line in found["decodings"].values()]
    each_s = 4 * sum(line.seconds(durations_s) for line in lines) / len(durations_s)
    return int(np.clip(BUDGET_S // each_s if each_s else MOST, FEWEST, MOST))
