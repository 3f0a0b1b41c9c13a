"""Describes the jobs of each stage: what a stage depends on, and so what its program is given.

An edit of the configuration reruns the jobs whose description it changes, and nothing
else. Descriptions are plain (JSON) data; :class:`asrbench.study.job.Job` reads them.
"""

import hashlib

from asrbench.study.config import Study
from asrbench.study.engine_axes import ESPNET, MULTILINGUAL
from asrbench.study.job import CALLED_BY
from asrbench.study.variant import Build, Variant


def checkpoint(study: Study, name: str) -> dict:
    """What a model's files depend on, whatever is built from them."""
    model = study.model(name)
    asked = {"name", "source", "sha256", "weights", *(["upstream"] if model.upstream else [])}
    found = model.model_dump(include=asked)
    return (
        found if model.engine in ESPNET else found | {"engine": model.engine, "files": model.files}
    )


def speech(study: Study) -> dict:
    """What the list of utterances depends on."""
    return study.speech.model_dump(exclude={"name", "synthetic", "sample_rate_hz", "language"})


def _variant(study: Study, variant: Variant) -> dict:
    return {
        "model": variant.model,
        "checkpoint": variant.build.checkpoint,
        "variant": variant.slug,
        "axes": variant.axes,
        "tokens_per_second": study.model(variant.model).tokens_per_second,
        "sample_rate_hz": study.speech.sample_rate_hz,
        "channels": study.speech.channels,
        **_language(study, variant.build),
        **_limit(study),
    }


def _limit(study: Study) -> dict:
    """Rows that came within no limit are those that came within one: none is part of nothing."""
    return study.decoding.model_dump(include={"timeout_s"}, exclude_none=True)


def _language(study: Study, build: Build) -> dict:
    """What the language is to recognisers that are told it; most of ESPnet's are not."""
    told = build["engine"] not in ESPNET or build["engine"] in MULTILINGUAL
    return {} if not told else {"language": study.speech.language}


def _build(build: Build) -> dict:
    return {"model": build.name, "checkpoint": build.checkpoint, "axes": dict(build.values)}


def _measured(study: Study) -> dict:
    process = study.decoding.model_dump(include={"threads", "cores"})
    return process | {"warm_up": study.latency.warm_up}


def footprint(study: Study, variant: Variant) -> dict:
    """What loading a variant and the memory that it takes depend on."""
    process = study.decoding.model_dump(include={"threads", "cores"})
    return _variant(study, variant) | process


def _timed(study: Study, variant: Variant) -> dict:
    return _variant(study, variant) | _measured(study) | {"seed": study.latency.seed}


def latency(study: Study, variant: Variant) -> dict:
    """What one round of latency depends on; the number of rounds is not part of it.

    That of passes is: they are in the round's own process and file.
    """
    return _timed(study, variant) | {"passes": study.latency.passes}


def frames(study: Study, variant: Variant) -> dict:
    """What one round of the sweep over lengths depends on."""
    sweep = study.sweeps.frames.model_dump(exclude={"rounds"})
    return _timed(study, variant) | sweep


def threads(study: Study, variant: Variant) -> dict:
    """What one round of the sweep over threads depends on."""
    sweep = study.sweeps.threads.model_dump(exclude={"rounds"})
    shared = _timed(study, variant)
    del shared["threads"]
    return shared | sweep


def batch(study: Study, build: Build) -> dict:
    """What one round of the sweep over batch sizes depends on."""
    return {
        **_build(build),
        "sample_rate_hz": study.speech.sample_rate_hz,
        "channels": study.speech.channels,
        "seed": study.latency.seed,
        **_measured(study),
        **_limit(study),
        **study.sweeps.batch.model_dump(exclude={"rounds"}),
    }


def streaming(study: Study, variant: Variant) -> dict:
    """What one round of speech that comes in piece by piece depends on."""
    settings = study.streaming
    return _timed(study, variant) | {
        "pieces_s": settings.pieces_s,
        "max_utterances": settings.utterances,
        "redecode_s": settings.redecode_s,
    }


def energy(study: Study, variant: Variant) -> dict:
    """What one energy window depends on.

    The report shows it, and how a meter is called may hold a password: of that, a digest.
    """
    window = study.energy.model_dump(exclude={"rounds"})
    for meter, key in CALLED_BY.items():
        if window[meter] is not None:
            window[meter][key] = hashlib.sha256(repr(window[meter][key]).encode()).hexdigest()
    return _timed(study, variant) | {"energy": window}


def listening(study: Study, variant: Variant) -> dict:
    """What one window of power depends on while a variant listens."""
    settings = study.streaming
    pieces = {"pieces_s": settings.pieces_s[:1], "redecode_s": settings.redecode_s}
    return energy(study, variant) | pieces


def parameters(study: Study, build: Build) -> dict:
    """What the count of a build's parameters depends on, but for its files."""
    return _build(build)


def compute(study: Study, build: Build) -> dict:
    """What the count of a build's multiply-adds depends on, but for its files."""
    return _build(build) | {"tokens_per_second": study.model(build.name).tokens_per_second}


def pilot(study: Study, build: Build) -> dict:
    """What a pilot of a build depends on: all its decodings."""
    return {
        **compute(study, build),
        **_language(study, build),
        "decodings": {variant.slug: variant.axes for variant in study.variants(build.name)},
        "sample_rate_hz": study.speech.sample_rate_hz,
        "channels": study.speech.channels,
        **study.decoding.model_dump(include={"threads", "cores"}),
    }


def wer_corpus(study: Study) -> dict:
    """What the choice of utterances to decode depends on."""
    return {"max_utterances": study.wer.max_utterances, "seed": study.latency.seed}


def decoding(study: Study, variant: Variant) -> dict:
    """What the hypotheses of a variant depend on."""
    axes = variant.axes | {"engine": engine_of_words(study, variant.build)}
    above_s = study.speech.cut_above_s()
    cut = {} if above_s is None else {"cut_above_s": above_s}
    return _variant(study, variant) | wer_corpus(study) | {"axes": axes} | cut


def engine_of_words(study: Study, build: Build) -> str:
    """Whose search finds the words of a build's variants for the word error rate."""
    own = str(build["engine"])
    return study.wer.engine if study.wer.engine != "own" and own == "espnet" else own


def tables(study: Study) -> dict:
    """What every table's rows and labels depend on."""
    return {
        "name": study.name,
        "variants": [
            [*variant.key, variant.build.checkpoint, variant.axes] for variant in study.variants()
        ],
        "weights": {model.name: model.weights for model in study.models},
        "speech": [study.speech.name, study.speech.synthetic, study.speech.cut_above_s()],
        "decoding": study.decoding.model_dump(exclude={"timeout_s"}),
        "rounds": [
            study.latency.rounds,
            study.latency.passes,
            study.sweeps.frames.rounds,
            study.sweeps.batch.rounds,
            study.sweeps.threads.rounds,
            study.energy.rounds,
        ],
        "streaming": study.streaming.model_dump(),
        "lengths": study.sweeps.frames.lengths,
        "sizes": study.sweeps.batch.sizes,
        "threads": study.sweeps.threads.counts,
        "normalisation": study.wer.normalisation,
    }


_OF_VARIANT = (footprint, latency, frames, threads, streaming, energy, listening, decoding)
STAGES = {stage.__name__: stage for stage in _OF_VARIANT}
STAGES_OF_BUILD = {stage.__name__: stage for stage in (parameters, compute, batch, pilot)}


def of(study: Study, stage: str, model: str, variant: str | None = None) -> dict:
    """The job of a stage by the names that stand in paths.

    Raises:
        UserError: the study has no such build or variant.
    """
    if stage in STAGES:
        return STAGES[stage](study, study.variant(model, str(variant)))
    return STAGES_OF_BUILD[stage](study, study.build(model))
