"""Names of the tables that the page is made from."""

TABLES = (
    *("summary", "latency", "latency_pairs", "latency_vs_frames", "latency_growth"),
    *("energy", "energy_vs_frames", "wer", "wer_pairs"),
)
# A table that another study may not have; the page says nothing where it is not there.
HYPOTHESES = "hypotheses"
