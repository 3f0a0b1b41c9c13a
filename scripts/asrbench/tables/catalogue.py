"""Every table: its name among results/tables (or its path in results), and its columns."""

from pandera.pandas import DataFrameSchema

from asrbench.compare import tables
from asrbench.tables import (
    compute,
    energy,
    energy_vs_frames,
    hypotheses,
    latency,
    latency_growth,
    latency_pairs,
    latency_vs_batch,
    latency_vs_frames,
    latency_vs_threads,
    parameters,
    power_vs_time,
    summary,
    wer,
    wer_pairs,
    wer_vs_duration,
    wer_worst,
)

SCHEMAS: dict[str, DataFrameSchema] = {
    "parameters": parameters.TABLE.schema,
    "compute": compute.TABLE.schema,
    "latency": latency.TABLE.schema,
    "latency_pairs": latency_pairs.TABLE.schema,
    "latency_vs_frames": latency_vs_frames.TABLE.schema,
    "latency_growth": latency_growth.TABLE.schema,
    "latency_vs_batch": latency_vs_batch.TABLE.schema,
    "latency_vs_threads": latency_vs_threads.TABLE.schema,
    "energy": energy.TABLE.schema,
    "energy_vs_frames": energy_vs_frames.TABLE.schema,
    "power_vs_time": power_vs_time.TABLE.schema,
    "wer": wer.TABLE.schema,
    "wer_pairs": wer_pairs.TABLE.schema,
    "wer_vs_duration": wer_vs_duration.TABLE.schema,
    "wer_worst": wer_worst.TABLE.schema,
    "hypotheses": hypotheses.TABLE.schema,
    "summary": summary.TABLE.schema,
    **tables.SCHEMAS,
}
