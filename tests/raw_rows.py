"""Makes small raw trees, as the measuring programs would write them, for tests of tables."""

import csv
import json
from pathlib import Path

import numpy as np
from asrbench.study import config
from asrbench.study.config import Study
from asrbench.study.slugs import values_of
from asrbench.study.used_parts import uses_ctc, uses_decoder
from asrbench.study.variant import Build, Variant

LENGTHS = [100, 400, 1600]
THREADS = [1, 2, 4]
SIZES = [1, 2, 4]
WEIGHTS = ["0.0", "0.3", "1.0"]
SENTENCES = [
    ("HE HOPED THERE WOULD BE STEW", "he hoped there would be stew"),
    ("TURNIPS AND CARROTS", "turnips and carrot"),
    ("STUFF IT INTO YOU", "stuff into you now"),
    ("AFTER EARLY NIGHTFALL", "after early nightfall"),
]
MODULES = {
    "whole": 1.0,
    "encoder": 0.72,
    "decoder": 0.25,
    "ctc": 0.03,
    "used:attention": 0.97,
    "used:hybrid": 1.0,
    "used:ctc": 0.75,
}


def study(
    models: tuple[str, ...] = ("conformer", "lstm"),
    weights: list[str] | None = None,
    random: tuple[str, ...] = (),
    rounds: int = 2,
    **blocks: object,
) -> Study:
    """A configuration of these models; those in ``random`` have random weights."""
    speech = {"name": "demo", "path": "speech", "synthetic": True}
    return config.parse(
        {
            "name": "a small study",
            "speech": speech,
            "models": [
                {"name": name, "source": name}
                | ({"weights": "random", "tokens_per_second": 3.0} if name in random else {})
                for name in models
            ],
            "ctc_weights": weights or WEIGHTS,
            "latency": {"utterances": 6, "rounds": rounds},
            "sweeps": {
                "frames": {"lengths": LENGTHS, "repeats": 3, "rounds": 1},
                "batch": {"sizes": SIZES, "repeats": 3, "rounds": 1},
                "threads": {"counts": THREADS, "repeats": 3, "rounds": 1},
            },
            "energy": {"rounds": rounds, "samples": 10, "window_s": 10.0},
            **blocks,
        }
    )


def slug(decoding: str) -> str:
    """A decoding as in paths, of a CTC weight alone."""
    return decoding if decoding.startswith("ctc") else f"ctc{decoding}"


def ctc_weight(decoding: str) -> str:
    """The CTC weight of a decoding as in paths, or that weight."""
    return values_of(slug(decoding))["ctc_weight"]


def variant(model: str, decoding: str) -> Variant:
    """A variant by its names in paths."""
    return Variant(Build(model, model, ()), slug(decoding), ())


def write_csv(path: Path, rows: list[dict]) -> None:
    """Rows of a raw file; the keys of the first are the columns."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def write_config(study: Study, results: Path) -> Path:
    """results/study.json."""
    results.mkdir(parents=True, exist_ok=True)
    path = results / "study.json"
    path.write_text(study.model_dump_json(), encoding="utf-8")
    return path


def build(study: Study, results: Path, watts: bool = True) -> None:
    """The whole tree; the first model is slow and large, the next ones less so."""
    write_config(study, results)
    device(results)
    builds = study.builds()
    for place, each in enumerate(builds):
        parameters(results, each.name, whole=int(1e8 / 12**place))
        compute(results, each.name, multiply_adds=int(1e10 / 12**place))
        random = study.model(each.name).weights == "random"
        manifest(results, each.checkpoint, None if random else 10**8)
        for number in range(1, study.sweeps.batch.rounds + 1):
            batch(results, each.name, number, seconds=0.2 / (1 + place))
    for variant in study.variants():
        model, decoding = variant.key
        place = builds.index(variant.build)
        speed = (1 + float(variant["ctc_weight"])) / (1 + 2 * place)
        footprint(results, model, decoding, speed)
        for number in range(1, study.latency.rounds + 1):
            latency(results, model, decoding, number, speed)
        for number in range(1, study.sweeps.frames.rounds + 1):
            frames(results, model, decoding, number, speed)
        for number in range(1, study.sweeps.threads.rounds + 1):
            threads(results, model, decoding, number, speed)
        for number in range(1, study.energy.rounds + 1):
            energy(results, model, decoding, number, 5.0 + 0.2 * place if watts else None)
        if study.model(model).weights == "random":
            not_applicable(results, model, decoding)
        else:
            hypotheses(results, model, decoding)


def device(results: Path, **said: object) -> None:
    """device.json, as describe_device.py writes it."""
    known = {
        "schema_version": 1,
        "results_version": 1,
        "described_utc": "2026-01-02T03:04:05+00:00",
        "board": "Raspberry Pi 5 Model B",
        "cpu": "Cortex-A76",
        "cores": 4,
        "memory_bytes": 8 * 1024**3,
        "python": "3.11.2",
        "versions": {"torch": "2.9.1", "espnet": "202511"},
        "commit": "0123abc",
        "config_sha256": "ab" * 32,
    }
    (results / "device.json").write_text(json.dumps(known | said), encoding="utf-8")


def parameters(results: Path, model: str, whole: int) -> None:
    rows = [
        {
            "module": module,
            "parameters": int(whole * share),
            "trainable": int(whole * share),
            "shared": 0,
            "bytes": 4 * int(whole * share),
        }
        for module, share in MODULES.items()
    ]
    write_csv(results / "parameters" / f"{model}.csv", rows)


def compute(results: Path, model: str, multiply_adds: int) -> None:
    rows = [
        {
            "part": part,
            "multiply_adds_per_audio_s": share * multiply_adds,
            "tokens_per_second": 3.0 if part == "decoder" else "",
            "note": "",
        }
        for part, share in (("encoder", 1.0), ("ctc", 0.02), ("decoder", 0.1))
    ]
    write_csv(results / "compute" / f"{model}.csv", rows)


def manifest(results: Path, model: str, checkpoint_bytes: int | None) -> None:
    """model.json and config.yaml; a model with lstm in its name is one, others are conformers."""
    folder = results.parent / "resources/models" / model
    folder.mkdir(parents=True, exist_ok=True)
    said = {
        "checkpoint_bytes": checkpoint_bytes,
        "sha256": None if checkpoint_bytes is None else f"{len(model):064x}",
        "files": {"config": f"resources/models/{model}/config.yaml"},
    }
    (folder / "model.json").write_text(json.dumps(said), encoding="utf-8")
    kinds = ("rnn", "rnn") if "lstm" in model else ("conformer", "transformer")
    config = "encoder: {}\nencoder_conf: {{}}\ndecoder: {}\ntoken_list: [a, b]\n".format(*kinds)
    (folder / "config.yaml").write_text(config, encoding="utf-8")


def timed(seconds: float, duration_s: float, weight: str = "0.3", **more: object) -> dict:
    """The columns of one timed row: 60 % encode, 30 % search, 10 % other.

    Of the search, the scorers that the CTC weight uses take 12 and 6 points.
    """
    return {
        "order": 0,
        "samples": int(16000 * duration_s),
        "frames": int(100 * duration_s),
        "duration_s": duration_s,
        "encode_s": 0.6 * seconds,
        "search_s": 0.3 * seconds,
        "decoder_s": 0.12 * seconds if uses_decoder(ctc_weight(weight)) else 0.0,
        "ctc_s": 0.06 * seconds if uses_ctc(ctc_weight(weight)) else 0.0,
        "latency_s": seconds,
        "cpu_s": 1.5 * seconds,
        "tokens": int(3 * duration_s),
        "status": "ok",
        "reason": "",
        "load": 0.01,
        "cpu_mhz": "",
        "temp_c": "",
        "throttled": "",
        "swapped_bytes": 0,
        "peak_memory_bytes": 500_000_000 + int(1e6 * duration_s),
        "loading_peak_memory_bytes": 900_000_000,
        **more,
    }


def failed(reason: str) -> dict:
    """What a failed row has instead of figures."""
    figures = ["encode_s", "search_s", "decoder_s", "ctc_s", "latency_s", "cpu_s", "tokens"]
    absent = dict.fromkeys(figures, "")
    return absent | {"status": "failed", "reason": reason}


DURATIONS_S = [2.0, 3.0, 5.0, 8.0, 13.0, 20.0]


def footprint(results: Path, model: str, weight: str, speed: float) -> None:
    """The longest utterance, by a process that holds the build alone."""
    longest = len(DURATIONS_S) - 1
    row = timed(0.15 * speed * DURATIONS_S[longest], DURATIONS_S[longest], weight)
    rows = [{"utterance_id": f"u{longest}"} | row]
    write_csv(results / "footprint" / model / slug(weight) / "round1.csv", rows)


# Rows of a process that held several builds tell no memory.
_NO_PEAKS = {"peak_memory_bytes": "", "loading_peak_memory_bytes": ""}


def latency(results: Path, model: str, weight: str, number: int, speed: float) -> None:
    rows = [
        {"utterance_id": f"u{i}"}
        | timed(speed * duration * (0.1 + 0.001 * number), duration, weight, **_NO_PEAKS)
        for i, duration in enumerate(DURATIONS_S)
    ]
    write_csv(results / "latency" / model / slug(weight) / f"round{number}.csv", rows)


def frames(results: Path, model: str, weight: str, number: int, speed: float) -> None:
    rows = [
        {"length_frames": length, "repeat": repeat}
        | timed(speed * (length / 400) ** 1.2 * (1 + 0.05 * repeat), length / 100, weight)
        for length in LENGTHS
        for repeat in range(3)
    ]
    write_csv(results / "sweeps/frames" / model / slug(weight) / f"round{number}.csv", rows)


def threads(results: Path, model: str, weight: str, number: int, speed: float) -> None:
    """Two threads are 1.8 times as fast as one; the device has no four."""
    rows = []
    for count in THREADS:
        for repeat in range(3):
            row = timed(speed * (1 + repeat) / 1.8 ** (count - 1), 7.0 + repeat, weight)
            if count == 4:
                row |= failed("4 threads are more than the 2 cores that this process may use")
            rows.append({"threads": count, "repeat": repeat} | row)
    write_csv(results / "sweeps/threads" / model / slug(weight) / f"round{number}.csv", rows)


def batch(results: Path, model: str, number: int, seconds: float) -> None:
    rows = [
        {
            "batch_size": size,
            "repeat": repeat,
            "order": 0,
            "frames": 800,
            "audio_s": 7.0 * size,
            "padding": 0.0 if size == 1 else 0.125,
            "encode_s": seconds * size**0.8,
            "ctc_s": 0.01,
            "forward_s": seconds * size**0.8 * (1 + 0.04 * repeat) + 0.01,
            "status": "ok",
            "reason": "",
        }
        for size in SIZES
        for repeat in range(3)
    ]
    write_csv(results / "sweeps/batch" / model / f"round{number}.csv", rows)


def window(results: Path, model: str, weight: str, number: int, **said: object) -> Path:
    """window.json alone; returns its folder."""
    folder = results / "energy" / model / slug(weight) / f"round{number}"
    folder.mkdir(parents=True, exist_ok=True)
    keys = ["status", "reason", "meter", "scope", "start_s", "end_s"]
    keys += ["inferences", "audio_s", "cpu_s", "throttled"]
    if said.get("meter"):
        said = {"meters": [channel(said["meter"], said["scope"])]} | said
    (folder / "window.json").write_text(json.dumps(dict.fromkeys(keys) | said), encoding="utf-8")
    return folder


def channel(meter: str, scope: str, **said: object) -> dict:
    """One meter's entry in window.json: a gauge read once a second unless said otherwise."""
    return {
        "meter": meter,
        "channel": meter,
        "scope": scope,
        "kind": "gauge",
        "reach": 1,
        "update_s": 0.1,
        "period_s": 1.0,
        "wrap_j": None,
        "estimated": False,
        "status": "measured",
        "reason": "",
        **said,
    }


def samples(folder: Path, rows: list[tuple[float, str, float]], meter: str = "battery") -> None:
    """samples.csv of (t_s, phase, power_w)."""
    columns = ("t_s", "phase", "meter", "channel", "scope", "power_w", "energy_j")
    cells = [(t, p, meter, meter, "whole device", w, "") for t, p, w in rows]
    write_csv(folder / "samples.csv", [dict(zip(columns, c, strict=True)) for c in cells])


def energy(results: Path, model: str, weight: str, number: int, power_w: float | None) -> None:
    if power_w is None:
        reason = "this device has no power meter"
        window(results, model, weight, number, status="unavailable", reason=reason)
        return
    generator, begin_s = np.random.default_rng(number), 100.0 * number - 10
    folder = window(
        results,
        model,
        weight,
        number,
        status="measured",
        meter="battery",
        scope="whole device",
        start_s=begin_s + 10,
        end_s=begin_s + 20,
        inferences=20,
        audio_s=80.0,
        cpu_s=19.0,
    )
    idle = [(begin_s + t, "idle_before", 2.0) for t in range(5)]
    run = [(begin_s + 10.5 + t, "run", power_w + 0.1 * generator.normal()) for t in range(10)]
    after = [(begin_s + 22 + t, "idle_after", 2.01) for t in range(5)]
    samples(folder, idle + run + after)


def hypotheses(results: Path, model: str, weight: str, lines: list[dict] | None = None) -> None:
    if lines is None:
        lines = [
            {"utterance_id": f"u{i}", "reference": truth, "hypothesis": guess, "status": "ok"}
            for i, (truth, guess) in enumerate(SENTENCES)
        ]
    path = results / "wer" / model / slug(weight) / "hypotheses.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")


def not_applicable(results: Path, model: str, weight: str) -> None:
    line = {"status": "not applicable", "reason": "random weights"}
    hypotheses(results, model, weight, [line])
