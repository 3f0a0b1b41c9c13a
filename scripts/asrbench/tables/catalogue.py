"""The names of all tables, in the order of the data dictionary; each has a module of its name."""

NAMES = (
    *("parameters", "compute"),
    *("latency", "latency_pairs", "latency_vs_frames", "latency_growth"),
    *("latency_vs_batch", "latency_vs_threads"),
    "streaming",
    *("energy", "energy_vs_frames", "power_vs_time"),
    *("wer", "wer_pairs", "wer_vs_duration", "wer_worst"),
    *("hypotheses", "summary", "data_dictionary"),
)
