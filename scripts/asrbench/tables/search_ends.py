"""Columns that count searches which did not end as they should: at a length, or with nothing."""

import pandas as pd

from asrbench.engines.search_end import AT_LENGTH, EMPTY
from asrbench.tables.table_markdown import Column
from asrbench.tables.table_schema import count


def counted(ended: pd.Series, unit: str) -> dict[str, int]:
    """How many ended so; nothing where no row says how it ended, as in an earlier version's.

    Args:
        ended: of each row, '' where unknown.
        unit: what a row is, as the columns' names end: ``rows`` or ``utterances``.
    """
    if not (ended != "").any():
        return {}
    return {
        f"ended_by_length_{unit}": int((ended == AT_LENGTH).sum()),
        f"empty_{unit}": int((ended == EMPTY).sum()),
    }


def columns(unit: str) -> dict:
    """What the table's schema says of them."""
    return {
        f"ended_by_length_{unit}": count(
            meaning="Those whose text was cut at the longest length that the search allows, "
            "since no end of the sentence was found (with random weights: by design)."
        ),
        f"empty_{unit}": count(meaning="Those for which the search found no token at all."),
    }


def shown(unit: str) -> list[Column]:
    """In Markdown and LaTeX, where there are any."""
    return [
        Column("cut at the longest length", f"ended_by_length_{unit}", seldom=True),
        Column("empty", f"empty_{unit}", seldom=True),
    ]
