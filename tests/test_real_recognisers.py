"""Recognisers with real weights on real speech: the right words, and a study of them.

Weights are those that Python packages carry; speech is a few utterances of LibriSpeech
test-clean, where there are any beside the project.
"""

import shutil
from pathlib import Path

import jiwer
import pandas as pd
import pytest
import recogniser_weights
import soundfile
from asrbench.engines import catalogue, search_end
from asrbench.sources.manifest import Manifest
from asrbench.study import engine_axes
from asrbench.study.job import Job
from asrbench.study.normalise import BY_NAME
from recogniser_weights import SPEECH
from workflow import Study

pytestmark = pytest.mark.skipif(not SPEECH.is_dir(), reason="there is no LibriSpeech here")
ENGLISH = "english"


@pytest.fixture(scope="module")
def folders(tmp_path_factory) -> dict[str, Path]:
    """Of each engine, the folder of a model."""
    made = tmp_path_factory.mktemp("models")
    return {
        "faster-whisper": recogniser_weights.whisper_tiny_en(),
        "whisper.cpp": recogniser_weights.whisper_for_cpp(made / "whisper"),
        "moonshine": recogniser_weights.moonshine_tiny(),
        "sherpa-onnx": recogniser_weights.moonshine_for_sherpa(made / "moonshine-tiny"),
        "pocketsphinx": recogniser_weights.pocketsphinx_en_us(),
    }


def spoken() -> dict[str, str]:
    """References by utterance, as LibriSpeech writes them."""
    lines = [line for path in SPEECH.rglob("*.trans.txt") for line in path.read_text().splitlines()]
    return dict(line.split(" ", 1) for line in lines)


def opened(engine: str, root: Path, **asked):
    """A variant and its manifest."""
    given = {axis.name: axis.default for axis in engine_axes.AXES_OF[engine]}
    given |= {"engine": engine, "precision": engine_axes.PRECISIONS_OF[engine][0], **asked}
    files = catalogue.located(engine)(root)
    manifest = Manifest("m", "trained", root / "model.json", None, None, files)
    job = Job("m", variant="v", axes=given, language="en")
    return catalogue.recogniser(engine).opened(manifest, job, 1), manifest, job


@pytest.fixture(scope="module")
def errors(folders) -> dict[str, float]:
    """Word error rates in percent, by engine and precision."""
    found, references = {}, spoken()
    for engine, precision in [
        ("faster-whisper", "float32"),
        ("faster-whisper", "int8"),
        ("whisper.cpp", "float16"),
        ("moonshine", "int8"),
        ("sherpa-onnx", "int8"),
        ("pocketsphinx", "float32"),
    ]:
        recogniser, _, _ = opened(engine, folders[engine], precision=precision)
        pairs = []
        for path in sorted(SPEECH.rglob("*.flac")):
            waveform, rate_hz = soundfile.read(path, dtype="float32")
            assert rate_hz == recogniser.sample_rate_hz
            transcript = recogniser.transcribe(waveform)
            assert transcript.ended != search_end.EMPTY and transcript.latency_s > 0
            for part_s in (transcript.encode_s, transcript.search_s):
                assert part_s is None or 0 < part_s < transcript.latency_s
            both = references[path.stem], transcript.text
            pairs.append([BY_NAME[ENGLISH](text) for text in both])
        found[f"{engine} {precision}"] = 100 * jiwer.wer(*map(list, zip(*pairs, strict=True)))
    return found


def test_words_come_out_right(errors):
    for name, most in [
        ("faster-whisper float32", 8.0),
        ("faster-whisper int8", 8.0),
        ("whisper.cpp float16", 8.0),
        ("moonshine int8", 10.0),
        ("sherpa-onnx int8", 10.0),
        ("pocketsphinx float32", 50.0),
    ]:
        assert errors[name] <= most, errors


@pytest.mark.slow
def test_whisper_base_hears_the_same_words(tmp_path):
    root, references = recogniser_weights.whisper_base(tmp_path / "base"), spoken()
    recogniser, manifest, job = opened("faster-whisper", root, precision="int8")
    pairs = []
    for path in sorted(SPEECH.rglob("*.flac")):
        waveform, _ = soundfile.read(path, dtype="float32")
        both = references[path.stem], recogniser.transcribe(waveform).text
        pairs.append([BY_NAME[ENGLISH](text) for text in both])
    assert 100 * jiwer.wer(*map(list, zip(*pairs, strict=True))) <= 8.0
    whole = catalogue.parameters("faster-whisper").counted(manifest, job)[0]
    assert 71e6 < whole.parameters < 75e6


def test_the_same_weights_give_the_same_words_in_two_runtimes(errors):
    assert errors["whisper.cpp float16"] == pytest.approx(errors["faster-whisper float32"], abs=2)
    assert errors["sherpa-onnx int8"] == pytest.approx(errors["moonshine int8"], abs=2)


def test_parameters_are_those_that_the_files_hold(folders):
    counted = {}
    for engine, root in folders.items():
        precision = "int8" if engine == "sherpa-onnx" else engine_axes.PRECISIONS_OF[engine][0]
        _, manifest, job = opened(engine, root, precision=precision)
        rows = catalogue.parameters(engine).counted(manifest, job)
        whole, *parts = [row.parameters for row in rows]
        assert whole == sum(parts)
        sizes = [path for path in manifest.files.values() if path.is_file()]
        assert rows[0].bytes <= 8e6 + sum(path.stat().st_size for path in sizes)
        counted[engine] = whole
    assert counted["faster-whisper"] == 37_764_864
    # CTranslate2 stores biases of keys, which are 0: 4 layers' self- and 4 layers' cross-attention
    # in the decoder and 4 layers' in the encoder, of 384 each.
    assert counted["whisper.cpp"] == counted["faster-whisper"] - 12 * 384
    assert counted["moonshine"] == counted["sherpa-onnx"]


def test_what_computes_is_said_by_the_runtime(folders):
    recogniser, _, _ = opened("faster-whisper", folders["faster-whisper"], precision="int8")
    facts = recogniser.facts()
    assert facts["computes_in"].startswith("int8") and facts["stored_as"] == "float16"
    recogniser.use_threads(2)
    assert recogniser.facts()["threads"] == "2"
    assert "AVX" in opened("whisper.cpp", folders["whisper.cpp"])[0].facts()["cpu_features"]


@pytest.mark.parametrize(
    "engines",
    [
        ("faster-whisper", "whisper.cpp", "pocketsphinx"),
        pytest.param(
            ("faster-whisper", "whisper.cpp", "moonshine", "sherpa-onnx", "pocketsphinx"),
            marks=pytest.mark.slow,
        ),
    ],
    ids=["three", "all"],
)
def test_a_study_of_recognisers_runs_from_models_to_page(tmp_path, folders, engines):
    speech = tmp_path / "speech"
    for path in sorted(SPEECH.rglob("*"))[:40]:
        if path.suffix == ".txt" or path.stem in sorted(spoken())[:3]:
            there = speech / path.relative_to(SPEECH)
            there.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, there)
    kept = sorted(path.stem for path in speech.rglob("*.flac"))
    for path in speech.rglob("*.trans.txt"):
        lines = [line for line in path.read_text().splitlines() if line.split()[0] in kept]
        path.write_text("\n".join(lines) + "\n")
    models = [
        {"name": engine.replace(".", ""), "source": str(root), "engine": engine}
        for engine, root in folders.items()
        if engine in engines
    ]
    for model in models:
        if model["engine"] == "faster-whisper":
            model["builds"] = [{"precision": ["float32", "int8"]}]
        if model["engine"] == "sherpa-onnx":
            model["precision"] = "int8"
    study = Study(
        tmp_path,
        {
            "name": "recognisers",
            "speech": {"name": "test-clean", "path": str(speech)},
            "models": models,
            "decoding": {"threads": 1, "beam_size": 1},
            "latency": {"utterances": 2, "rounds": 1, "passes": 2, "warm_up": 1},
            "sweeps": {
                "frames": {"lengths": []},
                "batch": {"sizes": []},
                "threads": {"counts": []},
            },
            "energy": {"rounds": 1, "window_s": 1, "idle_s": 0},
            "wer": {"shards": 1, "normalisation": ENGLISH},
        },
    )
    study.snakemake("--cores", "2", "results/tables/summary.csv", "results/report.html")
    rows = pd.read_csv(study.folder / "results/tables/summary.csv", dtype={"variant": str})
    # Of faster-whisper two; whisper.cpp's file lacks some biases, and sherpa-onnx has Moonshine's.
    assert len(rows) == len(engines) + 1 and rows["wer_percent"].notna().all()
    assert (rows["latency_mean_s"] > 0).all() and (rows["load_s"] > 0).all()
    assert rows["parameters_whole"].nunique() == len(set(engines) - {"sherpa-onnx"})
    product = rows["real_time_factor"] * rows["real_time_factor_inverse"]
    assert product.tolist() == pytest.approx([1.0] * len(rows))
    table = pd.read_csv(study.folder / "results/tables/latency.csv").set_index("model")
    assert table.at["faster-whisper-int8", "computes_in"].startswith("int8")
    without_parts = [name for name in ("moonshine", "pocketsphinx") if name in table.index]
    assert without_parts and table.loc[without_parts, "encode_mean_s"].isna().all()
    page = (study.folder / "results/report.html").read_text()
    assert "whispercpp" in page and "not comparable" in page
