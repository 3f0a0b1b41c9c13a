"""Whether the LSTM hybrid is the slowest variant, and where its time goes."""

from asrbench.basics.digits import figure
from asrbench.tables.claims import table_evidence, verdict
from asrbench.tables.claims.table_evidence import Evidence, Tables, Variant

# Words for the parts of latency in latency.csv.
_PARTS = {
    "encode": "encoder",
    "decoder": "attention decoder",
    "ctc": "CTC scoring",
    "bookkeeping": "search bookkeeping",
    "other": "the rest",
}
_LEAST = 0.005  # of the whole: smaller parts are not told


def is_slowest(tables: Tables, hybrid: Variant, others: list[Variant]) -> tuple[Evidence, str, str]:
    """Compare a variant with each of the others, all of which have a latency.

    Returns:
        Its latency over that of the slowest of the others, the verdict, and the
        reason where nothing is shown. Slower than the slowest alone is not
        enough: it must be slower than each, and where one is slower than it,
        it is not the slowest.

    Raises:
        Absent: where a latency is not there.
    """
    against = {other: table_evidence.latency(tables, hybrid, other) for other in others}
    verdicts = [verdict.of(found, neutral=1.0, claims_above=True) for found in against.values()]
    rival = rival_of(tables, others)
    found = against[rival]
    if any(word == verdict.CONTRADICTED for word, _ in verdicts):
        return found, verdict.CONTRADICTED, ""
    for word, reason in verdicts:
        if word == verdict.NOT_SHOWN:
            return found, word, reason
    return found, verdict.SUPPORTED, ""


def rival_of(tables: Tables, others: list[Variant]) -> Variant:
    """The one of the longest mean latency."""
    return max(others, key=lambda other: _row(tables, other)["latency_mean_s"])


def explanation(tables: Tables, variant: Variant) -> str:
    """Where a variant's time goes: 'lstm ctc0.3: 9.50 s, of which …; 45.0 tokens an utterance'."""
    row = _row(tables, variant)
    whole = float(row["latency_mean_s"])
    parts = {words: row[f"{part}_mean_s"] for part, words in _PARTS.items()}
    known = {words: seconds for words, seconds in parts.items() if seconds == seconds}
    told = ", ".join(
        f"{words} {figure(float(seconds))} s ({seconds / whole:.0%})"
        for words, seconds in sorted(known.items(), key=lambda part: -part[1])
        if seconds >= _LEAST * whole > 0
    )
    steps = f"{figure(float(row['tokens_mean']))} tokens an utterance"
    return f"{name(variant)}: {figure(float(whole))} s, of which {told}; {steps}"


def name(variant: Variant) -> str:
    """'lstm ctc0.3'."""
    return " ".join(variant)


def _row(tables: Tables, variant: Variant):
    model, slug = variant
    return tables.row("latency", "latency_mean_s", model=model, variant=slug)
