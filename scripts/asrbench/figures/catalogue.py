"""The names of all figures, with the tables that each reads; each has a module of its name."""

TABLES_OF = {
    "parameters": ("parameters",),
    "latency": ("latency",),
    "latency_vs_frames": ("latency_vs_frames", "latency_growth"),
    "latency_vs_batch": ("latency_vs_batch",),
    "latency_vs_threads": ("latency_vs_threads",),
    "streaming": ("streaming",),
    "energy": ("energy",),
    "energy_vs_frames": ("energy_vs_frames",),
    "power_vs_time": ("power_vs_time",),
    "wer_vs_duration": ("wer_vs_duration",),
    "wer_vs_latency": ("wer", "latency", "parameters"),
    "wer_vs_energy": ("wer", "energy", "parameters"),
}
