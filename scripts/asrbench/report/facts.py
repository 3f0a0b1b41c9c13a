"""What the page says is said of these: the study, the device, and the tables that are there."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from asrbench.basics import palette, results_version
from asrbench.basics.json_file import read_json
from asrbench.report.inputs import OPTIONAL, TABLES
from asrbench.study import slugs
from asrbench.study.config import Study
from asrbench.tables import error_rate, restlessness, table_csv
from asrbench.tables.claims.table_evidence import Tables
from asrbench.tables.error_rate import Rate

KEYS = ["model", "variant"]


@dataclass(frozen=True)
class Facts:
    """Everything that is known of a run.

    Attributes:
        study: the configuration as it was used.
        device: results/device.json; empty where there is none.
        tables: name to rows; a table that is absent is not here.
        absent: name to the reason, of tables and of the device.
        evidence: the same tables, for what they say about two variants.
    """

    study: Study
    device: dict[str, Any]
    tables: dict[str, pd.DataFrame]
    absent: dict[str, str]
    evidence: Tables

    @property
    def models(self) -> list[str]:
        """Names of the models, in the order of the tables and so of the configuration."""
        tables = [self.tables[name] for name in TABLES if name in self.tables]
        found = [name for table in tables for name in table["model"]]
        return list(dict.fromkeys(found)) or [build.name for build in self.study.builds()]

    @property
    def decodings(self) -> dict[str, str]:
        """The decodings of all variants as in paths, to what people call them."""
        tables = [self.tables[name] for name in TABLES if name in self.tables]
        found = {slug for table in tables for slug in table["variant"]}
        found |= {variant.slug for variant in self.study.variants()}
        return {slug: slugs.label(slug) for slug in sorted(found, key=slugs.order)}

    @property
    def random(self) -> set[str]:
        """Names of the models whose weights are random."""
        tables = [self.tables[name] for name in TABLES if name in self.tables]
        return {m for table in tables for m in table.loc[table["weights"] == "random", "model"]}

    @property
    def error_rate(self) -> Rate:
        """The one that stands first: of words or of characters."""
        return error_rate.of(self.tables.get("summary", pd.DataFrame()))

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
    tables, absent = table_csv.read_all(results / "tables", TABLES)
    for name in OPTIONAL:
        if (results / "tables" / f"{name}.csv").exists():
            tables[name] = table_csv.read(results / "tables", name)
    device = {}
    try:
        device = read_json(results / "device.json")
    except FileNotFoundError:
        absent["device"] = f"{results / 'device.json'}: there is no such file"
    results_version.check_shape(device, str(results))
    return Facts(study, device, tables, absent, Tables(results / "tables", tables))
