"""Time two short inputs with each decoding of one build: a first look at how long a study takes."""

import time
from dataclasses import replace
from functools import partial
from pathlib import Path

from asrbench.basics import errors
from asrbench.basics.json_file import write_json
from asrbench.device import lock
from asrbench.measure import opened_variant, pilot
from asrbench.sources import audio, corpus


def main() -> None:
    parser = opened_variant.parser(__doc__)
    parser.add_argument("--sample", default="results/data/sample.csv", help="[%(default)s]")
    parser.add_argument("--out", type=Path, required=True, help="what was found, as JSON")
    arguments = parser.parse_args()
    measured = opened_variant.from_arguments(arguments)
    pieces = [measured.load(one.path) for one in corpus.read(arguments.sample)]

    def opened(slug: str, axes: dict, beside=None):
        job = replace(measured.job, variant=slug, axes=axes)
        return opened_variant.OpenedVariant(job, measured.manifest).recogniser(beside=beside)

    with lock.measuring():
        decodings = measured.job.decodings or {}
        first, began_s = None, time.perf_counter()
        found: dict[str, dict] = {"decodings": {}, "fast": {}}
        for slug, axes in decodings.items():
            recogniser = opened(slug, axes, first)
            if first is None:
                first, found["load_s"] = recogniser, time.perf_counter() - began_s
                rate_hz = recogniser.sample_rate_hz
                found["frames_per_s"] = rate_hz / recogniser.hop_length
                cut = partial(_speech, pieces, rate_hz)
            found["decodings"][slug] = pilot.line(recogniser, cut)
            if axes["engine"] == "espnet":
                fast = opened(slug, axes | {"engine": "espnet-fast"}, first)
                found["fast"][slug] = pilot.line(fast, cut)
    write_json(found, arguments.out)
    print(f"pilot {measured.job.model}: {len(decodings)} decodings")


def _speech(pieces: list, rate_hz: int, seconds: float):
    return audio.join_to_length(pieces, round(seconds * rate_hz))


if __name__ == "__main__":
    errors.run(main)
