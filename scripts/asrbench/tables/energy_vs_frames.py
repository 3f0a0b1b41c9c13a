"""The table of energy against input length: mean watts × latency at that length.

The watts are those of the preferred meter and scope, one for the whole study.
"""

from pathlib import Path

import pandas as pd

from asrbench.results import power_windows
from asrbench.statistics.error_propagation import product
from asrbench.study.config import Study
from asrbench.tables import table_csv
from asrbench.tables.power_columns import STATUSES
from asrbench.tables.table import INTERVAL_NOTE, Table, count, number, schema, speech_note, text
from asrbench.tables.table_markdown import Column
from asrbench.tables.variant_rows import IDENTITY, identity, joined

FIGURES = ("energy_study_j", "energy_study_low_j", "energy_study_high_j")
ESTIMATES = tuple(f"estimated_{name}" for name in FIGURES)
MEANINGS = (
    "Mean watts × mean latency at this length.",
    "Lower bound of its 95 % interval.",
    "Upper bound of its 95 % interval.",
)


def build(study: Study, results: Path) -> pd.DataFrame:
    """From results/energy and from results/tables/latency_vs_frames.csv."""
    sweep = table_csv.read(results / "tables", "latency_vs_frames")
    sweep = sweep.set_index(["model", "ctc_weight", "length_frames"])
    found = power_windows.read(results, study.variants(), study.energy.rounds, study.latency.seed)
    rows = []
    for (model, weight), measured in found.items():
        power = measured.preferred
        watts = (power.mean.value, power.mean.low, power.mean.high)
        for length in study.sweeps.frames.lengths:
            key = (model, weight, length)
            timed = sweep.loc[key] if key in sweep.index else None
            reasons = list(power.reasons)
            if timed is None or pd.isna(timed["latency_mean_s"]):
                why = "not in latency_vs_frames" if timed is None else timed["reason"]
                reasons.append(f"no latency at {length} frames: {why}")
            row = identity(study, model, weight) | {
                "length_frames": length,
                "duration_s": None if timed is None else timed["duration_s"],
                "power_status": power.status,
                "meter": power.meter,
                "scope": power.scope,
                "reason": joined(reasons),
            }
            if timed is not None and power.windows:
                seconds = tuple(timed[f"latency_{part}_s"] for part in ("mean", "low", "high"))
                names = FIGURES if power.status == "measured" else ESTIMATES
                row |= dict(zip(names, product(watts, seconds), strict=True))
            rows.append(row)
    return pd.DataFrame(rows)


def _notes(study: Study) -> list[str]:
    return [
        *speech_note(study),
        INTERVAL_NOTE,
        "Energy is the published study's formula: the variant's mean watts × its latency at "
        "that length.",
    ]


TABLE = Table(
    title="Energy against input length",
    build=build,
    schema=schema(
        **IDENTITY,
        length_frames=count(meaning="Length of the input in frames of the model's own front end."),
        duration_s=number(meaning="Mean length of the input in seconds."),
        **{n: number(meaning=m) for n, m in zip(FIGURES, MEANINGS, strict=True)},
        **{n: number(meaning=f"Estimated. {m}") for n, m in zip(ESTIMATES, MEANINGS, strict=True)},
        power_status=text(
            *STATUSES, meaning="Whether the watts are measured, estimated, absent or void."
        ),
        meter=text(meaning="Meter that stands for the study."),
        scope=text(meaning="What part of the device it measures."),
        reason=text(meaning="Why a figure is absent."),
    ),
    columns=[
        Column("model", "model"),
        Column("CTC weight", "ctc_weight"),
        Column("engine", "engine"),
        Column("frames", "length_frames"),
        Column("audio (s)", "duration_s"),
        Column("energy (J)", *FIGURES),
        Column("estimated energy (J)", *ESTIMATES),
        Column("power", "power_status"),
        Column("scope", "scope"),
        Column("remarks", "reason"),
    ],
    notes=_notes,
)
