"""What a run cannot tell: what is undecided, was not measured, or is not real."""

from asrbench.report.choice import ranked
from asrbench.report.facts import Facts
from asrbench.report.names import joined
from asrbench.report.sections import why_no_energy
from asrbench.results import latency_pair, wer_pair
from asrbench.study import axes, engine_axes
from asrbench.study.config import Study

_FEW = 30  # utterances: with fewer, one more long or hard one moves a mean


def sentences(facts: Facts) -> list[str]:
    """Each limit of this run in a sentence."""
    told = [facts.restlessness] if facts.restlessness else []
    told += [*_undecided(facts), *_few(facts)]
    if why_no_energy(facts):
        told.append("Energy: no meter measured it. CPU time is computing time and no energy.")
    elif len(ranked(facts).rows) and ranked(facts).no_energy:
        told.append(f"Which variant is best in energy: {ranked(facts).no_energy}.")
    told += across_engines(facts.study)
    random = [model for model in facts.models if model in facts.random]
    if random:
        told.append(
            f"What {joined(random)} would recognise: random weights have the latency of the "
            "architecture and no word error rate, so they are never recommended."
        )
    if facts.study.speech.synthetic:
        told.append("What real speech gives: a machine spoke what was recognised here.")
    return told


def across_engines(study: Study) -> list[str]:
    """What differs between rows of different engines beside what was chosen; [] where one runs."""
    engines = list(dict.fromkeys(str(variant["engine"]) for variant in study.variants()))
    families = list(dict.fromkeys("ESPnet" if e in engine_axes.ESPNET else e for e in engines))
    if len(families) == 1:
        return []
    told = [
        f"not comparable between {joined(families)}, but for the whole of latency, memory and "
        "energy: parts of latency (an engine that tells none has one bar, not divided), tokens and "
        "scores",
        f"errors by wer.normalisation {study.wer.normalisation}, which is applied to hypotheses "
        "and references alike: what an engine writes another way, and it does not make equal, "
        "counts as an error",
    ]
    beam = axes.BEAM_SIZE.name
    beams = {str(v["engine"]): v.axes.get(beam) for v in study.variants()}
    without = [engine for engine in engines if beams[engine] in (None, 1)]
    if without and len(without) < len(engines):
        told.append(f"{joined(without)} searches without a beam, the others with one")
    bound = [model.name for model in study.models if model.language is not None]
    if bound and len(bound) < len(study.models):
        told.append(f"{joined(bound)} knows one language alone, the others may know more")
    random = [model.name for model in study.models if model.weights == "random"]
    if random:
        told.append(f"{joined(random)} has random weights, and no words")
    return [f"What sets engines apart: {'; '.join(told)}."]


def _undecided(facts: Facts) -> list[str]:
    kinds = (
        ("latency_pairs", "latency", latency_pair.UNDECIDED),
        ("wer_pairs", facts.error_rate.words, wer_pair.UNDECIDED),
    )
    told = []
    for table, what, undecided in kinds:
        if table not in facts.tables:
            told.append(f"Which variants differ in {what}: there is no table {table}.")
            continue
        verdicts = facts.tables[table]["verdict"]
        compared = verdicts[verdicts != ""]
        open_pairs = int((compared == undecided).sum())
        if open_pairs:
            told.append(
                f"Which variant of a pair is better in {what}, for {open_pairs} of "
                f"{len(compared)} pairs: the interval holds no difference."
            )
    return told


def _few(facts: Facts) -> list[str]:
    told = []
    for table, what in (("latency", "latency"), ("wer", facts.error_rate.words)):
        if table in facts.tables:
            count = facts.tables[table]["utterances"].max()
            if 0 < count < _FEW:
                told.append(f"What other speech gives: {what} is over {int(count)} utterances.")
    return told
