"""Which rows of the tables of energy may stand side by side in a figure."""

import pandas as pd

from asrbench.study import slugs


def comparable(table: pd.DataFrame) -> tuple[pd.DataFrame, str, str]:
    """The measured rows of the meter and scope that most of them have.

    Returns:
        Those rows; the scope, for an axis; a note on rows that are left out
        because another meter or scope measured them ('' where there are none).
    """
    measured = rows_of_variants(table)
    measured = measured[measured["power_status"] == "measured"]
    if measured.empty:
        return measured, "", ""
    kinds = measured.groupby(["meter", "scope"], sort=False).size()
    meter, scope = kinds.idxmax()
    kept = measured[(measured["meter"] == meter) & (measured["scope"] == scope)]
    left_out = measured.drop(kept.index)
    names = dict.fromkeys(
        f"{row['model']} {slugs.label(row['variant'])} ({row['meter']}, {row['scope']})"
        for row in left_out.to_dict("records")
    )
    note = f"left out, since another meter or scope measured them: {', '.join(names)}"
    return kept, scope, note if names else ""


def rows_of_variants(table: pd.DataFrame) -> pd.DataFrame:
    """One row a variant (and length): by the meter and scope that stand for the study."""
    return table[table["preferred"]] if "preferred" in table else table


def why_none(table: pd.DataFrame) -> str:
    """A sentence for a figure without watts."""
    reasons = list(dict.fromkeys(reason for reason in table["reason"] if reason))
    return f"No watts were measured: {reasons[0] if reasons else 'no reason given'}."
