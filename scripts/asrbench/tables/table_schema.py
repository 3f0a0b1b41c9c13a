"""What a table's columns are, for the checks and, as a Frictionless Table Schema, for programs.

https://datapackage.org/standard/table-schema/
"""

import numpy as np
import pandera.pandas as pa

from asrbench.basics import units
from asrbench.tables import interval_columns

# By what the names of their types in pandas begin with, such as string[python] and float64.
TYPES = {"str": "string", "float": "number", "int": "integer", "bool": "boolean"}
_CONSTRAINTS = {"allowed_values": "enum", "min_value": "minimum", "max_value": "maximum"}


def described(columns: pa.DataFrameSchema) -> dict:
    """The content of NAME.schema.json; ``unit`` is an addition, where a column has one."""
    return {
        "$schema": "https://datapackage.org/profiles/2.0/tableschema.json",
        "fields": [_field(name, column) for name, column in columns.columns.items()],
        "missingValues": [""],
    }


def _field(name: str, column: pa.Column) -> dict:
    limits = {
        _CONSTRAINTS[key]: list(value) if key == "allowed_values" else value
        for check in column.checks
        for key, value in check.statistics.items()
    }
    field = {"name": name, "type": kind(column), "description": column.description or ""}
    unit = units.of(name)
    return field | ({"unit": unit} if unit else {}) | ({"constraints": limits} if limits else {})


def kind(column: pa.Column) -> str:
    """What its cells are: one of the values of :data:`TYPES`."""
    name = str(column.dtype).lower()
    return next(words for begins, words in TYPES.items() if name.startswith(begins))


def schema(**columns: pa.Column) -> pa.DataFrameSchema:
    """Just these columns, in this order."""
    return pa.DataFrameSchema(columns, strict=True, ordered=True, coerce=True)


# Each column says what it means; the data dictionary is made of that.


def text(*allowed: str, meaning: str = "") -> pa.Column:
    """Text, never absent ('' is empty); one of ``allowed`` where any are given."""
    return pa.Column(str, pa.Check.isin(allowed) if allowed else None, description=meaning)


def number(low: float | None = 0.0, high: float | None = None, *, meaning: str = "") -> pa.Column:
    """A finite number within bounds, or NaN where it is absent."""
    checks = [pa.Check(np.isfinite, name="a finite number", ignore_na=True)]
    checks += [] if low is None else [pa.Check.ge(low)]
    checks += [] if high is None else [pa.Check.le(high)]
    return pa.Column(float, checks, nullable=True, description=meaning)


def interval(
    name: str, meaning: str, *, low: float | None = 0.0, high: float | None = None
) -> dict[str, pa.Column]:
    """A number and the bounds of its interval, by the names of its three columns."""
    bounds = [f"{which} bound of its 95 % interval." for which in ("Lower", "Upper")]
    meanings = zip(interval_columns.names(name), (meaning, *bounds), strict=True)
    return {column: number(low, high, meaning=words) for column, words in meanings}


def count(*, meaning: str = "") -> pa.Column:
    """A whole number from 0, or absent."""
    return pa.Column("Int64", pa.Check.ge(0), nullable=True, description=meaning)


def over(*drawn: str) -> pa.Column:
    """What varied for the intervals of a row, or was resampled for them."""
    return text(*drawn, "none", meaning="What varied for the interval.")


def truth(*, meaning: str = "") -> pa.Column:
    """True or False."""
    return pa.Column(bool, description=meaning)
