"""The columns of the table of power and energy; estimates have names of their own."""

from asrbench.table import count, number, text, truth
from asrbench.table_markdown import Column

STATUSES = ("measured", "estimated", "unavailable", "void")

_FIGURES = {
    "power_mean_w": number(),
    "power_low_w": number(),
    "power_high_w": number(),
    "power_net_w": number(low=None),
    "power_net_low_w": number(low=None),
    "power_net_high_w": number(low=None),
    "power_idle_w": number(),
    "energy_per_utterance_study_j": number(),
    "energy_per_utterance_study_low_j": number(),
    "energy_per_utterance_study_high_j": number(),
    "energy_per_utterance_integral_j": number(),
    "energy_per_utterance_integral_low_j": number(),
    "energy_per_utterance_integral_high_j": number(),
    "energy_per_utterance_mwh": number(),
    "energy_per_utterance_net_j": number(low=None),
    "energy_per_utterance_net_low_j": number(low=None),
    "energy_per_utterance_net_high_j": number(low=None),
    "energy_per_utterance_net_mwh": number(low=None),
    "energy_per_audio_second_j": number(),
    "energy_per_audio_second_low_j": number(),
    "energy_per_audio_second_high_j": number(),
    "energy_per_audio_second_net_j": number(low=None),
    "energy_per_audio_second_net_low_j": number(low=None),
    "energy_per_audio_second_net_high_j": number(low=None),
}

SCHEMA = {
    "preferred": truth(),
    "rounds": count(),
    "power_status": text(*STATUSES),
    "meter": text(),
    "scope": text(),
    "samples": count(),
    **_FIGURES,
    "interval_over": text("rounds", "none"),
    "energy_interval_over": text("power and latency", "power", "latency", "none"),
    "idle_drift_percent": number(low=None),
    **{f"estimated_{name}": column for name, column in _FIGURES.items()},
    "cpu_s_per_audio_s": number(),
    "cpu_low_s_per_audio_s": number(),
    "cpu_high_s_per_audio_s": number(),
    "sampler_cores": number(),
    "flags": text(),
    "reason": text(),
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
