"""The table of parameters: where each model has them, and which a variant uses."""

from pathlib import Path

import pandas as pd

from asrbench.config import Study
from asrbench.raw_files import no_file, read_rows
from asrbench.table import Table, count, schema, text
from asrbench.table_markdown import Column

COUNTS = ["parameters", "trainable", "shared", "bytes"]


def build(study: Study, results: Path) -> pd.DataFrame:
    """The rows of results/parameters/{model}.csv, for all models of the study."""
    rows = []
    for model in study.models:
        who = {"model": model.name, "weights": model.weights}
        path = results / "parameters" / f"{model.name}.csv"
        try:
            raw = read_rows(path, text=["module"], numbers=COUNTS)
        except FileNotFoundError:
            rows.append({**who, "module": "whole", "reason": no_file(path, results)})
            continue
        rows += [{**who, **row, "reason": ""} for row in raw.to_dict("records")]
    return pd.DataFrame(rows)


def _notes(study: Study) -> list[str]:
    return [
        "`whole` counts each parameter once; `shared` is how many of a row also belong to "
        "another module. `used:attention`, `used:hybrid` and `used:ctc` are what a search with "
        "CTC weight 0, between 0 and 1, and 1 uses.",
    ]


TABLE = Table(
    title="Parameters",
    build=build,
    schema=schema(
        model=text(),
        weights=text("trained", "random"),
        module=text(),
        parameters=count(),
        trainable=count(),
        shared=count(),
        bytes=count(),
        reason=text(),
    ),
    columns=[
        Column("model", "model"),
        Column("module", "module"),
        Column("parameters", "parameters"),
        Column("trainable", "trainable"),
        Column("shared", "shared"),
        Column("bytes", "bytes"),
        Column("remarks", "reason"),
    ],
    notes=_notes,
)
