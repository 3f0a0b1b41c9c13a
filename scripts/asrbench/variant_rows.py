"""What every table of variants begins with: who the row is about."""

from asrbench.config import Study
from asrbench.table import text, truth

IDENTITY = {
    "model": text(),
    "ctc_weight": text(),
    "engine": text("espnet", "fast"),
    "weights": text("trained", "random"),
    "speech": text(),
    "synthetic_speech": truth(),
}


def identity(study: Study, model: str, ctc_weight: str) -> dict[str, object]:
    """The cells of :data:`IDENTITY` for one variant."""
    return {
        "model": model,
        "ctc_weight": ctc_weight,
        "engine": study.model(model).engine,
        "weights": study.model(model).weights,
        "speech": study.speech.name,
        "synthetic_speech": study.speech.synthetic,
    }


def joined(reasons: list[str]) -> str:
    """Reasons as one cell, each once."""
    return "; ".join(dict.fromkeys(reason for reason in reasons if reason))


# The second variant of a pair.
OTHER = {
    "other_model": text(),
    "other_ctc_weight": text(),
    "other_weights": text("trained", "random"),
}


def pair_identity(study: Study, one: tuple[str, str], other: tuple[str, str]) -> dict[str, object]:
    """The cells of :data:`IDENTITY` and :data:`OTHER` for two variants."""
    second = identity(study, *other)
    return identity(study, *one) | {name: second[name.removeprefix("other_")] for name in OTHER}
