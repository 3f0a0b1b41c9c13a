"""Names of the tables that the page is made from."""

TABLES = (
    *("summary", "latency", "latency_pairs", "latency_vs_frames", "latency_growth"),
    *("energy", "energy_vs_frames", "wer", "wer_pairs"),
)
# Tables that another study may not have; the page says nothing where they are not there.
HYPOTHESES = "hypotheses"
STREAMING = "streaming"
OPTIONAL = (HYPOTHESES, STREAMING)
