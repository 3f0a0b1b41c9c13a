"""Engines beside ESPnet: the files that they take, what they refuse, what they may return."""

import json
import os
import shutil
import struct
from pathlib import Path

import numpy as np
import pytest
import recogniser_weights
from asrbench.basics.errors import UserError
from asrbench.engines import catalogue, interface, model_files
from asrbench.engines.faster_whisper import weights as ct2_weights
from asrbench.engines.interface import Transcript
from asrbench.engines.sherpa_onnx import files as sherpa_files
from asrbench.engines.sherpa_onnx import metadata
from asrbench.engines.whisper_cpp import weights as ggml_weights
from asrbench.measure.opened_variant import OpenedVariant
from asrbench.sources import manifest, model_source
from asrbench.sources.manifest import Manifest
from asrbench.study import axes, engine_axes
from asrbench.study.config import Model
from asrbench.study.job import Job
from asrbench.study.variant import Build
from hypothesis import given
from hypothesis import strategies as st

_CONTROLS = {chr(code) for code in (*range(32), *range(127, 160), 0x2028, 0x2029)}
SPEECH = np.zeros(1600, np.float32)


class Returning(interface.Recogniser):
    """A recogniser that returns what it is given."""

    def __init__(self, text):
        self.text = text

    def decode(self, waveform):
        return Transcript(self.text)

    def use_threads(self, count):
        pass

    def facts(self):
        return {}


def test_every_engine_has_axes_precisions_and_modules():
    assert set(catalogue.ENGINES) == set(engine_axes.AXES_OF) == set(engine_axes.PRECISIONS_OF)
    assert set(axes.ENGINE.allowed["enum"]) == set(catalogue.ENGINES)
    pinned = Path(__file__).parents[1] / "envs/recognisers.txt"
    for name, engine in catalogue.ENGINES.items():
        assert callable(catalogue.recogniser(name).opened)
        assert callable(catalogue.parameters(name).counted)
        assert (catalogue.located(name) is None) == (name in engine_axes.ESPNET)
        if name not in engine_axes.ESPNET:
            assert f"{engine.packages[0]}==" in pinned.read_text()
            assert engine.packages[0] in catalogue.how_to_install(name)


@pytest.mark.parametrize("text", [None, 3, b"words", ["words"]])
def test_what_is_no_text_is_an_error(text):
    with pytest.raises(ValueError, match="in place of text"):
        Returning(text).transcribe(SPEECH)


def test_a_megabyte_of_text_is_an_error():
    with pytest.raises(ValueError, match=r"1000000 characters for 0.1 s of audio"):
        Returning("a" * 1_000_000).transcribe(SPEECH)


@given(st.text())
def test_text_is_one_line_without_control_characters(text):
    found = Returning(text).transcribe(SPEECH).text
    assert len(found.splitlines()) <= 1
    assert all(ord(letter) >= 32 and not 127 <= ord(letter) < 160 for letter in found)
    # Nothing else is taken away or changed.
    kept = "".join(letter for letter in text if letter not in _CONTROLS and not letter.isspace())
    assert "".join(letter for letter in found if not letter.isspace()) == kept


def test_no_words_are_an_empty_hypothesis():
    found = Returning(" \n").transcribe(SPEECH)
    assert (found.text, found.ended, found.reason) == ("", "empty", "the search gave no hypothesis")
    assert Returning("a word").transcribe(SPEECH).reason == ""


def folder_of(names, root: Path) -> Path:
    """A folder with files of those names, each of one byte."""
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"x")
    return root


WHOLE = {
    "faster-whisper": ["model.bin", "config.json", "tokenizer.json", "vocabulary.txt"],
    "whisper.cpp": ["ggml-tiny.en.bin"],
    "moonshine": ["encoder_model.ort", "decoder_model_merged.ort", "tokenizer.bin"],
    "pocketsphinx": ["en-us/mdef", "en-us.lm.bin", "en-us-phone.lm.bin", "cmudict.dict"],
    "vosk": ["am/final.mdl", "graph/HCLr.fst", "ivector/final.ie"],
    "sherpa-onnx": [
        "encoder.onnx",
        "decoder.onnx",
        "joiner.int8.onnx",
        "joiner.onnx",
        "tokens.txt",
    ],
}


@pytest.mark.parametrize("engine", WHOLE)
def test_files_are_found_in_a_folder_and_below_one_folder(tmp_path, engine):
    folder_of(WHOLE[engine], tmp_path / "packed")
    for root in (tmp_path, tmp_path / "packed"):
        assert all(path.exists() for path in catalogue.located(engine)(root).values())


@pytest.mark.parametrize("engine", WHOLE)
@pytest.mark.parametrize("other", WHOLE)
def test_a_folder_of_another_engine_is_refused_in_one_line(tmp_path, engine, other):
    root = folder_of(WHOLE[other], tmp_path / "m")
    if engine == other:
        return
    with pytest.raises(UserError) as caught:
        catalogue.located(engine)(root)
    assert str(root) in str(caught.value) and "\n" not in str(caught.value)


def test_several_files_that_fit_are_named(tmp_path):
    root = folder_of(["ggml-a.bin", "ggml-b.bin"], tmp_path)
    with pytest.raises(UserError, match=r"several files like ggml\*.bin \(ggml-a.bin, ggml-b.bin"):
        catalogue.located("whisper.cpp")(root)
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match="it holds nothing"):
        model_files.wanted("e", tmp_path / "empty", {"a": "*.x"})


def test_a_precision_chooses_files_and_a_missing_one_is_refused(tmp_path):
    both = ["encoder.onnx", "encoder.int8.onnx", "decoder.onnx", "joiner.int8.onnx"]
    found = sherpa_files.located(folder_of([*both, "tokens.txt"], tmp_path / "both"))
    names = {
        precision: sorted(p.name for p in sherpa_files.chosen(found, "m", precision).values())
        for precision in ("float32", "int8")
    }
    assert names["float32"] == ["decoder.onnx", "encoder.onnx", "joiner.int8.onnx"]
    assert names["int8"] == ["decoder.onnx", "encoder.int8.onnx", "joiner.int8.onnx"]
    assert sherpa_files.kind_of(found) == "transducer"
    eight = [name for name in both if "int8" in name] + ["decoder.int8.onnx", "tokens.txt"]
    found = sherpa_files.located(folder_of(eight, tmp_path / "int8"))
    with pytest.raises(UserError, match="hold int8 and precision is float32: set"):
        sherpa_files.chosen(found, "m", "float32")


def test_metadata_of_an_onnx_file_is_read_without_a_package_for_onnx(tmp_path):
    onnx = pytest.importorskip("onnx")
    graph = onnx.helper.make_graph([], "g", [], [])
    model = onnx.helper.make_model(graph)
    onnx.helper.set_model_props(model, {"decode_chunk_len": "32", "T": "45"})
    path = tmp_path / "m.onnx"
    path.write_bytes(model.SerializeToString())
    assert [metadata.value(path, key) for key in ("decode_chunk_len", "T", "no")] == [
        *("32", "45", None)
    ]
    (tmp_path / "empty.onnx").write_bytes(b"")
    assert metadata.value(tmp_path / "empty.onnx", "T") is None


@given(st.binary(max_size=200))
def test_bytes_that_are_no_model_are_one_line(content):
    path = Path(os.environ.get("TMPDIR", "/tmp")) / f"asrbench-no-model-{os.getpid()}.bin"
    path.write_bytes(content)
    try:
        for read in (ct2_weights.tensors, ggml_weights.read):
            with pytest.raises(UserError) as caught:
                read(path)
            assert "\n" not in str(caught.value)
    finally:
        path.unlink()


def manifest_of(engine: str, root: Path) -> Manifest:
    """The manifest of a model whose files are in a folder."""
    return Manifest(
        "m", "trained", root / "model.json", None, None, catalogue.located(engine)(root)
    )


def opened(engine: str, root: Path, **asked):
    """A recogniser of files in a folder."""
    language = asked.pop("language", "en")
    first = {axis.name: axis.default for axis in engine_axes.AXES_OF[engine]}
    given = {"engine": engine, "precision": engine_axes.PRECISIONS_OF[engine][0], **first, **asked}
    job = Job("m", variant="v", axes=given, sample_rate_hz=16000, threads=1, language=language)
    return OpenedVariant(job, manifest_of(engine, root)).recogniser()


def half(source: Path, root: Path, name: str) -> Path:
    """A copy of a folder in which one file has half its size."""
    shutil.copytree(source, root)
    content = (root / name).read_bytes()
    (root / name).write_bytes(content[: len(content) // 2])
    return root


def test_a_checkpoint_of_half_its_size_is_one_line(tmp_path):
    cases = {
        "faster-whisper": (recogniser_weights.whisper_tiny_en(), "model.bin"),
        "moonshine": (recogniser_weights.moonshine_tiny(), "encoder_model.ort"),
    }
    for engine, (source, name) in cases.items():
        root = half(source, tmp_path / engine, name)
        with pytest.raises(UserError, match=r"fetch it again|fetch them again") as caught:
            opened(engine, root)
        assert "\n" not in str(caught.value)


def test_a_model_of_english_alone_is_not_given_another_language(tmp_path):
    root = recogniser_weights.whisper_tiny_en()
    with pytest.raises(UserError, match=r"knows English alone, and speech.language is de"):
        opened("faster-whisper", root, language="de")
    with pytest.raises(UserError, match=r"knows English alone, and speech.language is de"):
        opened("whisper.cpp", recogniser_weights.whisper_for_cpp(tmp_path), language="de")


def test_a_precision_that_a_file_does_not_hold_is_one_line(tmp_path):
    with pytest.raises(UserError, match="its file holds float16 and precision is int8"):
        opened("whisper.cpp", recogniser_weights.whisper_for_cpp(tmp_path), precision="int8")


def test_speech_of_another_rate_than_the_models_is_refused(tmp_path):
    root = shutil.copytree(recogniser_weights.pocketsphinx_en_us(), tmp_path / "m")
    parameters = root / "en-us/feat.params"
    parameters.write_text(f"{parameters.read_text()}-samprate 8000\n-nfft 256\n-upperf 3500\n")
    with pytest.raises(UserError, match="takes speech at 8000 Hz and"):
        opened("pocketsphinx", root)


def test_vosk_s_parameters_are_those_that_kaldi_files_hold(tmp_path):
    root = shutil.copytree(recogniser_weights.vosk_ko(), tmp_path / "m")
    manifest = Manifest("m", "trained", root / "x", None, None, catalogue.located("vosk")(root))

    def rows():
        counted = catalogue.parameters("vosk").counted(manifest, Job("m"))
        return {row.module: row for row in counted}

    found = rows()
    # The layers fill the file but for statistics of the training and the list of transitions.
    network = found["network"]
    assert 0.9 * network.bytes < 4 * network.parameters < network.bytes
    extractor = found["i-vector extractor"]
    assert 0.99 * extractor.bytes < 8 * extractor.parameters < extractor.bytes
    assert found["graph"].parameters == 0 and found["graph"].bytes > 2e8
    for name in ("am/final.mdl", "ivector/final.ie"):
        whole = (root / name).read_bytes()
        (root / name).write_bytes(whole[: len(whole) // 2])
        with pytest.raises(UserError, match=r"is cut short, or no file of Kaldi"):
            rows()
        (root / name).write_bytes(b"nothing of it")
        with pytest.raises(UserError, match=r"holds no weights|is no extractor"):
            rows()
        (root / name).write_bytes(whole)
    (root / "am/final.mdl").write_bytes(b"nothing of it")
    with pytest.raises(UserError, match="vosk cannot load"):
        opened("vosk", root)


@pytest.mark.parametrize("engine", catalogue.ENGINES)
def test_whatever_an_engine_cannot_is_said(engine):
    every = {can for one in catalogue.ENGINES.values() for can in one.can}
    build = Build("m", "m", (("engine", engine), ("processor", "cpu")))
    for can in every:
        said = catalogue.not_applicable(build, can)
        assert (said == "") == (can in catalogue.ENGINES[engine].can)
        assert said == "" or said.startswith(f"not applicable: engine {engine} ")


def test_an_engine_that_is_not_installed_is_one_line(tmp_path, monkeypatch):
    monkeypatch.setattr(catalogue, "is_installed", lambda engine: False)
    with pytest.raises(UserError, match="needs the package pocketsphinx, which is not installed: "):
        opened("pocketsphinx", folder_of(WHOLE["pocketsphinx"], tmp_path))


def test_a_package_that_lacks_the_call_is_one_line(tmp_path, monkeypatch):
    package = pytest.importorskip("pocketsphinx")
    root = folder_of(WHOLE["pocketsphinx"], tmp_path)
    with monkeypatch.context() as changed:
        changed.delattr(package, "Decoder")
        with pytest.raises(UserError, match=r"lacks a call.*the version that envs/recognisers.txt"):
            opened("pocketsphinx", root)
    monkeypatch.setattr(package, "Decoder", lambda: None)
    with pytest.raises(UserError, match=r"lacks a call.*the version that envs/recognisers.txt"):
        opened("pocketsphinx", root)


def test_a_fault_of_our_own_is_no_fault_of_a_package(tmp_path, monkeypatch):
    pytest.importorskip("pocketsphinx")
    root = recogniser_weights.pocketsphinx_en_us()
    source = "def opened(manifest, job, threads, beside):\n    return {}"
    for broken, kind in ((f"{source}.lost", AttributeError), (f"{source} + 1", TypeError)):
        scope = {"__name__": "asrbench.engines.pocketsphinx.recogniser"}
        exec(broken, scope)  # a function of a module of this project
        with monkeypatch.context() as changed, pytest.raises(kind):
            changed.setattr(catalogue.recogniser("pocketsphinx"), "opened", scope["opened"])
            opened("pocketsphinx", root)


def test_a_model_in_a_package_is_fetched_from_there(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "carries").mkdir()
    (tmp_path / "carries/__init__.py").write_text("")
    folder_of(WHOLE["moonshine"], tmp_path / "carries/tiny")
    monkeypatch.syspath_prepend(tmp_path)
    source = {"name": "m", "engine": "moonshine"}
    model = Model(**source, source="package:carries/tiny")
    made = model_source.fetch(model, "out/model.json", catalogue.located("moonshine"))
    assert made["kind"] == "package" and made["checkpoint_bytes"] == 3
    assert manifest.load("out/model.json").files["encoder"].name == "encoder_model.ort"
    for wrong in ("package:carries/none", "package:absent_one/x", "package:carries/../.."):
        with pytest.raises(UserError, match=r"not installed here|has no folder"):
            model_source.fetch(
                Model(**source, source=wrong), "out/model.json", catalogue.located("moonshine")
            )


def test_a_model_that_is_one_file_is_taken_alone(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder_of(["ggml-a.bin", "ggml-b.bin"], tmp_path / "several")
    model = Model(name="m", engine="whisper.cpp", source="several/ggml-a.bin")
    made = model_source.fetch(model, "out/model.json", catalogue.located("whisper.cpp"))
    assert made["kind"] == "file" and Path(made["files"]["model"]).name == "ggml-a.bin"
    assert json.loads(Path("out/model.json").read_text())["engine"] == "whisper.cpp"


def test_a_header_of_ctranslate2_that_announces_more_than_there_is_is_refused(tmp_path):
    name = b"encoder/x\0"
    header = struct.pack("<IH", 6, 2) + b"a\0" + struct.pack("<II", 1, 1)
    tensor = struct.pack("<H", len(name)) + name + struct.pack("<BIBI", 1, 100, 0, 400)
    path = tmp_path / "model.bin"
    path.write_bytes(header + tensor + bytes(400))
    assert ct2_weights.tensors(path)[0].elements == 100
    path.write_bytes(header + tensor + bytes(100))
    with pytest.raises(UserError, match="was cut: "):
        ct2_weights.tensors(path)
