"""The synthesised speech as batches: what synthesise.py wrote, read back."""

import csv
import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from variation import another_throat, recorded


@dataclass(frozen=True)
class Utterance:
    voice: int
    start: int  # in samples, in the array of the whole set
    samples: int
    text: str


class Corpus:
    """One set: its samples stay on disk until a batch asks for them."""

    def __init__(self, folder: Path, token_list: list[str]):
        self.audio = np.load(folder / "audio.npy", mmap_mode="r")
        self.token_ids = {token: i for i, token in enumerate(token_list)}
        with open(folder / "index.csv", newline="") as file:
            self.utterances = [
                Utterance(int(r["voice"]), int(r["start"]), int(r["samples"]), r["text"])
                for r in csv.DictReader(file)
            ]

    def batches(self, batch_bins: int, rng: random.Random | None = None) -> list[list[Utterance]]:
        """Batches of about ``batch_bins`` samples, of utterances of about the same length.

        Without a random generator: shortest first. With one: lengths are blurred by a tenth, so
        that the batches differ from epoch to epoch, and come in any order.
        """
        blur = {u: rng.uniform(0.9, 1.1) if rng else 1.0 for u in self.utterances}
        batches, batch = [], []
        for utterance in sorted(self.utterances, key=lambda u: u.samples * blur[u]):
            longest = max([u.samples for u in batch] + [utterance.samples])
            if batch and longest * (len(batch) + 1) > batch_bins:
                batches.append(batch)
                batch = []
            batch.append(utterance)
        batches.append(batch)
        if rng:
            rng.shuffle(batches)
        return batches

    def tensors(
        self, batch: list[Utterance], rng: np.random.Generator | None = None
    ) -> dict[str, torch.Tensor]:
        """The arguments of ESPnetASRModel.forward.

        speech: float32 (batch, time), speech_lengths: (batch,), text: int64 (batch, tokens) with
        -1 as padding, text_lengths: (batch,). Longest first, as the LSTM encoder wants it.
        With a random generator each utterance is varied, differently every time.
        """
        pairs = []
        for u in batch:
            audio = self.audio[u.start : u.start + u.samples].astype(np.float32) / 32768
            if rng:
                audio = recorded(another_throat(audio, rng), rng)
            tokens = [self.token_ids["<space>" if c == " " else c] for c in u.text]
            pairs.append((torch.from_numpy(audio), torch.tensor(tokens)))
        speech, text = zip(*sorted(pairs, key=lambda pair: -len(pair[0])), strict=True)
        pad = torch.nn.utils.rnn.pad_sequence
        return {
            "speech": pad(speech, batch_first=True),
            "speech_lengths": torch.tensor([len(s) for s in speech]),
            "text": pad(text, batch_first=True, padding_value=-1),
            "text_lengths": torch.tensor([len(t) for t in text]),
        }
