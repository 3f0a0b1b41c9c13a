"""The table of hypotheses: the published study's three, each part tested on this device.

What a model is comes from its own configuration: encoder and decoder of
self-attention ('Transformer') or of LSTM cells. Compared are models of the same
kind of weights and the same engine.
"""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import product
from pathlib import Path

import pandas as pd

from asrbench.sources import architecture
from asrbench.study import slugs, used_parts
from asrbench.study.config import Study
from asrbench.study.variant import Build
from asrbench.tables.claims import slowest, table_evidence, verdict
from asrbench.tables.claims.slowest import name
from asrbench.tables.claims.table_evidence import Absent, Evidence, Tables
from asrbench.tables.table import Table, speech_note
from asrbench.tables.table_markdown import Column
from asrbench.tables.table_schema import number, schema, text

COST, CTC, LENGTH, OUTLIER = "a: cost", "b: CTC", "c: larger inputs", "outlier"
HYPOTHESES = {
    COST: "The Transformer is better in word error rate and far larger, slower and hungrier than "
    "the LSTM.",
    CTC: "CTC decoding is cheaper than attention decoding.",
    LENGTH: "The Transformer gains more from larger inputs and batches, since it is not recurrent.",
    OUTLIER: "The LSTM hybrid is the slowest of all variants, as it was in the published study.",
}


def build(study: Study, results: Path) -> pd.DataFrame:
    """From results/tables; wer_pairs where it is there."""
    tables = Tables(results / "tables")
    try:
        families = _families(study, tables)
        pairs, why = _pairs(study, families), _no_pair(study, families)
    except Absent as absent:
        families, pairs, why = {}, [], str(absent)
    rows = [*_of_cost(study, tables, pairs, why), *_of_ctc(study, tables)]
    rows += [*_of_length(study, tables, pairs, why), *_of_outlier(study, tables, pairs, why)]
    return pd.DataFrame(rows)


def _families(study: Study, tables: Tables) -> dict[str, str]:
    """Model to its family."""
    table = tables.read("parameters").drop_duplicates("model").set_index("model")
    found = {}
    for build in study.builds():
        if build.name in table.index:
            row = table.loc[build.name]
            found[build.name] = architecture.family(row["encoder"], row["decoder"])
    return found


def _pairs(study: Study, families: dict[str, str]) -> list[tuple[str, str]]:
    """A Transformer and an LSTM each, alike in weights and engine."""
    return [
        (one.name, other.name)
        for one, other in product(study.builds(), repeat=2)
        if families.get(one.name) == architecture.TRANSFORMER
        and families.get(other.name) == architecture.LSTM
        and _kind(study, one) == _kind(study, other)
    ]


def _kind(study: Study, build: Build) -> tuple:
    """In what builds must be alike to be compared as networks."""
    return study.model(build.name).weights, build.values


def _no_pair(study: Study, families: dict[str, str]) -> str:
    told = ", ".join(f"{_shown(study, model)} ({family})" for model, family in families.items())
    return (
        "no Transformer and LSTM of the same kind of weights and the same engine; the models are "
        f"{told or 'unknown'}"
    )


def _of_cost(study: Study, tables: Tables, pairs, why: str) -> Iterator[dict]:
    parts = [
        ("has fewer word errors than", table_evidence.word_errors, 0.0, False),
        ("is slower than", table_evidence.latency, 1.0, True),
        ("takes more energy than", table_evidence.energy, 1.0, True),
    ]
    if not pairs:
        yield _untested(COST, "the Transformer has more parameters than the LSTM", why)
        for words, *_ in parts:
            yield _untested(COST, f"the Transformer {words} the LSTM", why)
    for one, other in pairs:
        claim = f"{_shown(study, one)} has more parameters than {_shown(study, other)}"
        yield _tested(
            *(COST, claim, one, other, 1.0, True),
            partial(table_evidence.parameters, tables, one, other),
        )
        for (words, weigh, neutral, above), slug in product(parts, _shared(study, one, other)):
            first, second = (one, slug), (other, slug)
            at = slugs.in_words(slug)
            claim = f"{_shown(study, one)} {words} {_shown(study, other)} at {at}"
            yield _tested(
                *(COST, claim, name(first), name(second), neutral, above),
                partial(weigh, tables, first, second),
            )


def _of_ctc(study: Study, tables: Tables) -> Iterator[dict]:
    parts = [
        ("takes less time than", table_evidence.latency),
        ("takes less energy than", table_evidence.energy),
    ]
    pairs = [
        (variant, other)
        for variant in study.variants()
        if variant.axes.get("ctc_weight") == "1.0"
        and (other := study.find(variant.model, **variant.axes | {"ctc_weight": "0.0"}))
    ]
    for words, weigh in parts:
        claim = f"CTC decoding {words} attention decoding"
        if not pairs:
            yield _untested(CTC, claim, "no model has both CTC weights 0.0 and 1.0")
        for one, other in pairs:
            said = f"{claim} in {_shown(study, one.model)}"
            yield _tested(
                *(CTC, said, str(one), str(other), 1.0, False),
                partial(weigh, tables, one.key, other.key),
            )


def _of_length(study: Study, tables: Tables, pairs, why: str) -> Iterator[dict]:
    if not pairs:
        yield _untested(LENGTH, "the Transformer's time grows less with the input's length", why)
        yield _untested(LENGTH, "the Transformer gains more from batches", why)
    for one, other in pairs:
        for part, slug in product(("latency", "encode"), _shared(study, one, other)):
            first, second = (one, slug), (other, slug)
            claim = (
                f"{part} of {_shown(study, one)} grows less with the input's length than that of "
                f"{_shown(study, other)} at {slugs.in_words(slug)}"
            )
            yield _tested(
                *(LENGTH, claim, name(first), name(second), 0.0, False),
                partial(table_evidence.growth, tables, first, second, part),
            )
        claim = f"{_shown(study, one)} gains more from a batch than {_shown(study, other)}"
        yield _tested(
            *(LENGTH, claim, one, other, 1.0, True),
            partial(table_evidence.batches, tables, one, other),
        )


def _of_outlier(study: Study, tables: Tables, pairs, why: str) -> Iterator[dict]:
    """One row a hybrid LSTM variant that stands beside a Transformer."""
    lstms = dict.fromkeys(lstm for _, lstm in pairs)
    hybrids = [
        variant
        for lstm in lstms
        for variant in study.variants(lstm)
        if used_parts.is_hybrid(variant.ctc_weight)
    ]
    if not hybrids:
        reason = "no CTC weight of an LSTM lies between 0 and 1" if lstms else why
        yield _untested(OUTLIER, "the LSTM hybrid is the slowest variant", reason)
    for hybrid in hybrids:
        kind = _kind(study, hybrid.build)
        alike = [v for v in study.variants() if _kind(study, v.build) == kind]
        others = [v.key for v in alike if v != hybrid]
        of = f"{_shown(study, hybrid.model)} at {slugs.in_words(hybrid.slug)}"
        claim = f"{of} is the slowest variant of its kind of weights and engine"
        try:
            found, said, reason = slowest.is_slowest(tables, hybrid.key, others)
            rival = slowest.rival_of(tables, others)
            where = ". ".join(slowest.explanation(tables, v) for v in (hybrid.key, rival))
        except Absent as absent:
            yield _untested(OUTLIER, claim, str(absent), str(hybrid))
            continue
        row = _row(OUTLIER, claim, str(hybrid), name(rival), found)
        sentence = f"against the slowest of the others, {found.sentence}. {where}."
        yield row | {"verdict": said, "evidence": sentence, "reason": reason}


def _tested(
    hypothesis: str,
    claim: str,
    first: str,
    second: str,
    neutral: float,
    above: bool,
    weigh: Callable[[], Evidence],
) -> dict[str, object]:
    try:
        found = weigh()
    except Absent as absent:
        return _untested(hypothesis, claim, str(absent), first, second)
    said, reason = verdict.of(found, neutral, above)
    row = _row(hypothesis, claim, first, second, found)
    return row | {"verdict": said, "evidence": found.sentence, "reason": reason}


def _row(hypothesis: str, claim: str, first: str, second: str, found: Evidence) -> dict:
    return {
        "hypothesis": hypothesis,
        "claim": claim,
        "first": first,
        "second": second,
        "value": found.value,
        "low": found.low,
        "high": found.high,
        "unit": found.unit,
    }


def _untested(hypothesis: str, claim: str, reason: str, first: str = "", second: str = "") -> dict:
    words = {"unit": "", "evidence": "", "reason": reason, "verdict": verdict.NOT_TESTED}
    return {"hypothesis": hypothesis, "claim": claim, "first": first, "second": second} | words


def _shared(study: Study, one: str, other: str) -> list[str]:
    """The decodings that both have, as in paths."""
    theirs = [variant.slug for variant in study.variants(other)]
    return [variant.slug for variant in study.variants(one) if variant.slug in theirs]


def _shown(study: Study, model: str) -> str:
    return f"{model} (random weights)" if study.model(model).weights == "random" else model


def _notes(study: Study) -> list[str]:
    return [
        *speech_note(study),
        *(f"{key}: {words}" for key, words in HYPOTHESES.items()),
        "Supported or contradicted: the 95 % interval lies wholly on one side of no difference "
        "(1 of a ratio, 0 of a difference). 'Far' and 'drastically' are no numbers, so the verdict "
        "is about the direction, and the value says how far. About 1 in "
        "20 parts with no real difference is called supported or contradicted by chance.",
        "Latency is compared utterance by utterance. Energy, growth, batches, and word errors "
        "without wer_pairs, are compared through the intervals of both, added in quadrature.",
    ]


TABLE = Table(
    title="Hypotheses of the published study",
    build=build,
    schema=schema(
        hypothesis=text(*HYPOTHESES, meaning="Which of the study's hypotheses, or its outlier."),
        claim=text(meaning="The part of it that is tested, as a sentence."),
        verdict=text(*verdict.VERDICTS, meaning="What this device's data say of the claim."),
        first=text(meaning="Variant or model that the claim is about."),
        second=text(meaning="Variant or model that it is compared with."),
        value=number(low=None, meaning="The figure that compares the two."),
        low=number(
            low=None, meaning="Lower bound of its 95 % interval; absent where it was counted."
        ),
        high=number(
            low=None, meaning="Upper bound of its 95 % interval; absent where it was counted."
        ),
        unit=text(meaning="What the figure is: a ratio, a difference of what."),
        evidence=text(meaning="The numbers behind it, as a sentence."),
        reason=text(meaning="Why the claim was not tested or nothing is shown."),
    ),
    columns=[
        Column("hypothesis", "hypothesis"),
        Column("claim", "claim"),
        Column("verdict", "verdict"),
        Column("value", "value", "low", "high"),
        Column("unit", "unit"),
        Column("evidence", "evidence"),
        Column("remarks", "reason"),
    ],
    notes=_notes,
)
