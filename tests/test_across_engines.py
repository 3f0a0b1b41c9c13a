"""The page says what is not comparable between the rows of different engines."""

from asrbench.report import limits
from asrbench.study import config

ESPNET = {"name": "conformer", "source": "conformer"}
FAST = {"name": "other", "source": "other", "engine": "espnet-fast"}
WHISPER = {"name": "whisper", "source": "whisper", "engine": "faster-whisper"}
SPHINX = {"name": "sphinx", "source": "sphinx", "engine": "pocketsphinx", "language": "en"}
RANDOM = {"name": "empty", "source": "empty", "weights": "random", "tokens_per_second": 3.0}


def said(*models) -> str:
    speech = {"name": "corpus", "path": "speech"}
    study = config.parse({"name": "study", "speech": speech, "models": list(models)})
    return " ".join(limits.across_engines(study))


def test_one_family_of_engines_is_comparable():
    assert said(ESPNET, FAST) == ""


def test_what_is_not_comparable_is_named():
    found = said(ESPNET, WHISPER, SPHINX, RANDOM)
    assert "not comparable between ESPnet, faster-whisper and pocketsphinx" in found
    assert "one bar, not divided" in found
    assert "wer.normalisation librispeech, which is applied to hypotheses and references" in found
    assert "pocketsphinx searches without a beam, the others with one" in found
    assert "sphinx knows one language alone" in found and "empty has random weights" in found


def test_what_does_not_differ_is_not_told():
    found = said(ESPNET, WHISPER)
    assert "not comparable" in found
    assert not any(word in found for word in ("without a beam", "one language", "random weights"))
