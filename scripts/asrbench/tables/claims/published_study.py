"""The published study's figures: six variants on a small Arm board.

Its watts came from powertop; they are that study's figures, and no reference
for accuracy. An empty word error rate there means 'above 99 %'.
"""

from pathlib import Path

import pandas as pd

from asrbench.study.config import Study
from asrbench.study.engine_axes import ESPNET

LABEL = "published study (Arm board)"
POWER_LABEL = f"{LABEL},\npowertop's estimate on an unknown supply"
WER_ABOVE_PERCENT = 99.0
_FILE = Path(__file__).with_name("published_study.csv")


def label(column: str) -> str:
    """What a figure of that column calls the study; its watts and joules are marked."""
    return POWER_LABEL if column in ("power_mean_w", "energy_j") else LABEL


def beside(study: Study) -> pd.DataFrame:
    """Its variants where they say something of the study's: where some are of ESPnet too."""
    alike = any(build["engine"] in ESPNET for build in study.builds())
    return load() if alike else load().iloc[:0]


def load() -> pd.DataFrame:
    """The six variants, one a row.

    Returns:
        model, variant (as in paths), ctc_weight (text), parameters_total,
        parameters_ctc, parameters_decoder, latency_mean_s, power_mean_w,
        energy_j, wer_percent, and wer_is_bound: true where wer_percent is
        the bound 99 and the true value lies above it.
    """
    table = pd.read_csv(_FILE, dtype={"model": str, "ctc_weight": str})
    table["variant"] = "ctc" + table["ctc_weight"]
    table["wer_is_bound"] = table["wer_percent"].isna()
    table["wer_percent"] = table["wer_percent"].fillna(WER_ABOVE_PERCENT)
    return table
