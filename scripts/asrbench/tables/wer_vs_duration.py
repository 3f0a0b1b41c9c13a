"""The table of word error rate against duration: which errors long utterances have."""

from pathlib import Path

import numpy as np
import pandas as pd

from asrbench.results import wer_rows
from asrbench.results.wer_rows import Scored
from asrbench.statistics import scoring
from asrbench.study.config import Study
from asrbench.tables.table import INTERVAL_NOTE, Table
from asrbench.tables.table_markdown import Column, spanned
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
            rows.append(who | {"interval_over": "none", "reason": joined(reasons)})
        rows += [who | _row(study, part) for part in _classes(known)]
    return pd.DataFrame(rows)


def _classes(scored: Scored) -> list[Scored]:
    """Parts by duration, the shortest first."""
    order = np.lexsort((scored.lines["utterance_id"], scored.lines["duration_s"]))
    number = max(1, min(CLASSES, len(order) // FEWEST)) if len(order) else 0
    return [scored.take(part) for part in np.array_split(order, number)] if number else []


def _row(study: Study, part: Scored) -> dict[str, object]:
    score = scoring.score(part.errors, study.latency.seed, *wer_rows.units(part.lines))
    guessed = score.hits + score.substitutions + score.insertions
    shares = {
        f"{kind}_percent": 100.0 * getattr(score, kind) / score.words if score.words else np.nan
        for kind in ("substitutions", "deletions", "insertions")
    }
    return {
        "duration_low_s": part.lines["duration_s"].min(),
        "duration_mean_s": part.lines["duration_s"].mean(),
        "duration_high_s": part.lines["duration_s"].max(),
        "utterances": score.utterances,
        "failed": score.failed,
        "words": score.words,
        "wer_percent": score.wer_percent,
        "wer_low_percent": score.wer_low_percent,
        "wer_high_percent": score.wer_high_percent,
        "interval_over": score.interval_over,
        **shares,
        "words_written_percent": 100.0 * guessed / score.words if score.words else np.nan,
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
        **interval("wer_percent", "Word error rate of the class."),
        interval_over=over("speakers", "utterances"),
        substitutions_percent=number(meaning="Reference words replaced by another word, by words."),
        deletions_percent=number(meaning="Reference words that are missing, by words."),
        insertions_percent=number(meaning="Words that are not in the reference, by words."),
        words_written_percent=number(
            meaning="Words of the hypotheses by words of the references; below 100 words are lost."
        ),
        reason=text(meaning="Why there is no class, or that utterances failed."),
    ),
    columns=[
        *VARIANT,
        Column("from (s)", "duration_low_s"),
        Column("to (s)", "duration_high_s"),
        Column("utterances", "utterances"),
        spanned("WER (%)", "wer_percent"),
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
)
