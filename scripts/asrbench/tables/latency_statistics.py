"""What the table of latency says of one variant's rows."""

import pandas as pd

from asrbench.results import wer_rows
from asrbench.statistics import (
    bootstrap,
    line_fit,
    outliers,
    repeatability,
    variance_components,
)
from asrbench.statistics.round_unit_matrix import matrices
from asrbench.tables import latency_parts, percentiles

TRANSFER = ("real_time_factor_transfer_low", "real_time_factor_transfer_high")


def of(good: pd.DataFrame, seed: int) -> dict[str, object]:
    """Figures of the rows that have a latency; at least one is there.

    Means, median, percentiles and ``latency_std_s`` are over all rows. Estimates say how well
    a figure is known for this sample, and are not moderated yet; the bounds :data:`TRANSFER`
    say what other speech would give, by a bootstrap that ``seed`` draws.
    """
    cells = matrices(good, "utterance_id", ["latency_s", "duration_s", "cpu_s"])
    mean = repeatability.mean(cells["latency_s"])
    latency = good["latency_s"]
    return {
        "latency_mean_s": mean,
        "latency_undisturbed_s": repeatability.least(cells["latency_s"]),
        "interval_over": mean.over,
        "latency_median_s": latency.median(),
        **percentiles.of(good),
        "latency_std_s": latency.std(ddof=1),
        "latency_std_within_rounds_s": variance_components.within_rounds(cells["latency_s"]),
        "latency_std_between_rounds_s": variance_components.between_rounds(cells["latency_s"]),
        "outlier_rows": outliers.flags(good).sum(),
        **latency_parts.means(good),
        "real_time_factor": repeatability.ratio(cells["latency_s"], cells["duration_s"]),
        **_transfer(good, seed),
        "cpu_s_per_audio_s": repeatability.ratio(cells["cpu_s"], cells["duration_s"]),
        **_line(good, cells["latency_s"]),
        "tokens_mean": good["tokens"].mean(),
    }


def _transfer(good: pd.DataFrame, seed: int) -> dict[str, object]:
    means = good.groupby("utterance_id", as_index=False, sort=False).agg(
        {"latency_s": "mean", "duration_s": "mean", "speaker": "first"}
    )
    units, over = wer_rows.units(means)
    sums = means.groupby(units)[["latency_s", "duration_s"]].sum()
    found = bootstrap.ratio(sums["latency_s"], sums["duration_s"], seed=seed, over=over)
    return dict(zip(TRANSFER, (found.low, found.high), strict=True)) | {"transfer_over": found.over}


def _line(good: pd.DataFrame, latency_s) -> dict[str, object]:
    duration_s = good.groupby("utterance_id", sort=False)["duration_s"].first()
    line = line_fit.fit(duration_s.to_numpy(), latency_s)
    if line == line_fit.NO_LINE:
        return {"line_reason": "fewer than 3 utterances that differ in duration"}
    return {"startup_s": line.intercept, "slope_s_per_audio_s": line.slope}
