"""What the table of latency says of one variant's rows."""

import pandas as pd

from asrbench.statistics import bootstrap, line_fit, outliers, variance_components
from asrbench.statistics.round_unit_matrix import matrices
from asrbench.tables import interval_columns, latency_parts, percentiles


def of(good: pd.DataFrame, seed: int) -> dict[str, object]:
    """Figures of the rows that have a latency; at least one is there.

    Means, median, percentiles and ``latency_std_s`` are over all rows; intervals
    are over rounds and utterances.
    """
    cells = matrices(good, "utterance_id", ["latency_s", "duration_s", "cpu_s"])
    mean = bootstrap.ratio(cells["latency_s"], seed=seed)
    factor = bootstrap.ratio(cells["latency_s"], cells["duration_s"], seed=seed)
    cpu = bootstrap.ratio(cells["cpu_s"], cells["duration_s"], seed=seed)
    latency = good["latency_s"]
    return {
        **interval_columns.cells("latency_mean_s", mean),
        "interval_over": mean.over,
        "latency_median_s": latency.median(),
        **percentiles.of(good),
        "latency_std_s": latency.std(ddof=1),
        "latency_std_within_rounds_s": variance_components.within_rounds(cells["latency_s"]),
        "latency_std_between_rounds_s": variance_components.between_rounds(cells["latency_s"]),
        "outlier_rows": outliers.flags(good).sum(),
        **latency_parts.means(good),
        **interval_columns.cells("real_time_factor", factor),
        **interval_columns.cells("cpu_s_per_audio_s", cpu),
        **_line(good, cells["latency_s"], seed),
        "tokens_mean": good["tokens"].mean(),
    }


def _line(good: pd.DataFrame, latency_s, seed: int) -> dict[str, object]:
    duration_s = good.groupby("utterance_id", sort=False)["duration_s"].first()
    line = line_fit.fit(duration_s.to_numpy(), latency_s, seed=seed)
    if line == line_fit.NO_LINE:
        return {"line_reason": "fewer than 3 utterances that differ in duration"}
    return {
        **interval_columns.cells("startup_s", line.intercept),
        **interval_columns.cells("slope_s_per_audio_s", line.slope),
    }
