"""The table of the utterances with the most errors, each with its alignment."""

from pathlib import Path

import jiwer
import numpy as np
import pandas as pd

from asrbench.results import wer_rows
from asrbench.results.wer_rows import Scored
from asrbench.study.config import Study
from asrbench.tables import error_rate
from asrbench.tables.table import Table
from asrbench.tables.table_markdown import Column
from asrbench.tables.table_schema import count, number, schema, text
from asrbench.tables.variant_rows import IDENTITY, VARIANT, identity, joined

WORST = 20


def build(study: Study, results: Path) -> pd.DataFrame:
    """At most :data:`WORST` rows a variant; one without utterances has one row that says why."""
    rows = []
    for variant in study.variants():
        scored = wer_rows.read(study, results, variant)
        who = identity(study, variant)
        if not len(scored):
            nothing = {
                "utterance_id": "",
                "error_rate": "",
                "alignment": "",
                "reason": joined(scored.reasons),
            }
            rows.append(who | nothing)
        rows += [who | worst for worst in _worst(scored)]
    return pd.DataFrame(rows)


def _worst(scored: Scored) -> list[dict[str, object]]:
    counts = scored.errors.first
    # Most errors first, then the shortest reference, then by name.
    order = np.lexsort((scored.lines["utterance_id"], counts.total, -counts.errors))
    chosen = [place for place in order[:WORST] if counts.errors[place] > 0]
    rate = error_rate.CER if scored.errors.error_rate == error_rate.CER.short else error_rate.WER
    rows = []
    for rank, place in enumerate(chosen, start=1):
        line = scored.lines.iloc[place]
        texts = [line["reference"], line["hypothesis"]]
        if rate is error_rate.CER:
            texts = [" ".join("".join(text.split())) for text in texts]
        total = int(counts.total[place])
        rows.append(
            {
                "rank": rank,
                "utterance_id": line["utterance_id"],
                "duration_s": line["duration_s"],
                "error_rate": rate.short,
                "words": total,
                "substitutions": int(counts.substitutions[place]),
                "deletions": int(counts.deletions[place]),
                "insertions": int(counts.insertions[place]),
                rate.column: 100.0 * counts.errors[place] / total if total else np.nan,
                "alignment": aligned(*texts),
                "reason": "failed" if scored.errors.failed[place] else "",
            }
        )
    return rows


def aligned(reference: str, hypothesis: str) -> str:
    """Both on one line: words that agree as they are, errors in brackets.

    'ONE [TWO>TOO] [-THREE] [+FOUR]' has a substitution, a deletion and an insertion.
    """
    found = jiwer.process_words([reference], [hypothesis])
    truth, guess = found.references[0], found.hypotheses[0]
    pieces = []
    for chunk in found.alignments[0]:
        there = truth[chunk.ref_start_idx : chunk.ref_end_idx]
        heard = guess[chunk.hyp_start_idx : chunk.hyp_end_idx]
        if chunk.type == "equal":
            pieces += there
        elif chunk.type == "substitute":
            pieces += [f"[{a}>{b}]" for a, b in zip(there, heard, strict=True)]
        else:
            sign, words = ("-", there) if chunk.type == "delete" else ("+", heard)
            pieces.append(f"[{sign}{' '.join(words)}]")
    return " ".join(pieces)


TABLE = Table(
    title="Worst utterances",
    build=build,
    schema=schema(
        **IDENTITY,
        rank=count(meaning="Place among the variant's utterances, the most errors first."),
        utterance_id=text(meaning="The utterance."),
        duration_s=number(meaning="Its duration."),
        **error_rate.ERROR_RATE,
        words=count(meaning="Words in its reference; for CER, here and below, characters."),
        substitutions=count(meaning="Reference words replaced by another word."),
        deletions=count(meaning="Reference words that are missing."),
        insertions=count(meaning="Words that are not in the reference."),
        wer_percent=number(meaning="Word error rate of the utterance, where it stands first."),
        cer_percent=number(meaning="Character error rate of it, where it stands first."),
        alignment=text(meaning="Reference and hypothesis on one line, errors in brackets."),
        reason=text(meaning="Why there is no utterance, or that it failed."),
    ),
    columns=[
        *VARIANT,
        Column("rank", "rank"),
        Column("utterance", "utterance_id"),
        Column("duration (s)", "duration_s"),
        Column("words", "words"),
        Column("CER (%)", "cer_percent", seldom=True),
        Column("WER (%)", "wer_percent", seldom=True),
        Column("alignment", "alignment"),
        Column("remarks", "reason"),
    ],
    notes=[
        f"At most {WORST} utterances of each variant, those with the most errors first. "
        "[A>B]: A was said and B written; [-A]: left out; [+A]: put in.",
    ],
    told=error_rate.why,
)
