"""The tables of a comparison: a row a variant and device as CSV, side by side to be read."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd
import pandera.pandas as pa

from asrbench.compare import rows as compare_rows
from asrbench.compare import run_differences
from asrbench.compare.run_folder import Run
from asrbench.device import gpus
from asrbench.study.axes import AXES
from asrbench.tables import compared, error_rate, table, table_csv, table_schema
from asrbench.tables.table_latex import latex
from asrbench.tables.table_markdown import Column, markdown, spanned, worth_showing
from asrbench.tables.variant_rows import VARIANT, joined

_PUBLISHED_NOTE = (
    "The published study's figures have no raw rows, hence neither intervals nor ratios."
)


@dataclass(frozen=True)
class Compared:
    """One table of a comparison.

    Attributes:
        title: heads the Markdown.
        rows: the runs' rows, one a variant and device.
        schema: its columns.
        value: what is shown of each device.
        change: what is shown of each device against the first.
        label: of the figure's axis, with the unit.
        said: how the figure writes a change, with {} for it.
        notes: lines below.
        more: what else is shown of each device against the first.
    """

    title: str
    rows: Callable[[list[Run]], Iterable[dict]]
    schema: pa.DataFrameSchema
    value: Column
    change: Column
    label: str
    said: str
    notes: list[str]
    more: tuple[Column, ...] = ()

    def by_rate(self, rows: pd.DataFrame) -> "Compared":
        """The same by characters, where an error rate is shown and that of characters is first."""
        rate = error_rate.of(rows)
        if self.value.value != error_rate.WER.column or rate is error_rate.WER:
            return self
        return replace(
            self,
            title=self.title.replace(error_rate.WER.words.capitalize(), rate.words.capitalize()),
            value=spanned("(%)", rate.column),
            label=f"{rate.words} (%)",
            notes=[*self.notes, error_rate.WHY],
        )


LATENCY = Compared(
    title="Latency by device",
    rows=compare_rows.latency,
    schema=compared.LATENCY,
    value=spanned("(s)", "latency_mean_s"),
    change=spanned("ratio", "ratio"),
    label="mean latency of an utterance (s)",
    said="× {}",
    notes=[
        "Ratio: mean latency over that of the first device, over the utterances that both have, "
        "with its 95 % interval by bootstrap of the raw rows.",
        _PUBLISHED_NOTE,
    ],
)

ENERGY = Compared(
    title="Energy by device",
    rows=compare_rows.energy,
    schema=compared.ENERGY,
    value=spanned("(J)", "energy_per_utterance_study_j"),
    change=spanned("ratio", "ratio"),
    label="energy of an utterance (J)",
    said="× {}",
    notes=[
        "Ratios are made where both were measured, of the same scope, and nowhere else.",
        _PUBLISHED_NOTE,
    ],
)

WER = Compared(
    title="Word error rate by device",
    rows=compare_rows.word_errors,
    schema=compared.WER,
    value=spanned("(%)", "wer_percent"),
    change=spanned("difference", "difference_percent"),
    label="word error rate (%)",
    said="{} points",
    notes=[
        "Differences are in percentage points, over the utterances that both decoded. Where a run "
        "came without its hypotheses, the intervals of both are added in quadrature.",
        "Identical: share of the utterances that both decoded whose hypotheses are the same.",
        _PUBLISHED_NOTE,
    ],
    more=(Column("identical (%)", "identical_percent"),),
)

TABLES = {"latency": LATENCY, "energy": ENERGY, "wer": WER}
_DEVICE_COLUMNS = [
    *(Column(name, name) for name in ("device", "board", "cpu", "cores")),
    Column("memory (GB)", "memory_bytes", scale=1e-9),
    Column("GPU", "gpus", seldom=True),
    Column("CUDA", "torch_cuda", seldom=True),
    *(Column(name, name) for name in ("power_mode", "system", "torch", "speech", "threads")),
    Column("described", "described_utc"),
    Column("differs", "differs"),
]

_TOLD = (
    *("board", "cpu", "architecture", "system", "kernel", "governor"),
    *("power_mode", "python", "commit", "torch_cuda"),
    *("described_utc", "config_sha256"),
)


def write(runs: list[Run], out: Path) -> dict[str, pd.DataFrame]:
    """Write devices, latency, energy and wer as CSV, Markdown and LaTeX; returns rows by name."""
    devices = table.checked("Devices", _devices(runs), compared.DEVICES)
    table_csv.write(devices, table_schema.described(compared.DEVICES), out / "devices.csv")
    _write("devices", "Devices", devices, worth_showing(_DEVICE_COLUMNS, devices), [], out)
    made = {}
    for name, one in TABLES.items():
        rows = table.with_text(pd.DataFrame(list(one.rows(runs))), one.schema)
        made[name] = table.checked(one.title, rows, one.schema)
        one = one.by_rate(made[name])
        beside, columns = side_by_side(made[name], one)
        table_csv.write(made[name], table_schema.described(one.schema), out / f"{name}.csv")
        _write(name, one.title, beside, columns, one.notes, out)
    return made


def _devices(runs: list[Run]) -> pd.DataFrame:
    """A row a run: what it ran on, and in what its configuration differs from the first's."""
    rows = []
    for run in runs:
        study, versions = run.study, run.device.get("versions") or {}
        told = {name: run.device.get(name) for name in _TOLD}
        rows.append(
            {
                "device": run.label,
                **{name: "" if value is None else str(value) for name, value in told.items()},
                **{name: run.device.get(name) for name in ("cores", "memory_bytes")},
                "gpus": gpus.in_words(run.device.get("gpus")),
                "torch": versions.get("torch") or "",
                "espnet": versions.get("espnet") or "",
                "results_version": run.device["results_version"],
                "speech": study.speech.name,
                "threads": str(study.decoding.threads),
                "differs": run_differences.configuration(runs[0], run),
            }
        )
    return pd.DataFrame(rows)


def side_by_side(rows: pd.DataFrame, one: Compared) -> tuple[pd.DataFrame, list[Column]]:
    """One row a variant, with the columns of each device, and what is shown of them."""
    names = list(dict.fromkeys(rows["device"]))
    first = names[0]
    wide = []
    for (model, _), here in rows.groupby(["model", "variant"], sort=False):
        known = [weights for weights in here["weights"] if weights]
        row = {"model": model, "weights": known[0] if known else ""}
        row |= {axis.name: here[axis.name].iloc[0] for axis in AXES}
        told: dict[str, list[str]] = {}  # of each reason, the devices that have it
        for line in here.to_dict("records"):
            place = names.index(line["device"])
            for column in (one.value, one.change, *one.more):
                row |= {f"{place} {name}": line[name] for name in _three(column)}
            if line["reason"] not in ("", compare_rows.PUBLISHED_REASON):
                told.setdefault(line["reason"], []).append(line["device"])
        remarks = [f"{', '.join(devices)}: {reason}" for reason, devices in told.items()]
        wide.append(row | {"reason": joined(remarks)})
    columns = worth_showing(list(VARIANT), rows)
    for place, name in enumerate(names):
        columns.append(_of(one.value, place, f"{name} {one.value.head}"))
        if name not in (first, compare_rows.PUBLISHED):
            columns += [
                _of(each, place, f"{each.head} to {first}") for each in (one.change, *one.more)
            ]
    shown = [name for column in columns for name in _three(column)]
    table_of_all = pd.DataFrame(wide).reindex(columns=[*shown, "weights", "reason"])
    return table_of_all, [*columns, Column("remarks", "reason")]


def _three(column: Column) -> list[str]:
    return [name for name in (column.value, column.low, column.high) if name]


def _of(column: Column, place: int, head: str) -> Column:
    value, *interval = (f"{place} {name}" for name in _three(column))
    low, high = interval or (None, None)
    return Column(head, value, low, high, column.scale)


def _write(name: str, title: str, shown, columns, notes: list[str], out: Path) -> None:
    table.write_text(markdown(title, shown, columns, notes), out / f"{name}.md")
    table.write_text(latex(title, shown, columns, notes, f"compare_{name}"), out / f"{name}.tex")
