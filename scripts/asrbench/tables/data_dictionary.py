"""The data dictionary: every column of every table, from the schemas that check them."""

from importlib import import_module
from pathlib import Path

import pandas as pd
import pandera.pandas as pa

from asrbench.study.config import Study
from asrbench.tables import compared, table_schema
from asrbench.tables.catalogue import NAMES
from asrbench.tables.table import Table
from asrbench.tables.table_markdown import Column
from asrbench.tables.table_schema import schema, text

PACKAGE = "asrbench.tables"
_EMPTY = "(empty)"


def build(study: Study, results: Path) -> pd.DataFrame:
    """The same for every study; a table that a study leaves out is in it all the same."""
    return pd.DataFrame(
        {
            "table": name,
            "column": field["name"],
            "type": field["type"],
            "unit": field.get("unit", ""),
            "allowed": allowed(field.get("constraints", {})),
            "meaning": field["description"],
        }
        for name, columns in schemas().items()
        for field in table_schema.described(columns)["fields"]
    )


def schemas() -> dict[str, pa.DataFrameSchema]:
    """Every table's columns, by its name in results/tables or its path in results."""
    modules = {name: import_module(f"{PACKAGE}.{name}") for name in NAMES}
    return {name: module.TABLE.schema for name, module in modules.items()} | compared.SCHEMAS


def allowed(constraints: dict) -> str:
    """'a, b' of words, 'at least 0' or '0 to 1' of numbers, '' where all are."""
    if "enum" in constraints:
        return ", ".join(value or _EMPTY for value in constraints["enum"])
    low, high = constraints.get("minimum"), constraints.get("maximum")
    if low is not None and high is not None:
        return f"{low:g} to {high:g}"
    if low is not None:
        return f"at least {low:g}"
    return "" if high is None else f"at most {high:g}"


COLUMNS = schema(
    table=text(meaning="Name of the table in results/tables, or its path in results."),
    column=text(meaning="Name of the column, in the order of the table."),
    type=text(
        *table_schema.TYPES.values(), meaning="What its cells are, as a Table Schema says it."
    ),
    unit=text(meaning="Unit of its numbers, by the end of its name; empty where they have none."),
    allowed=text(meaning="Words or bounds that every cell is checked against; empty: any."),
    meaning=text(meaning="What a cell says."),
)

TABLE = Table(
    title="Data dictionary",
    build=build,
    schema=COLUMNS,
    columns=[Column(name, name) for name in COLUMNS.columns],
    notes=lambda study: [
        "A number may be absent: its cell is empty, and a column of reasons in the same row says "
        "why. Text is never absent; an empty one is `''`. Names end in the unit.",
    ],
)
