"""The columns of the table of power and energy; estimates have names of their own."""

import pandera.pandas as pa

from asrbench.tables.table_markdown import Column, plain, spanned
from asrbench.tables.table_schema import count, interval, number, text, truth
from asrbench.tables.variant_rows import VARIANT

STATUSES = ("measured", "estimated", "unavailable", "void")
BY = {
    "power_status": text(
        *STATUSES, meaning="Whether the watts are measured, estimated, absent or void."
    ),
    "meter": text(meaning="Kind of meter."),
    "scope": text(meaning="What part of the device it measures."),
}

FIGURES = {
    **interval("power_mean_w", "Mean power while inference runs."),
    **interval("power_net_w", "Mean power without idle power.", low=None),
    "power_idle_w": number(meaning="Mean power while the device is idle, before and after."),
    **interval(
        "energy_per_utterance_study_j", "Mean watts × mean latency, the published study's formula."
    ),
    **interval(
        "energy_per_utterance_integral_j", "Energy of the windows divided by their inferences."
    ),
    "energy_per_utterance_mwh": number(meaning="The integral in milliwatt-hours."),
    **interval("energy_per_utterance_net_j", "The integral without idle power.", low=None),
    "energy_per_utterance_net_mwh": number(
        low=None, meaning="The integral without idle power, in milliwatt-hours."
    ),
    **interval("energy_per_audio_second_j", "Energy of the windows for a second of audio."),
    **interval("energy_per_audio_second_net_j", "The same without idle power.", low=None),
}

SCHEMA = {
    "preferred": truth(meaning="Whether the study's figures are by this row's meter and scope."),
    "rounds": count(meaning="Rounds whose windows are in the row."),
    **BY,
    "samples": count(meaning="Readings of the meter inside the windows."),
    **FIGURES,
    "interval_over": text("rounds", "none", meaning="What varied for the intervals of power."),
    "energy_interval_over": text(
        "power and latency",
        "power",
        "latency",
        "none",
        meaning="What the interval of watts × latency is made of.",
    ),
    "idle_drift_percent": number(
        low=None, meaning="Change of idle power from before to after, the widest of the rounds."
    ),
    **{
        f"estimated_{name}": pa.Column(
            float,
            column.checks,
            nullable=True,
            description=f"By a model, not by a meter. {column.description}",
        )
        for name, column in FIGURES.items()
    },
    **interval(
        "cpu_s_per_audio_s",
        "CPU seconds for a second of audio in the rounds of latency: no energy.",
    ),
    "sampler_cores": number(meaning="CPU time of the process that reads the meters, in cores."),
    "flags": text(meaning="What makes the figures doubtful."),
    "reason": text(meaning="Why figures are absent, or rounds are void."),
}


COLUMNS = [
    *VARIANT,
    spanned("power (W)", "power_mean_w"),
    Column("idle (W)", "power_idle_w"),
    spanned("net power (W)", "power_net_w"),
    spanned("watts × latency (J)", "energy_per_utterance_study_j"),
    spanned("integral (J)", "energy_per_utterance_integral_j"),
    spanned("net (J)", "energy_per_utterance_net_j"),
    spanned("per second of audio (J)", "energy_per_audio_second_j"),
    Column("mWh", "energy_per_utterance_mwh"),
    Column("estimated power (W)", "estimated_power_mean_w"),
    spanned("estimated energy (J)", "estimated_energy_per_utterance_integral_j"),
    spanned("CPU s / audio s", "cpu_s_per_audio_s"),
    Column("power", "power_status"),
    *plain("meter", "scope", "samples", "rounds"),
    Column("sampler (cores)", "sampler_cores"),
    Column("flags", "flags"),
    Column("remarks", "reason"),
]
