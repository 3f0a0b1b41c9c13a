"""A table's columns as a Frictionless Table Schema: what each says, in words and for programs.

https://datapackage.org/standard/table-schema/
"""

import pandera.pandas as pa

from asrbench.basics import units

# By what the names of their types in pandas begin with, such as string[python] and float64.
TYPES = {"str": "string", "float": "number", "int": "integer", "bool": "boolean"}
_CONSTRAINTS = {"allowed_values": "enum", "min_value": "minimum", "max_value": "maximum"}


def of(schema: pa.DataFrameSchema) -> dict:
    """The content of NAME.schema.json; ``unit`` is an addition, where a column has one."""
    return {
        "$schema": "https://datapackage.org/profiles/2.0/tableschema.json",
        "fields": [_field(name, column) for name, column in schema.columns.items()],
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
