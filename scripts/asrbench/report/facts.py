"""What the page says is said of these: the study, the device, and the tables that are there."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from asrbench.basics import palette, results_version
from asrbench.basics.csv_cells import as_given, check_width
from asrbench.basics.errors import UserError
from asrbench.basics.json_file import read_json
from asrbench.report.inputs import HYPOTHESES, TABLES
from asrbench.study.config import Study
from asrbench.tables import restlessness, table_csv

KEYS = ["model", "ctc_weight"]


@dataclass(frozen=True)
class Facts:
    """Everything that is known of a run.

    Attributes:
        study: the configuration as it was used.
        device: results/device.json; empty where there is none.
        tables: name to rows; a table that is absent is not here.
        absent: name to the reason, of tables and of the device.
    """

    study: Study
    device: dict[str, Any]
    tables: dict[str, pd.DataFrame]
    absent: dict[str, str]

    @property
    def models(self) -> list[str]:
        """Names of the models, in the order of the tables and so of the configuration."""
        tables = [self.tables[name] for name in TABLES if name in self.tables]
        found = [name for table in tables for name in table["model"]]
        return list(dict.fromkeys(found)) or [model.name for model in self.study.models]

    @property
    def weights(self) -> list[str]:
        """CTC weights of all variants, from the smallest."""
        tables = [self.tables[name] for name in TABLES if name in self.tables]
        found = {weight for table in tables for weight in table["ctc_weight"]}
        found |= {weight for _, weight in self.study.variants()}
        return sorted(found, key=float)

    @property
    def random(self) -> set[str]:
        """Names of the models whose weights are random."""
        tables = [self.tables[name] for name in TABLES if name in self.tables]
        return {m for table in tables for m in table.loc[table["weights"] == "random", "model"]}

    @property
    def restlessness(self) -> str:
        """How small a difference the run could show, as a sentence; '' where that is not known."""
        return restlessness.sentence(self.tables["latency"]) if "latency" in self.tables else ""

    @property
    def colours(self) -> dict[str, str]:
        """Model to colour, the same as in the figures."""
        return palette.of_models(self.models)


def read(study: Study, results: Path) -> Facts:
    """Read the folder of a run; what is not there has its reason in ``absent``.

    Raises:
        UserError: where a file is there and cannot be read.
    """
    tables, absent = {}, {}
    for name in TABLES:
        try:
            tables[name] = table_csv.read(results / "tables", name)
        except UserError as error:
            absent[name] = str(error)
    path = results / "tables" / f"{HYPOTHESES}.csv"
    if path.exists():
        tables[HYPOTHESES] = pd.read_csv(path, dtype=str, keep_default_na=False).map(as_given)
        check_width(tables[HYPOTHESES], path)
    device = {}
    try:
        device = read_json(results / "device.json")
    except FileNotFoundError:
        absent["device"] = f"{results / 'device.json'}: there is no such file"
    results_version.check_shape(device, str(results))
    return Facts(study, device, tables, absent)
