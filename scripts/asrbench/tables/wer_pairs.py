"""The table of pairs by the error rate that stands first: every variant against every other one."""

from functools import partial
from pathlib import Path

import pandas as pd

from asrbench.results import wer_pair, wer_rows
from asrbench.results.wer_rows import Scored
from asrbench.study.config import Study
from asrbench.tables import error_rate, interval_columns
from asrbench.tables.table import Table
from asrbench.tables.table_markdown import Column, spanned
from asrbench.tables.table_schema import count, interval, over, schema, text
from asrbench.tables.variant_rows import IDENTITY, OTHER, OTHER_AXES, VARIANT, pair_rows


def build(study: Study, results: Path) -> pd.DataFrame:
    """Each pair once, in the order of the configuration."""
    found = {variant: wer_rows.read(study, results, variant) for variant in study.variants()}
    compared = partial(_compared, seed=study.latency.seed)
    return pair_rows(study, found, len, compared)


def _compared(first: Scored, second: Scored, seed: int) -> dict[str, object]:
    pair = wer_pair.compare(first, second, seed)
    return {
        "error_rate": pair.error_rate,
        "utterances_shared": pair.utterances,
        **interval_columns.cells("difference_percent", pair.difference),
        "interval_over": pair.difference.over,
        "verdict": pair.verdict,
        "reason": pair.reason,
    }


TABLE = Table(
    title="Error rates of pairs",
    build=build,
    schema=schema(
        **IDENTITY,
        **OTHER,
        **error_rate.ERROR_RATE,
        utterances_shared=count(meaning="Utterances that both have, over which they are compared."),
        **interval(
            "difference_percent",
            "Error rate of the first minus that of the other, in points.",
            low=None,
        ),
        interval_over=over("speakers", "utterances"),
        verdict=text(
            wer_pair.BETTER,
            wer_pair.WORSE,
            wer_pair.UNDECIDED,
            "",
            meaning="What the first is; empty where they cannot be compared.",
        ),
        reason=text(meaning="Why there is no comparison or no interval."),
    ),
    columns=[
        *VARIANT,
        Column("is", "verdict"),
        Column("than model", "other_model"),
        *OTHER_AXES,
        Column("by", "error_rate"),
        spanned("difference (points)", "difference_percent"),
        Column("utterances", "utterances_shared"),
        Column("interval over", "interval_over"),
        Column("remarks", "reason"),
    ],
    notes=[
        "Difference: error rate of the first variant minus that of the second, in percentage "
        "points, over the utterances that both have. In brackets: 95 % interval (bootstrap over "
        f"speakers where there are {wer_rows.ENOUGH_SPEAKERS} or more, otherwise over utterances).",
        f"Verdict: of the first variant; '{wer_pair.UNDECIDED}' where the interval holds 0. "
        "About 1 in 20 pairs with no real difference will be reported as better or worse by "
        "chance.",
    ],
    told=error_rate.why,
)
