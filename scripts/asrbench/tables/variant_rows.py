"""What every table of variants begins with: who the row is about."""

from collections.abc import Callable, Mapping
from itertools import combinations
from typing import Any

import pandas as pd

from asrbench.engines.catalogue import MODULES
from asrbench.study.config import Study
from asrbench.tables.table import text, truth
from asrbench.tables.table_markdown import Column

IDENTITY = {
    "model": text(meaning="Name of the model in the configuration."),
    "ctc_weight": text(
        meaning="Share of the CTC score in the search: 0 attention only, 1 CTC only."
    ),
    "engine": text(
        *MODULES, meaning="Whose search decoded: ESPnet's own, or this project's fast one."
    ),
    "weights": text(
        "trained",
        "random",
        meaning="Trained, or random: the architecture alone, whose words mean nothing.",
    ),
    "speech": text(meaning="Name of the speech in the configuration."),
    "synthetic_speech": truth(meaning="Whether a machine spoke it."),
}

# What is shown of them.
VARIANT = (Column("model", "model"), Column("CTC weight", "ctc_weight"))


def identity(study: Study, model: str, ctc_weight: str) -> dict[str, object]:
    """The cells of :data:`IDENTITY` for one variant."""
    return {
        "model": model,
        "ctc_weight": ctc_weight,
        "engine": study.model(model).engine,
        "weights": study.model(model).weights,
        "speech": study.speech.name,
        "synthetic_speech": study.speech.synthetic,
    }


def joined(reasons: list[str]) -> str:
    """Reasons as one cell, each once."""
    return "; ".join(dict.fromkeys(reason for reason in reasons if reason))


# The second variant of a pair.
OTHER = {
    "other_model": text(meaning="Name of the model that it is compared with."),
    "other_ctc_weight": text(meaning="CTC weight of the variant that it is compared with."),
    "other_weights": text("trained", "random", meaning="Trained or random weights of that model."),
}


def pair_rows(
    study: Study,
    found: Mapping[tuple[str, str], Any],
    measured: Callable[[Any], object],
    compared: Callable[[Any, Any], dict[str, object]],
) -> pd.DataFrame:
    """Each pair of variants once, in the order of the configuration.

    Args:
        found: of each variant, what it is compared by; with ``reasons`` where that is nothing.
        measured: whether that is something.
        compared: the cells of a pair whose variants both have it; the others say why not.
    """
    rows = []
    for sides in combinations(study.variants(), 2):
        cells: dict[str, object]
        absent = [
            f"{model} ctc{weight}: {why}"
            for model, weight in sides
            if not measured(found[model, weight])
            for why in found[model, weight].reasons
        ]
        if absent:
            cells = {
                "verdict": "",
                "interval_over": "none",
                "compared_by": "",
                "reason": joined(absent),
            }
        else:
            cells = compared(*(found[side] for side in sides))
        rows.append(_pair_identity(study, *sides) | cells)
    return pd.DataFrame(rows)


def _pair_identity(study: Study, one: tuple[str, str], other: tuple[str, str]) -> dict[str, object]:
    """The cells of :data:`IDENTITY` and :data:`OTHER` for two variants."""
    second = identity(study, *other)
    return identity(study, *one) | {name: second[name.removeprefix("other_")] for name in OTHER}
