"""The table of word error rates."""

from dataclasses import asdict
from pathlib import Path

import pandas as pd

from asrbench.results import wer_rows
from asrbench.statistics import scoring
from asrbench.study import describe_job, normalise
from asrbench.study.config import Study
from asrbench.study.variant import Variant
from asrbench.tables import error_rate, search_ends
from asrbench.tables.table import INTERVAL_NOTE, Table, speech_note
from asrbench.tables.table_markdown import Column, plain, spanned
from asrbench.tables.table_schema import count, interval, number, over, schema, text
from asrbench.tables.variant_rows import IDENTITY, VARIANT, identity, joined


def build(study: Study, results: Path) -> pd.DataFrame:
    """Score results/wer/{model}/{variant}/hypotheses.jsonl; failed utterances are all deleted."""
    return pd.DataFrame([_row(study, results, variant) for variant in study.variants()])


def _row(study: Study, results: Path, variant: Variant) -> dict[str, object]:
    row = identity(study, variant) | {
        "normalisation": study.wer.normalisation,
        "words_by": describe_job.engine_of_words(study, variant.build),
    }
    scored = wer_rows.read(study, results, variant)
    if not len(scored):
        nothing = {"error_rate": "", "interval_over": "none"}
        return row | nothing | {"reason": joined(scored.reasons)}
    score = scoring.score(scored.errors, study.latency.seed, *wer_rows.units(scored.lines))
    reasons = list(scored.reasons)
    if not score.words:
        reasons.append("the references hold no words")
    ends = search_ends.counted(scored.lines["ended"], "utterances")
    return row | asdict(score) | ends | {"reason": joined(reasons)}


def _notes(study: Study) -> list[str]:
    words_by = describe_job.engine_of_words
    other = [b.name for b in study.builds() if words_by(study, b) != b["engine"]]
    return [
        *speech_note(study),
        *[f"Words of {', '.join(other)} were found by {study.wer.engine}, as espnet finds them."]
        * bool(other),
        *_cut_note(study),
        f"Text normalisation: {study.wer.normalisation}. A failed utterance counts as deleted.",
        f"{INTERVAL_NOTE} It is over speakers where there are {wer_rows.ENOUGH_SPEAKERS} or more, "
        "otherwise over utterances; [0, 0] says that no error was seen.",
    ]


def _cut_note(study: Study) -> list[str]:
    above_s = study.speech.cut_above_s()
    if above_s is None:
        return []
    return [
        f"Utterances longer than {above_s:g} s were decoded in pieces, cut where they are "
        "quietest; their words are joined and scored against the whole reference."
    ]


TABLE = Table(
    title="Word error rate",
    build=build,
    schema=schema(
        **IDENTITY,
        words_by=text(meaning="Engine whose search found the words; see wer.engine."),
        utterances=count(meaning="Utterances that were decoded or tried."),
        failed=count(meaning="Utterances that failed; their words count as deleted."),
        **search_ends.columns("utterances"),
        words=count(meaning="Words in the references."),
        hits=count(meaning="Reference words that were recognised."),
        substitutions=count(meaning="Reference words replaced by another word."),
        deletions=count(meaning="Reference words that are missing."),
        insertions=count(meaning="Words that are not in the reference."),
        **error_rate.ERROR_RATE,
        **interval("wer_percent", "Word error rate; insertions can bring it above 100."),
        **interval("cer_percent", "Character error rate; without spaces where it stands first."),
        interval_over=over("speakers", "utterances"),
        sentence_error_percent=number(high=100.0, meaning="Share of utterances with an error."),
        normalisation=text(
            *normalise.BY_NAME,
            meaning="What was done to references and hypotheses alike before they are compared.",
        ),
        reason=text(meaning="Why there is no rate, or utterances failed."),
    ),
    columns=[
        *VARIANT,
        spanned("WER (%)", "wer_percent"),
        spanned("CER (%)", "cer_percent"),
        Column("interval over", "interval_over"),
        Column("sentence errors (%)", "sentence_error_percent"),
        *plain("utterances", "failed"),
        *search_ends.shown("utterances"),
        *plain("words", "substitutions", "deletions", "insertions", "normalisation"),
        Column("remarks", "reason"),
    ],
    notes=_notes,
    told=error_rate.why,
)
