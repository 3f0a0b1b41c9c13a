"""Describes the jobs of each stage: what a stage depends on, and so what its program is given.

An edit of the configuration reruns the jobs whose description it changes, and nothing
else. Descriptions are plain (JSON) data; :class:`asrbench.study.job.Job` reads them.
"""

import hashlib

from asrbench.study.config import Study
from asrbench.study.job import CALLED_BY

# Of a variant, and of a model alone.
STAGES = ("latency", "frames", "threads", "energy", "decoding")
STAGES_OF_MODEL = ("parameters", "compute", "batch")


def model(study: Study, name: str) -> dict:
    """What a model's files depend on."""
    return study.model(name).model_dump(exclude={"ctc_weights", "tokens_per_second", "engine"})


def speech(study: Study) -> dict:
    """What the list of utterances depends on."""
    return study.speech.model_dump(exclude={"name", "synthetic", "sample_rate_hz"})


def _variant(study: Study, name: str, ctc_weight: str) -> dict:
    return {
        "model": name,
        "ctc_weight": ctc_weight,
        "engine": study.model(name).engine,
        "tokens_per_second": study.model(name).tokens_per_second,
        "beam_size": study.decoding.beam_size,
        "sample_rate_hz": study.speech.sample_rate_hz,
        "channels": study.speech.channels,
    }


def _measured(study: Study) -> dict:
    return {"threads": study.decoding.threads, "warm_up": study.latency.warm_up}


def _timed(study: Study, name: str, ctc_weight: str) -> dict:
    return _variant(study, name, ctc_weight) | _measured(study) | {"seed": study.latency.seed}


def latency(study: Study, name: str, ctc_weight: str) -> dict:
    """What one round of latency depends on; the number of rounds is not part of it.

    That of passes is: they are in the round's own process and file.
    """
    return _timed(study, name, ctc_weight) | {"passes": study.latency.passes}


def frames(study: Study, name: str, ctc_weight: str) -> dict:
    """What one round of the sweep over lengths depends on."""
    sweep = study.sweeps.frames.model_dump(exclude={"rounds"})
    return _timed(study, name, ctc_weight) | sweep


def threads(study: Study, name: str, ctc_weight: str) -> dict:
    """What one round of the sweep over threads depends on."""
    sweep = study.sweeps.threads.model_dump(exclude={"rounds"})
    shared = _timed(study, name, ctc_weight)
    del shared["threads"]
    return shared | sweep


def batch(study: Study, name: str) -> dict:
    """What one round of the sweep over batch sizes depends on."""
    return {
        "model": name,
        "sample_rate_hz": study.speech.sample_rate_hz,
        "channels": study.speech.channels,
        "seed": study.latency.seed,
        **_measured(study),
        **study.sweeps.batch.model_dump(exclude={"rounds"}),
    }


def energy(study: Study, name: str, ctc_weight: str) -> dict:
    """What one energy window depends on.

    The report shows it, and how a meter is called may hold a password: of that, a digest.
    """
    window = study.energy.model_dump(exclude={"rounds"})
    for meter, key in CALLED_BY.items():
        if window[meter] is not None:
            window[meter][key] = hashlib.sha256(repr(window[meter][key]).encode()).hexdigest()
    return _timed(study, name, ctc_weight) | {"energy": window}


def parameters(study: Study, name: str) -> dict:
    """What the count of a model's parameters depends on, but for its files."""
    return {"model": study.model(name).name}


def compute(study: Study, name: str) -> dict:
    """What the count of a model's multiply-adds depends on, but for its files."""
    return {"model": name, "tokens_per_second": study.model(name).tokens_per_second}


def wer_corpus(study: Study) -> dict:
    """What the choice of utterances to decode depends on."""
    return {"max_utterances": study.wer.max_utterances, "seed": study.latency.seed}


def decoding(study: Study, name: str, ctc_weight: str) -> dict:
    """What the hypotheses of a variant depend on."""
    return _variant(study, name, ctc_weight) | wer_corpus(study)


def tables(study: Study) -> dict:
    """What every table's rows and labels depend on."""
    return {
        "name": study.name,
        "variants": study.variants(),
        "weights": {model.name: model.weights for model in study.models},
        "engines": {model.name: model.engine for model in study.models},
        "speech": [study.speech.name, study.speech.synthetic],
        "decoding": study.decoding.model_dump(),
        "rounds": [
            study.latency.rounds,
            study.latency.passes,
            study.sweeps.frames.rounds,
            study.sweeps.batch.rounds,
            study.sweeps.threads.rounds,
            study.energy.rounds,
        ],
        "lengths": study.sweeps.frames.lengths,
        "sizes": study.sweeps.batch.sizes,
        "threads": study.sweeps.threads.counts,
        "normalisation": study.wer.normalisation,
    }
