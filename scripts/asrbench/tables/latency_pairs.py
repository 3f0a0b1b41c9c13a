"""The table of pairs: every variant against every other one, utterance by utterance."""

from pathlib import Path

import pandas as pd

from asrbench.results import latency_pair, timed_rows
from asrbench.results.latency_pair import Pair
from asrbench.results.timed_rows import Rows
from asrbench.study.config import Study
from asrbench.tables import interval_columns
from asrbench.tables.table import Table, speech_note
from asrbench.tables.table_markdown import Column, spanned
from asrbench.tables.table_schema import count, interval, schema, text
from asrbench.tables.variant_rows import IDENTITY, OTHER, OTHER_AXES, VARIANT, joined, pair_rows


def build(study: Study, results: Path) -> pd.DataFrame:
    """Each pair once, in the order of the configuration."""
    variants = study.variants()
    found = {variant: timed_rows.sample(study, results, variant) for variant in variants}

    def compared(first: Rows, second: Rows) -> dict[str, object]:
        pair = latency_pair.compare(first.good, second.good, len(variants), same_run=True)
        return {"pair": pair}

    rows = pair_rows(study, found, lambda rows: not rows.good.empty, compared).to_dict("records")
    places = [place for place, row in enumerate(rows) if isinstance(row.get("pair"), Pair)]
    pairs = latency_pair.decided([rows[place]["pair"] for place in places], len(variants))
    turns = {variant.key: timed_rows.in_turn_with(results, variant) for variant in variants}
    for place, pair in zip(places, pairs, strict=True):
        row = rows[place]
        one = row["model"], row["variant"]
        other = row["other_model"], row["other_variant"]
        # Both must say it: one may have been measured again since.
        apart = any(
            (others := turns[this]) is not None and " ".join(that) not in others
            for this, that in ((one, other), (other, one))
        )
        row |= _cells(pair, "not timed in turn" if apart else "")
    return pd.DataFrame(rows)


def _cells(pair: Pair, apart: str) -> dict[str, object]:
    return {
        "utterances_shared": pair.utterances,
        "rows_left_out": pair.rows_left_out,
        **interval_columns.cells("difference_s", pair.difference),
        **interval_columns.cells("ratio", pair.ratio),
        **interval_columns.cells("typical_ratio", pair.typical.interval()),
        "interval_over": pair.ratio.over,
        "compared_by": pair.compared_by,
        "verdict": pair.verdict,
        "reason": joined([pair.reason, apart]),
    }


def _notes(study: Study) -> list[str]:
    return [
        *speech_note(study),
        "Difference and ratio: the first variant against the second, mean latencies over the "
        "utterances that both have in the same rounds and passes, so that long ones weigh most. "
        "Typical ratio: of one utterance, each weighing the same; of each the mean of the middle "
        "half of its ratios, then the mean over utterances, both of logarithms. In brackets: 95 % "
        "interval, about these utterances in other "
        "rounds; rounds are paired, since they are measured in turn, where they leave "
        f"{latency_pair.FEWEST_FREEDOM_PAIRED} degrees of freedom. The relative spread is drawn "
        "towards that of all pairs.",
        "Compared by: the ratio that decides. It is the typical one where rounds are paired, since "
        "its error is the smaller. Where the two contradict each other, and the ratio depends on "
        "how long an utterance takes, that of means decides. Since either may, the interval that "
        "decides has 97.5 %.",
        f"Verdict: of the first variant; '{latency_pair.UNDECIDED}' where the deciding interval "
        "holds 1. About 1 in 40 pairs with no real difference will be reported as slower or "
        "faster by chance.",
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
        **interval(
            "typical_ratio", "Latency of the first over that of the other, of one utterance."
        ),
        interval_over=text(
            "rounds and passes",
            "rounds",
            "passes",
            "none",
            meaning="What varied for the intervals; utterances are the same.",
        ),
        compared_by=text(
            latency_pair.MEAN, latency_pair.TYPICAL, "", meaning="Which of the two ratios decides."
        ),
        verdict=text(
            latency_pair.SLOWER,
            latency_pair.FASTER,
            latency_pair.UNDECIDED,
            "",
            meaning="What the first is; empty where they cannot be compared.",
        ),
        reason=text(
            meaning="Why there is no comparison or no interval, why the two ratios contradict each "
            "other, and whether both were timed apart."
        ),
    ),
    columns=[
        *VARIANT,
        Column("is", "verdict"),
        Column("against model", "other_model"),
        *OTHER_AXES,
        spanned("difference (s)", "difference_s"),
        spanned("ratio", "ratio"),
        spanned("typical ratio", "typical_ratio"),
        Column("compared by", "compared_by"),
        Column("utterances", "utterances_shared"),
        Column("left out", "rows_left_out"),
        Column("interval over", "interval_over"),
        Column("remarks", "reason"),
    ],
    notes=_notes,
)
