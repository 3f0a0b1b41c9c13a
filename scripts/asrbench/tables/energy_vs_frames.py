"""The table of energy against input length: mean watts × latency at that length.

The watts are those of the preferred meter and scope, one for the whole study.
"""

from pathlib import Path

import pandas as pd

from asrbench.results import power_windows
from asrbench.statistics.error_propagation import product
from asrbench.study.config import Study
from asrbench.tables import interval_columns, table_csv
from asrbench.tables.power_columns import BY
from asrbench.tables.table import INTERVAL_NOTE, Table
from asrbench.tables.table_markdown import Column, spanned
from asrbench.tables.table_schema import count, interval, number, schema, text
from asrbench.tables.variant_rows import IDENTITY, VARIANT, identity, joined

_FIGURE = "energy_study_j"
_FIGURES = interval(_FIGURE, "Mean watts × mean latency at this length.")


def build(study: Study, results: Path) -> pd.DataFrame:
    """From results/energy and from results/tables/latency_vs_frames.csv."""
    sweep = table_csv.read(results / "tables", "latency_vs_frames")
    sweep = sweep.set_index(["model", "variant", "length_frames"])
    found = power_windows.read(results, study.variants(), study.energy.rounds)
    rows = []
    for variant, measured in found.items():
        power = measured.preferred
        mean = power.mean.interval()
        watts = (mean.value, mean.low, mean.high)
        for length in study.sweeps.frames.lengths:
            key = (*variant.key, length)
            timed = sweep.loc[key] if key in sweep.index else None
            reasons = list(power.reasons)
            if timed is None or pd.isna(timed["latency_mean_s"]):
                why = "not in latency_vs_frames" if timed is None else timed["reason"]
                reasons.append(f"no latency at {length} frames: {why}")
            row = identity(study, variant) | {
                "length_frames": length,
                "duration_s": None if timed is None else timed["duration_s"],
                "power_status": power.status,
                "meter": power.meter,
                "scope": power.scope,
                "reason": joined(reasons),
            }
            if timed is not None and power.windows:
                seconds = tuple(timed[list(interval_columns.names("latency_mean_s"))])
                kind = "" if power.status == "measured" else "estimated_"
                row |= interval_columns.cells(kind + _FIGURE, product(watts, seconds))
            rows.append(row)
    return pd.DataFrame(rows)


TABLE = Table(
    title="Energy against input length",
    build=build,
    schema=schema(
        **IDENTITY,
        length_frames=count(meaning="Length of the input in frames of the model's own front end."),
        duration_s=number(meaning="Mean length of the input in seconds."),
        **_FIGURES,
        **{
            f"estimated_{name}": number(meaning=f"Estimated. {column.description}")
            for name, column in _FIGURES.items()
        },
        **BY,
        reason=text(meaning="Why a figure is absent."),
    ),
    columns=[
        *VARIANT,
        Column("frames", "length_frames"),
        Column("audio (s)", "duration_s"),
        spanned("energy (J)", _FIGURE),
        spanned("estimated energy (J)", f"estimated_{_FIGURE}"),
        Column("power", "power_status"),
        Column("scope", "scope"),
        Column("remarks", "reason"),
    ],
    notes=[
        INTERVAL_NOTE,
        "Energy is the published study's formula: the variant's mean watts × its latency at "
        "that length.",
    ],
)
