"""Make the speech: a training set, a small development set, and the held-out test set.

    python demo/train/synthesise.py --work demo/train/work --test demo/speech

The training and development sets go to ``work`` as one array of samples and one table; the test
set goes to ``test`` as FLAC files in the layout of LibriSpeech. No sentence is in two sets.
"""

import argparse
import csv
import random
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import soundfile
from sentences import distinct_sentences, spread
from variation import recorded
from voices import HELD_OUT, KNOWN, SAMPLE_RATE_HZ, Voice, speak

SEED = 20
TRAIN, DEV = 4500, 120
TEST_KNOWN, TEST_HELD_OUT = 60, 20
LONGEST_TEST = 125  # characters, about 8 s
CANDIDATES = 1000  # to choose the test sentences from
CHAPTER = 1


def make(index: int, text: str, voice: Voice, clean: bool, work: Path) -> np.ndarray:
    """The ``index``-th utterance, as 16-bit samples (time,); only the index seeds its variation."""
    rng = np.random.default_rng([SEED, index])
    audio = speak(voice, text, rng.uniform(0.85, 1.2), work / f"scratch-{index}.wav")
    # Training varies its own recordings, differently in every epoch: keep those clean.
    audio = audio if clean else recorded(audio, rng)
    return np.round(audio * 32767).astype(np.int16)


def make_all(jobs: list[tuple], clean: bool, work: Path, workers: int) -> list[np.ndarray]:
    """Run the jobs (index, text, voice) in order; prints how far it is."""
    done, start = [], time.monotonic()
    with ThreadPoolExecutor(workers) as pool:
        for audio in pool.map(lambda job: make(*job, clean, work), jobs):
            done.append(audio)
            if len(done) % 500 == 0:
                elapsed = time.monotonic() - start
                left = elapsed / len(done) * (len(jobs) - len(done))
                print(f"{len(done)} of {len(jobs)} utterances, {left:.0f} s left", file=sys.stderr)
    return done


def write_set(folder: Path, jobs: list[tuple], audio: list[np.ndarray]) -> None:
    """``audio.npy``: all samples, one after another; ``index.csv``: where each utterance lies."""
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / "audio.npy", np.concatenate(audio))
    with open(folder / "index.csv", "w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["voice", "start", "samples", "text"])
        start = 0
        for (_, text, voice), samples in zip(jobs, audio, strict=True):
            table.writerow([voice.number, start, len(samples), text])
            start += len(samples)


def write_test(folder: Path, jobs: list[tuple], audio: list[np.ndarray]) -> None:
    """FLAC files and transcripts: <root>/LibriSpeech/demo-test/<speaker>/<chapter>/."""
    for voice in [*KNOWN, HELD_OUT]:
        chapter = folder / "LibriSpeech" / "demo-test" / str(voice.number) / str(CHAPTER)
        chapter.mkdir(parents=True, exist_ok=True)
        spoken = [
            (text, samples)
            for (_, text, speaker), samples in zip(jobs, audio, strict=True)
            if speaker is voice
        ]
        lines = []
        for count, (text, samples) in enumerate(spoken):
            name = f"{voice.number}-{CHAPTER}-{count:04d}"
            # 16 bits, because the samples are.
            soundfile.write(chapter / f"{name}.flac", samples, SAMPLE_RATE_HZ)
            lines.append(f"{name} {text}\n")
        (chapter / f"{voice.number}-{CHAPTER}.trans.txt").write_text("".join(lines))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, required=True, help="training data, not kept")
    parser.add_argument("--test", type=Path, required=True, help="test speech, kept")
    parser.add_argument("--workers", type=int, default=2, help="synthesisers at a time")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)

    tests = TEST_KNOWN + TEST_HELD_OUT
    rng = random.Random(SEED)
    texts = distinct_sentences(CANDIDATES + DEV + TRAIN, SEED)
    # Each group of voices gets the whole range of lengths, in an order that mixes the voices.
    known = spread(texts[:CANDIDATES], TEST_KNOWN, LONGEST_TEST)
    unused = [text for text in texts[:CANDIDATES] if text not in known]
    held_out = spread(unused, TEST_HELD_OUT, LONGEST_TEST)
    rng.shuffle(known)
    texts = known + held_out + texts[CANDIDATES:]
    any_voice = rng.choices(KNOWN, [voice.share for voice in KNOWN], k=TRAIN)
    speakers = [KNOWN[i % len(KNOWN)] for i in range(TEST_KNOWN)] + [HELD_OUT] * TEST_HELD_OUT
    speakers += [KNOWN[i % len(KNOWN)] for i in range(DEV)] + any_voice
    jobs = list(zip(range(len(texts)), texts, speakers, strict=True))
    parts = {"test": slice(0, tests), "dev": slice(tests, tests + DEV)}
    parts["train"] = slice(tests + DEV, None)
    for part, chosen in parts.items():
        audio = make_all(jobs[chosen], part == "train", options.work, options.workers)
        seconds = sum(len(samples) for samples in audio) / SAMPLE_RATE_HZ
        print(f"{part}: {len(audio)} utterances, {seconds / 60:.1f} min", file=sys.stderr)
        if part == "test":
            write_test(options.test, jobs[chosen], audio)
        else:
            write_set(options.work / part, jobs[chosen], audio)


if __name__ == "__main__":
    main()
