"""The tables of a comparison: a row a variant and device as CSV, side by side to be read."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pandera.pandas as pa

from asrbench.compare import rows as compare_rows
from asrbench.compare.run_folder import Run
from asrbench.results import latency_pair
from asrbench.tables import table
from asrbench.tables.power_columns import STATUSES
from asrbench.tables.table import count, number, schema, text
from asrbench.tables.table_latex import latex
from asrbench.tables.table_markdown import Column, markdown
from asrbench.tables.variant_rows import joined

_PUBLISHED_NOTE = (
    "The published study's figures have no raw rows, hence neither intervals nor ratios."
)
_LOW, _HIGH = "Lower bound of its 95 % interval.", "Upper bound of its 95 % interval."
_WHO = {
    "model": text(meaning="Name of the model in the configurations."),
    "ctc_weight": text(meaning="Share of the CTC score in the search."),
    "engine": text("espnet", "fast", "", meaning="Whose search decoded; empty: no such variant."),
    "weights": text("trained", "random", "", meaning="Kind of weights; empty: no such variant."),
    "device": text(meaning="The run, by its folder or archive, or the published study."),
}
_AGAINST = {
    "against": text(meaning="The first run, with which it is compared; empty in its own rows."),
}
_REASON = {"reason": text(meaning="Why a figure is absent or not compared.")}
_OVERS = ("rounds and utterances", "rounds", "utterances", "none")


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
    """

    title: str
    rows: Callable[[list[Run]], Iterable[dict]]
    schema: pa.DataFrameSchema
    value: Column
    change: Column
    label: str
    said: str
    notes: list[str]


LATENCY = Compared(
    title="Latency by device",
    rows=compare_rows.latency,
    schema=schema(
        **_WHO,
        latency_mean_s=number(meaning="Mean wall time from a waveform in memory to text."),
        latency_low_s=number(meaning=_LOW),
        latency_high_s=number(meaning=_HIGH),
        real_time_factor=number(meaning="Seconds of latency for a second of audio."),
        **_AGAINST,
        utterances_shared=count(meaning="Utterances that both runs have."),
        ratio=number(meaning="Mean latency over that of the first run, on shared utterances."),
        ratio_low=number(meaning=_LOW),
        ratio_high=number(meaning=_HIGH),
        interval_over=text(*_OVERS, meaning="What was resampled for the ratio's interval."),
        verdict=text(
            *(latency_pair.SLOWER, latency_pair.FASTER, latency_pair.UNDECIDED, ""),
            meaning="What this run is against the first; empty where they are not compared.",
        ),
        **_REASON,
    ),
    value=Column("(s)", "latency_mean_s", "latency_low_s", "latency_high_s"),
    change=Column("ratio", "ratio", "ratio_low", "ratio_high"),
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
    schema=schema(
        **_WHO,
        power_status=text(
            *STATUSES, "published", meaning="Whether the watts are measured, estimated or absent."
        ),
        meter=text(meaning="Kind of meter."),
        scope=text(meaning="What part of the device it measures."),
        power_mean_w=number(meaning="Mean power while inference runs."),
        energy_per_utterance_study_j=number(meaning="Mean watts × mean latency."),
        energy_per_utterance_study_low_j=number(meaning=_LOW),
        energy_per_utterance_study_high_j=number(meaning=_HIGH),
        **_AGAINST,
        ratio=number(meaning="Joules over those of the first run; of one scope alone."),
        ratio_low=number(meaning=_LOW),
        ratio_high=number(meaning=_HIGH),
        **_REASON,
    ),
    value=Column(
        "(J)",
        "energy_per_utterance_study_j",
        "energy_per_utterance_study_low_j",
        "energy_per_utterance_study_high_j",
    ),
    change=Column("ratio", "ratio", "ratio_low", "ratio_high"),
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
    schema=schema(
        **_WHO,
        words=count(meaning="Words in the references."),
        wer_percent=number(meaning="Word error rate."),
        wer_low_percent=number(meaning=_LOW),
        wer_high_percent=number(meaning=_HIGH),
        **_AGAINST,
        difference_percent=number(low=None, meaning="Rate minus that of the first run, in points."),
        difference_low_percent=number(low=None, meaning=_LOW),
        difference_high_percent=number(low=None, meaning=_HIGH),
        **_REASON,
    ),
    value=Column("(%)", "wer_percent", "wer_low_percent", "wer_high_percent"),
    change=Column(
        *("difference", "difference_percent", "difference_low_percent", "difference_high_percent")
    ),
    label="word error rate (%)",
    said="{} points",
    notes=[
        "Differences are in percentage points, over the utterances that both decoded. Where a run "
        "came without its hypotheses, the intervals of both are added in quadrature.",
        _PUBLISHED_NOTE,
    ],
)

DEVICES = schema(
    device=text(meaning="The run, by its folder or archive."),
    board=text(meaning="Board or computer, as it names itself."),
    cpu=text(meaning="Name of the processor."),
    architecture=text(meaning="Instruction set."),
    cores=count(meaning="Logical processor cores."),
    memory_bytes=count(meaning="Memory of the device."),
    system=text(meaning="Operating system."),
    kernel=text(meaning="Release of its kernel."),
    governor=text(meaning="Rule that sets the processor's clock; empty: not told."),
    python=text(meaning="Version of Python."),
    torch=text(meaning="Version of torch."),
    espnet=text(meaning="Version of ESPnet."),
    commit=text(meaning="Commit of this project; empty: not known."),
    described_utc=text(meaning="When the device was described, in UTC."),
    config_sha256=text(meaning="Hash of the configuration as it was used."),
    results_version=count(meaning="Layout of its files and columns."),
    speech=text(meaning="Name of the speech in the configuration."),
    beam_size=count(meaning="Hypotheses that the search keeps at each step."),
    threads=text(meaning="CPU threads as configured."),
    differs=text(meaning="In what its configuration differs from the first run's."),
)

TABLES = {"latency": LATENCY, "energy": ENERGY, "wer": WER}
SCHEMAS = {
    "compare/devices": DEVICES,
    **{f"compare/{name}": compared.schema for name, compared in TABLES.items()},
}
_DEVICE_COLUMNS = [
    *(Column(name, name) for name in ("device", "board", "cpu", "cores")),
    Column("memory (GB)", "memory_bytes", scale=1e-9),
    *(Column(name, name) for name in ("system", "torch", "speech", "threads")),
    Column("beam", "beam_size"),
    Column("described", "described_utc"),
    Column("differs", "differs"),
]


def write(runs: list[Run], out: Path) -> dict[str, pd.DataFrame]:
    """Write devices, latency, energy and wer as CSV, Markdown and LaTeX; returns rows by name."""
    devices = table.checked("Devices", compare_rows.devices(runs), DEVICES)
    _write("devices", "Devices", devices, devices, _DEVICE_COLUMNS, [], out)
    made = {}
    for name, compared in TABLES.items():
        rows = pd.DataFrame(list(compared.rows(runs)))
        for column, given in compared.schema.columns.items():
            if table.kind(given) == "text":
                rows[column] = rows[column].fillna("") if column in rows else ""
        made[name] = table.checked(compared.title, rows, compared.schema)
        beside, columns = side_by_side(made[name], compared)
        _write(name, compared.title, made[name], beside, columns, compared.notes, out)
    return made


def side_by_side(rows: pd.DataFrame, compared: Compared) -> tuple[pd.DataFrame, list[Column]]:
    """One row a variant, with the columns of each device, and what is shown of them."""
    names = list(dict.fromkeys(rows["device"]))
    first = names[0]
    wide = []
    for (model, weight), here in rows.groupby(["model", "ctc_weight"], sort=False):
        known = [weights for weights in here["weights"] if weights]
        row = {"model": model, "ctc_weight": weight, "weights": known[0] if known else ""}
        told: dict[str, list[str]] = {}  # of each reason, the devices that have it
        for line in here.to_dict("records"):
            place = names.index(line["device"])
            for column in _three(compared.value) + _three(compared.change):
                row[f"{place} {column}"] = line[column]
            if line["reason"] not in ("", compare_rows.PUBLISHED_REASON):
                told.setdefault(line["reason"], []).append(line["device"])
        remarks = [f"{', '.join(devices)}: {reason}" for reason, devices in told.items()]
        wide.append(row | {"reason": joined(remarks)})
    columns = [Column("model", "model"), Column("CTC weight", "ctc_weight")]
    for place, name in enumerate(names):
        columns.append(_of(compared.value, place, f"{name} {compared.value.head}"))
        if name not in (first, compare_rows.PUBLISHED):
            columns.append(_of(compared.change, place, f"{compared.change.head} to {first}"))
    shown = [name for column in columns for name in _three(column)]
    table_of_all = pd.DataFrame(wide).reindex(columns=[*shown, "weights", "reason"])
    return table_of_all, [*columns, Column("remarks", "reason")]


def _three(column: Column) -> list[str]:
    return [name for name in (column.value, column.low, column.high) if name]


def _of(column: Column, place: int, head: str) -> Column:
    return Column(head, *(f"{place} {name}" for name in _three(column)), scale=column.scale)


def _write(name: str, title: str, rows, shown, columns, notes: list[str], out: Path) -> None:
    table.write_csv(rows, out / f"{name}.csv")
    table.write_text(markdown(title, shown, columns, notes), out / f"{name}.md")
    table.write_text(latex(title, shown, columns, notes, f"compare_{name}"), out / f"{name}.tex")
