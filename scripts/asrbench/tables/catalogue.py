"""Every table: its name among results/tables (or its path in results), and its columns."""

from pandera.pandas import DataFrameSchema

from asrbench import (
    compare_tables,
    table_batch,
    table_compute,
    table_energy,
    table_energy_frames,
    table_frames,
    table_hypotheses,
    table_latency,
    table_latency_growth,
    table_latency_pairs,
    table_parameters,
    table_power,
    table_summary,
    table_threads,
    table_wer,
    table_wer_duration,
    table_wer_pairs,
    table_wer_worst,
)

SCHEMAS: dict[str, DataFrameSchema] = {
    "parameters": table_parameters.TABLE.schema,
    "compute": table_compute.TABLE.schema,
    "latency": table_latency.TABLE.schema,
    "latency_pairs": table_latency_pairs.TABLE.schema,
    "latency_vs_frames": table_frames.TABLE.schema,
    "latency_growth": table_latency_growth.TABLE.schema,
    "latency_vs_batch": table_batch.TABLE.schema,
    "latency_vs_threads": table_threads.TABLE.schema,
    "energy": table_energy.TABLE.schema,
    "energy_vs_frames": table_energy_frames.TABLE.schema,
    "power_vs_time": table_power.TABLE.schema,
    "wer": table_wer.TABLE.schema,
    "wer_pairs": table_wer_pairs.TABLE.schema,
    "wer_vs_duration": table_wer_duration.TABLE.schema,
    "wer_worst": table_wer_worst.TABLE.schema,
    "hypotheses": table_hypotheses.TABLE.schema,
    "summary": table_summary.TABLE.schema,
    **compare_tables.SCHEMAS,
}
