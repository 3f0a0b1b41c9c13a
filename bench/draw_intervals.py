"""Draws docs/intervals.svg: one recorded variant, and what its two kinds of interval are about.

The data are tests/data/noise_rounds.csv, 24 processes over five utterances; the first
five stand for a study.

    python bench/draw_intervals.py
"""

import sys
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts"))
from asrbench.statistics import bootstrap, repeatability

ROOT = Path(__file__).resolve().parents[1]
STUDY = 5  # rounds
OUT = ROOT / "docs/intervals.svg"


def main() -> None:
    rows = pd.read_csv(ROOT / "tests/data/noise_rounds.csv")
    seconds = rows.pivot(index="round", columns="utterance_id", values="latency_s")
    duration_s = rows.groupby("utterance_id")["duration_s"].first()[seconds.columns]
    factors = seconds.sum(axis=1) / duration_s.sum()
    study = seconds.iloc[:STUDY]
    again = repeatability.ratio(
        study.to_numpy(), pd.DataFrame([duration_s] * STUDY).to_numpy()
    ).interval()
    other = bootstrap.ratio(study.mean().to_numpy(), duration_s.to_numpy())

    plt.rcParams.update({"svg.hashsalt": "intervals", "svg.fonttype": "none", "font.size": 9})
    figure, axes = plt.subplots(figsize=(6.4, 2.6), layout="constrained")
    lines = [
        ("24 rounds, same speech", factors, None),
        (f"the same again\n({STUDY} rounds)", None, again),
        ("each utterance\n(mean of rounds)", study.mean() / duration_s, None),
        (f"other speech\n({len(duration_s)} utterances)", None, other),
    ]
    for place, (_, points, interval) in enumerate(reversed(lines)):
        if points is not None:
            axes.plot(points, [place] * len(points), "|", color="0.4", markersize=12)
        if interval is not None:
            axes.plot([interval.low, interval.high], [place, place], color="C0", linewidth=2)
            axes.plot(interval.value, place, "o", color="C0")
    axes.set_yticks(range(len(lines)), [name for name, *_ in reversed(lines)])
    axes.set_ylim(-0.6, len(lines) - 0.4)
    axes.set_xlabel("real-time factor (seconds of latency for a second of speech)")
    figure.savefig(OUT, metadata={"Date": None})


if __name__ == "__main__":
    main()
