"""How the page calls variants, and lists many of them in few words."""

import pandas as pd

from asrbench.study import slugs

NO_REASON = "no reason given"


def variant(row: dict, before: str = "") -> str:
    """'conformer CTC 0.3'; ``before`` is what the columns' names begin with, such as 'other_'."""
    return f"{row[f'{before}model']} {slugs.label(row[f'{before}variant'])}"


def joined(parts: list[str], last: str = "and") -> str:
    """'a', 'a and b', 'a, b and c'."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {last} {parts[-1]}"


def variants(rows: pd.DataFrame) -> list[str]:
    """'conformer CTC 0.0, 0.3' for each model of the rows."""
    by_model: dict[str, list[str]] = {}
    for row in rows.to_dict("records"):
        by_model.setdefault(row["model"], []).append(row["variant"])
    return [f"{model} {slugs.together(each)}" for model, each in by_model.items()]


def reasons(rows: pd.DataFrame, column: str, whole: int) -> list[tuple[str, str]]:
    """(who, why) of rows that lack something, a line a reason.

    Args:
        rows: model, variant, and the reason in ``column``.
        whole: how many variants there are, so that all of them are called so.
    """
    told = []
    reason = rows[column].replace("", NO_REASON)
    for why, group in rows.groupby(reason, sort=False):
        all_of_them = len(group.drop_duplicates(["model", "variant"])) == whole > 1
        who = "all variants" if all_of_them else "; ".join(variants(group))
        told.append((who, str(why)))
    return told
