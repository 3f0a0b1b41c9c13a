"""Word error rates of the trained models, by ESPnet's own Speech2Text, from the saved files.

    python demo/train/evaluate.py --speech demo/speech demo/models/conformer demo/models/lstm

Prints a table in Markdown: model and CTC weight against the known voices, the voice that was
held out of training, and all.
"""

import argparse
import sys
from pathlib import Path

import jiwer
import soundfile
import torch
from voices import HELD_OUT

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))
from asrbench.engines.espnet.stand_ins import prepare

prepare()
from espnet2.bin.asr_inference import Speech2Text  # noqa: E402

CTC_WEIGHTS = ["0.0", "0.3", "1.0"]
BEAM = 10


def transcripts(speech: Path) -> list[tuple[str, Path, str]]:
    """(speaker, file, text) of every utterance of the test set."""
    rows = []
    for table in sorted(speech.glob("LibriSpeech/demo-test/*/*/*.trans.txt")):
        for line in table.read_text().splitlines():
            name, text = line.split(" ", 1)
            rows.append((name.split("-")[0], table.with_name(f"{name}.flac"), text))
    return rows


def recognise(folder: Path, ctc_weight: str, files: list[Path]) -> list[str]:
    recogniser = Speech2Text(
        asr_train_config=str(folder / "config.yaml"),
        asr_model_file=str(folder / "model.pth"),
        ctc_weight=float(ctc_weight),
        beam_size=BEAM,
        lm_weight=0.0,
    )
    return [recogniser(soundfile.read(file, dtype="float32")[0])[0][0] for file in files]


def percent_wrong(rows: list[tuple], hypotheses: list[str], speakers: set[str]) -> float:
    """Word error rate, in percent, over all words of these speakers."""
    pairs = [(r[2], h) for r, h in zip(rows, hypotheses, strict=True) if r[0] in speakers]
    references, guesses = zip(*pairs, strict=True)
    return 100 * jiwer.wer(list(references), list(guesses))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", type=Path, nargs="+", help="folders with config.yaml, model.pth")
    parser.add_argument("--speech", type=Path, required=True, help="folder with LibriSpeech/")
    parser.add_argument("--weights", nargs="+", default=CTC_WEIGHTS, help="CTC weights")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--errors", action="store_true", help="also print what was misheard")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)

    rows = transcripts(options.speech)
    everyone = {row[0] for row in rows}
    held_out = {str(HELD_OUT.number)}
    print("| model | CTC weight | known voices | held-out voice | all |\n|---|---|---|---|---|")
    for folder in options.models:
        for weight in options.weights:
            heard = recognise(folder, weight, [row[1] for row in rows])
            groups = [everyone - held_out, held_out, everyone]
            cells = [f"{percent_wrong(rows, heard, group):.1f} %" for group in groups]
            print(f"| {folder.name} | {weight} | {' | '.join(cells)} |", flush=True)
            if options.errors:
                for (_, file, text), guess in zip(rows, heard, strict=True):
                    if text != guess:
                        print(f"{file.stem}\n  said  {text}\n  heard {guess}", file=sys.stderr)


if __name__ == "__main__":
    main()
