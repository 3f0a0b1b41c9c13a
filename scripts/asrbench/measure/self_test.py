"""Whether this device computes right: known speech, decoded by known weights, gives known words.

A library that was built for another processor, or a checkpoint that was damaged on its way,
may decode nonsense without an error.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from asrbench.basics.errors import UserError
from asrbench.engines.interface import Recogniser
from asrbench.sources import audio
from asrbench.sources.manifest import Manifest

MODELS = ("conformer", "lstm")
# Short ones, which both models decode without an error.
UTTERANCES = ("101-1-0000", "104-1-0002", "105-1-0000")
_AXES = {"engine": "espnet", "precision": "float32", "ctc_weight": "0.3", "beam_size": 5}


def opened(demo: Path, model: str) -> Recogniser:
    """A trained model of the demonstration."""
    from asrbench.engines.espnet.recogniser import Recogniser as EspnetRecogniser

    folder = demo / "models" / model
    files = Manifest(model, "trained", folder / "config.yaml", folder / "model.pth", None)
    return EspnetRecogniser(files, _AXES)


def run(demo: Path, open_model: Callable[[Path, str], Recogniser] = opened) -> Iterator[str]:
    """Decode; one line a model.

    Args:
        demo: the demonstration's folder, which holds speech, its words, and models.
        open_model: gives a recogniser for the name of a model.

    Raises:
        UserError: other words came out than were spoken.
    """
    for model in MODELS:
        recogniser = open_model(demo, model)
        for utterance in UTTERANCES:
            path, spoken = _speech(demo, utterance)
            heard = recogniser.transcribe(audio.load(path, recogniser.sample_rate_hz)).text
            if heard != spoken:
                raise UserError(
                    f"self-test: model {model} decodes {utterance} of the demonstration as "
                    f"{heard!r:.200}, and not as {spoken!r}: what this device computes is wrong, "
                    "so measure nothing with it; install the versions of envs/requirements.txt"
                )
        yield f"{model}: {len(UTTERANCES)} utterances, as they were spoken"


def _speech(demo: Path, utterance: str) -> tuple[Path, str]:
    """The file of an utterance, and its words."""
    speaker, chapter, _ = utterance.split("-")
    folder = demo / "speech" / "LibriSpeech" / "demo-test" / speaker / chapter
    text = (folder / f"{speaker}-{chapter}.trans.txt").read_text(encoding="utf-8")
    words = dict(line.split(" ", 1) for line in text.splitlines())
    return folder / f"{utterance}.flac", words[utterance]
