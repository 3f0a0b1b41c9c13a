"""The table of pairs: every variant against every other one, utterance by utterance."""

from functools import partial
from pathlib import Path

import pandas as pd

from asrbench.results import latency_pair, timed_rows
from asrbench.results.timed_rows import Rows
from asrbench.study.config import Study
from asrbench.tables import interval_columns
from asrbench.tables.table import Table, speech_note
from asrbench.tables.table_markdown import Column, spanned
from asrbench.tables.table_schema import count, interval, schema, text
from asrbench.tables.variant_rows import IDENTITY, OTHER, OTHER_AXES, VARIANT, pair_rows


def build(study: Study, results: Path) -> pd.DataFrame:
    """Each pair once, in the order of the configuration."""
    found = {variant: timed_rows.sample(study, results, variant) for variant in study.variants()}
    compared = partial(_compared, seed=study.latency.seed)
    return pair_rows(study, found, lambda rows: not rows.good.empty, compared)


def _compared(first: Rows, second: Rows, seed: int) -> dict[str, object]:
    pair = latency_pair.compare(first.good, second.good, seed, same_run=True)
    return {
        "utterances_shared": pair.utterances,
        "rows_left_out": pair.rows_left_out,
        **interval_columns.cells("difference_s", pair.difference),
        **interval_columns.cells("ratio", pair.ratio),
        "interval_over": pair.difference.over,
        "verdict": pair.verdict,
        "reason": pair.reason,
    }


def _notes(study: Study) -> list[str]:
    return [
        *speech_note(study),
        "Difference and ratio: the first variant against the second, mean latencies over the "
        "utterances that both have in the same rounds, and from "
        f"{latency_pair.FEWEST_ROUNDS_PAIRED} rounds on pair by pair of rounds, which are measured "
        "in turn. In brackets: 95 % interval (bootstrap).",
        f"Verdict: of the first variant; '{latency_pair.UNDECIDED}' where the difference's "
        "interval holds 0 or the ratio's holds 1. About 1 in 20 pairs with no real difference "
        "will be reported as slower or faster by chance.",
    ]


TABLE = Table(
    title="Latency of pairs",
    build=build,
    schema=schema(
        **IDENTITY,
        **OTHER,
        utterances_shared=count(meaning="Utterances that both have, over which they are compared."),
        rows_left_out=count(meaning="Rows that only one of them has, hence not compared."),
        **interval("difference_s", "Mean latency of the first minus that of the other.", low=None),
        **interval("ratio", "Mean latency of the first over that of the other."),
        interval_over=text(
            "rounds and utterances",
            "rounds",
            "utterances",
            "none",
            meaning="What was resampled for the intervals.",
        ),
        verdict=text(
            latency_pair.SLOWER,
            latency_pair.FASTER,
            latency_pair.UNDECIDED,
            "",
            meaning="What the first is; empty where they cannot be compared.",
        ),
        reason=text(meaning="Why there is no comparison or no interval."),
    ),
    columns=[
        *VARIANT,
        Column("is", "verdict"),
        Column("against model", "other_model"),
        *OTHER_AXES,
        spanned("difference (s)", "difference_s"),
        spanned("ratio", "ratio"),
        Column("utterances", "utterances_shared"),
        Column("left out", "rows_left_out"),
        Column("interval over", "interval_over"),
        Column("remarks", "reason"),
    ],
    notes=_notes,
)
