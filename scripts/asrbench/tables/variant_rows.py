"""What every table of variants begins with: who the row is about."""

from collections.abc import Callable, Mapping
from itertools import combinations
from typing import Any

import pandas as pd
import pandera.pandas as pa

from asrbench.study.axes import AXES, Axis
from asrbench.study.config import Study
from asrbench.study.variant import Variant
from asrbench.tables.table_markdown import Column
from asrbench.tables.table_schema import count, text, truth


def _axis(axis: Axis) -> pa.Column:
    """The column of one axis, empty where an engine does not have it."""
    meaning = f"{axis.meaning} Empty where the engine has none."
    if not axis.is_text:
        return count(meaning=meaning)
    return text(*[*axis.allowed["enum"], ""] if "enum" in axis.allowed else [], meaning=meaning)


def _shown(axis: Axis, before: str = "") -> Column:
    """What is shown of one axis, where rows differ in it."""
    return Column(axis.heading, before + axis.name, axis=(axis.name, f"other_{axis.name}"))


AXIS_COLUMNS = {axis.name: _axis(axis) for axis in AXES}
IDENTITY = {
    "model": text(
        meaning="Name of the build: of the model in the configuration, and in what it differs."
    ),
    "variant": text(meaning="The decoding, as it stands in paths below results."),
    **AXIS_COLUMNS,
    "weights": text(
        "trained",
        "random",
        meaning="Trained, or random: the architecture alone, whose words mean nothing.",
    ),
    "speech": text(meaning="Name of the speech in the configuration."),
    "synthetic_speech": truth(meaning="Whether a machine spoke it."),
}

# What is shown of them: of the axes, those in which rows differ.
VARIANT = (Column("model", "model"), *map(_shown, AXES))


def identity(study: Study, variant: Variant) -> dict[str, object]:
    """The cells of :data:`IDENTITY` for one variant."""
    return {
        "model": variant.model,
        "variant": variant.slug,
        **{axis.name: variant.axes.get(axis.name, _absent(axis)) for axis in AXES},
        "weights": study.model(variant.model).weights,
        "speech": study.speech.name,
        "synthetic_speech": study.speech.synthetic,
    }


def _absent(axis: Axis) -> str | None:
    return "" if axis.is_text else None


def joined(reasons: list[str]) -> str:
    """Reasons as one cell, each once."""
    return "; ".join(dict.fromkeys(reason for reason in reasons if reason))


# The second variant of a pair.
OTHER = {
    "other_model": text(meaning="Name of the model that it is compared with."),
    "other_variant": text(meaning="The decoding of the variant that it is compared with."),
    **{f"other_{axis.name}": _axis(axis) for axis in AXES},
    "other_weights": text("trained", "random", meaning="Trained or random weights of that model."),
}
OTHER_AXES = tuple(_shown(axis, "other_") for axis in AXES)


def pair_rows(
    study: Study,
    found: Mapping[Variant, Any],
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
            f"{side}: {why}"
            for side in sides
            if not measured(found[side])
            for why in found[side].reasons
        ]
        if absent:
            cells = {
                "verdict": "",
                "error_rate": "",
                "interval_over": "none",
                "compared_by": "",
                "reason": joined(absent),
            }
        else:
            cells = compared(*(found[side] for side in sides))
        rows.append(_pair_identity(study, *sides) | cells)
    return pd.DataFrame(rows)


def _pair_identity(study: Study, one: Variant, other: Variant) -> dict[str, object]:
    """The cells of :data:`IDENTITY` and :data:`OTHER` for two variants."""
    second = identity(study, other)
    return identity(study, one) | {name: second[name.removeprefix("other_")] for name in OTHER}
