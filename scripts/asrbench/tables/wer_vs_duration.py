"""The table of word error rate against duration: which errors long utterances have."""

from dataclasses import asdict
from pathlib import Path

import numpy as np
import pandas as pd

from asrbench.results import wer_rows
from asrbench.results.wer_rows import Scored
from asrbench.statistics import scoring
from asrbench.study.config import Study
from asrbench.tables import error_rate
from asrbench.tables.table import INTERVAL_NOTE, Table
from asrbench.tables.table_markdown import Column
from asrbench.tables.table_schema import count, interval, number, over, schema, text
from asrbench.tables.variant_rows import IDENTITY, VARIANT, identity, joined

# Classes of as many utterances each, so that every interval has something to rest on.
CLASSES = 5
FEWEST = 8  # utterances in a class


def build(study: Study, results: Path) -> pd.DataFrame:
    """A row for each class of durations of each variant."""
    rows = []
    for variant in study.variants():
        scored = wer_rows.read(study, results, variant)
        who = identity(study, variant)
        known = scored.take(scored.lines["duration_s"].notna().to_numpy())
        if not len(known):
            reasons = scored.reasons or ["the hypotheses have no durations"]
            nothing = {"error_rate": "", "interval_over": "none"}
            rows.append(who | nothing | {"reason": joined(reasons)})
        rows += [who | _row(study, part) for part in _classes(known)]
    return pd.DataFrame(rows)


def _classes(scored: Scored) -> list[Scored]:
    """Parts by duration, the shortest first."""
    order = np.lexsort((scored.lines["utterance_id"], scored.lines["duration_s"]))
    number = max(1, min(CLASSES, len(order) // FEWEST)) if len(order) else 0
    return [scored.take(part) for part in np.array_split(order, number)] if number else []


def _row(study: Study, part: Scored) -> dict[str, object]:
    score = scoring.score(part.errors, study.latency.seed, *wer_rows.units(part.lines))
    first = part.errors.first
    total = first.total.sum()
    sums = {
        kind: getattr(first, kind).sum() for kind in ("substitutions", "deletions", "insertions")
    }
    sums["words_written"] = first.hits.sum() + sums["substitutions"] + sums["insertions"]
    shares = {
        f"{kind}_percent": 100.0 * number / total if total else np.nan
        for kind, number in sums.items()
    }
    return {
        "duration_low_s": part.lines["duration_s"].min(),
        "duration_mean_s": part.lines["duration_s"].mean(),
        "duration_high_s": part.lines["duration_s"].max(),
        "utterances": score.utterances,
        "failed": score.failed,
        "words": score.words,
        **error_rate.cells_of_first(asdict(score)),
        "interval_over": score.interval_over,
        **shares,
        "reason": f"{score.failed} failed" if score.failed else "",
    }


TABLE = Table(
    title="Word error rate against duration",
    build=build,
    schema=schema(
        **IDENTITY,
        duration_low_s=number(meaning="Shortest utterance of the class."),
        duration_mean_s=number(meaning="Mean duration of the class."),
        duration_high_s=number(meaning="Longest utterance of the class."),
        utterances=count(meaning="Utterances in the class."),
        failed=count(meaning="Utterances that failed; their words count as deleted."),
        words=count(meaning="Words in their references."),
        **error_rate.ERROR_RATE,
        **interval("wer_percent", "Word error rate of the class."),
        **error_rate.FIRST_CER,
        interval_over=over("speakers", "utterances"),
        substitutions_percent=number(
            meaning="Replaced words of the references, by words; characters for CER."
        ),
        deletions_percent=number(
            meaning="Missing words of the references, by words; characters for CER."
        ),
        insertions_percent=number(
            meaning="Words put in, by words of the references; characters for CER."
        ),
        words_written_percent=number(
            meaning="Words of the hypotheses by words of the references; below 100 words are "
            "lost. Characters for CER."
        ),
        reason=text(meaning="Why there is no class, or that utterances failed."),
    ),
    columns=[
        *VARIANT,
        Column("from (s)", "duration_low_s"),
        Column("to (s)", "duration_high_s"),
        Column("utterances", "utterances"),
        *error_rate.SHOWN,
        Column("substitutions (%)", "substitutions_percent"),
        Column("deletions (%)", "deletions_percent"),
        Column("insertions (%)", "insertions_percent"),
        Column("words written (%)", "words_written_percent"),
        Column("remarks", "reason"),
    ],
    notes=[
        f"Utterances are cut by duration into at most {CLASSES} classes of as many each. "
        f"{INTERVAL_NOTE}",
        "Words written: words of the hypotheses per word of the references. Far below 100 %, with "
        "deletions that grow with duration, the search stops early or skips; above, it repeats.",
    ],
    told=error_rate.why,
)
