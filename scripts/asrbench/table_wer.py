"""The table of word error rates."""

from dataclasses import asdict
from pathlib import Path

import pandas as pd

from asrbench import normalise, scoring
from asrbench.config import Study
from asrbench.errors import UserError
from asrbench.raw_files import failures, no_file, read_json_lines
from asrbench.table import INTERVAL_NOTE, Table, count, number, schema, speech_note, text
from asrbench.table_markdown import Column
from asrbench.variant_rows import IDENTITY, identity, joined


def build(study: Study, results: Path) -> pd.DataFrame:
    """Score results/wer/{model}/ctc{w}/hypotheses.jsonl; failed utterances are all deleted."""
    return pd.DataFrame([_row(study, results, *variant) for variant in study.variants()])


def _row(study: Study, results: Path, model: str, weight: str) -> dict[str, object]:
    row = identity(study, model, weight) | {"normalisation": study.wer.normalisation}
    path = results / "wer" / model / f"ctc{weight}" / "hypotheses.jsonl"
    try:
        lines = read_json_lines(path)
    except FileNotFoundError:
        return row | {"reason": no_file(path, results)}
    if len(lines) == 1 and lines[0].get("status") == "not applicable":
        return row | {"reason": f"not applicable: {lines[0].get('reason', 'no reason given')}"}
    if not lines:
        return row | {"reason": f"{path.relative_to(results).as_posix()} holds no utterance"}

    errors = scoring.count(
        [_pair(line, path) for line in lines], normalise.BY_NAME[study.wer.normalisation]
    )
    score = scoring.score(errors, study.latency.seed)
    state = pd.DataFrame(
        [(line.get("status", "ok"), line.get("reason") or "") for line in lines],
        columns=["status", "reason"],
    )
    reasons = failures(state)
    if not score.words:
        reasons.append("the references hold no words")
    return row | asdict(score) | {"reason": joined(reasons)}


def _pair(line: dict, path: Path) -> tuple[str, str | None]:
    if not isinstance(line.get("reference"), str):
        raise UserError(f"{path}: utterance {line.get('utterance_id')!r} has no reference")
    failed = line.get("status", "ok") != "ok" or not isinstance(line.get("hypothesis"), str)
    return line["reference"], None if failed else line["hypothesis"]


def _notes(study: Study) -> list[str]:
    return [
        *speech_note(study),
        f"Text normalisation: {study.wer.normalisation}. A failed utterance counts as deleted.",
        INTERVAL_NOTE + " It is over utterances; [0, 0] says that no error was seen.",
    ]


TABLE = Table(
    title="Word error rate",
    build=build,
    schema=schema(
        **IDENTITY,
        utterances=count(meaning="Utterances that were decoded or tried."),
        failed=count(meaning="Utterances that failed; their words count as deleted."),
        words=count(meaning="Words in the references."),
        hits=count(meaning="Words that were found."),
        substitutions=count(meaning="Words that another stands for."),
        deletions=count(meaning="Words that were left out."),
        insertions=count(meaning="Words that were added."),
        wer_percent=number(meaning="Word error rate; insertions can bring it above 100."),
        wer_low_percent=number(meaning="Lower bound of its 95 % interval, over utterances."),
        wer_high_percent=number(meaning="Upper bound of its 95 % interval, over utterances."),
        cer_percent=number(meaning="Character error rate."),
        sentence_error_percent=number(high=100.0, meaning="Share of utterances with an error."),
        normalisation=text(
            *normalise.BY_NAME,
            meaning="What was done to references and hypotheses alike before they are compared.",
        ),
        reason=text(meaning="Why there is no rate, or utterances failed."),
    ),
    columns=[
        Column("model", "model"),
        Column("CTC weight", "ctc_weight"),
        Column("engine", "engine"),
        Column("WER (%)", "wer_percent", "wer_low_percent", "wer_high_percent"),
        Column("CER (%)", "cer_percent"),
        Column("sentence errors (%)", "sentence_error_percent"),
        Column("utterances", "utterances"),
        Column("failed", "failed"),
        Column("words", "words"),
        Column("substitutions", "substitutions"),
        Column("deletions", "deletions"),
        Column("insertions", "insertions"),
        Column("remarks", "reason"),
    ],
    notes=_notes,
)
