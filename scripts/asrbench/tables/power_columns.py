"""The columns of the table of power and energy; estimates have names of their own."""

from asrbench.tables.table import count, number, text, truth
from asrbench.tables.table_markdown import Column

STATUSES = ("measured", "estimated", "unavailable", "void")

_FIGURES = {
    "power_mean_w": number(meaning="Mean power while inference runs."),
    "power_low_w": number(meaning="Lower bound of its 95 % interval."),
    "power_high_w": number(meaning="Upper bound of its 95 % interval."),
    "power_net_w": number(low=None, meaning="Mean power without idle power."),
    "power_net_low_w": number(low=None, meaning="Lower bound of its 95 % interval."),
    "power_net_high_w": number(low=None, meaning="Upper bound of its 95 % interval."),
    "power_idle_w": number(meaning="Mean power while the device is idle, before and after."),
    "energy_per_utterance_study_j": number(
        meaning="Mean watts × mean latency, the published study's formula."
    ),
    "energy_per_utterance_study_low_j": number(meaning="Lower bound of its 95 % interval."),
    "energy_per_utterance_study_high_j": number(meaning="Upper bound of its 95 % interval."),
    "energy_per_utterance_integral_j": number(
        meaning="Energy of the windows divided by their inferences."
    ),
    "energy_per_utterance_integral_low_j": number(meaning="Lower bound of its 95 % interval."),
    "energy_per_utterance_integral_high_j": number(meaning="Upper bound of its 95 % interval."),
    "energy_per_utterance_mwh": number(meaning="The integral in milliwatt-hours."),
    "energy_per_utterance_net_j": number(low=None, meaning="The integral without idle power."),
    "energy_per_utterance_net_low_j": number(low=None, meaning="Lower bound of its 95 % interval."),
    "energy_per_utterance_net_high_j": number(
        low=None, meaning="Upper bound of its 95 % interval."
    ),
    "energy_per_utterance_net_mwh": number(
        low=None, meaning="The integral without idle power, in milliwatt-hours."
    ),
    "energy_per_audio_second_j": number(meaning="Energy of the windows for a second of audio."),
    "energy_per_audio_second_low_j": number(meaning="Lower bound of its 95 % interval."),
    "energy_per_audio_second_high_j": number(meaning="Upper bound of its 95 % interval."),
    "energy_per_audio_second_net_j": number(low=None, meaning="The same without idle power."),
    "energy_per_audio_second_net_low_j": number(
        low=None, meaning="Lower bound of its 95 % interval."
    ),
    "energy_per_audio_second_net_high_j": number(
        low=None, meaning="Upper bound of its 95 % interval."
    ),
}

SCHEMA = {
    "preferred": truth(meaning="Whether this row's meter and scope stand for the study."),
    "rounds": count(meaning="Rounds whose windows are in the row."),
    "power_status": text(
        *STATUSES, meaning="Whether the watts are measured, estimated, absent or void."
    ),
    "meter": text(meaning="Kind of meter."),
    "scope": text(meaning="What part of the device it measures."),
    "samples": count(meaning="Readings of the meter inside the windows."),
    **_FIGURES,
    "interval_over": text(
        "rounds", "none", meaning="What was resampled for the intervals of power."
    ),
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
        f"estimated_{name}": number(
            low=0.0 if column.checks else None,
            meaning=f"By a model, not by a meter. {column.description}",
        )
        for name, column in _FIGURES.items()
    },
    "cpu_s_per_audio_s": number(
        meaning="CPU seconds for a second of audio in the rounds of latency: no energy."
    ),
    "cpu_low_s_per_audio_s": number(meaning="Lower bound of its 95 % interval."),
    "cpu_high_s_per_audio_s": number(meaning="Upper bound of its 95 % interval."),
    "sampler_cores": number(meaning="CPU time of the process that reads the meters, in cores."),
    "flags": text(meaning="What makes the figures doubtful."),
    "reason": text(meaning="Why figures are absent, or rounds are void."),
}


def _interval(head: str, stem: str, unit: str) -> Column:
    return Column(head, f"{stem}_{unit}", f"{stem}_low_{unit}", f"{stem}_high_{unit}")


COLUMNS = [
    Column("model", "model"),
    Column("CTC weight", "ctc_weight"),
    Column("engine", "engine"),
    Column("power (W)", "power_mean_w", "power_low_w", "power_high_w"),
    Column("idle (W)", "power_idle_w"),
    _interval("net power (W)", "power_net", "w"),
    _interval("watts × latency (J)", "energy_per_utterance_study", "j"),
    _interval("integral (J)", "energy_per_utterance_integral", "j"),
    _interval("net (J)", "energy_per_utterance_net", "j"),
    _interval("per second of audio (J)", "energy_per_audio_second", "j"),
    Column("mWh", "energy_per_utterance_mwh"),
    Column("estimated power (W)", "estimated_power_mean_w"),
    _interval("estimated energy (J)", "estimated_energy_per_utterance_integral", "j"),
    Column(
        "CPU s / audio s", "cpu_s_per_audio_s", "cpu_low_s_per_audio_s", "cpu_high_s_per_audio_s"
    ),
    Column("power", "power_status"),
    Column("meter", "meter"),
    Column("scope", "scope"),
    Column("samples", "samples"),
    Column("rounds", "rounds"),
    Column("sampler (cores)", "sampler_cores"),
    Column("flags", "flags"),
    Column("remarks", "reason"),
]
