"""Whatever a file from elsewhere holds, it is read or refused in one line."""

import io
import shutil
import tarfile
import wave
import zipfile

import pytest
import yaml
from asrbench.basics import json_file, results_version
from asrbench.basics.errors import UserError
from asrbench.compare import run_folder, tables
from asrbench.engines.espnet import checkpoint
from asrbench.results import raw_files
from asrbench.sources import architecture, archive, corpus, manifest, packed_model, speech_source
from asrbench.sources.listing import list_corpus
from asrbench.study import config
from asrbench.tables import table_csv
from hypothesis import given
from hypothesis import strategies as st
from mutations import far, mutated, slow, told
from small_models import COMMON, TRANSFORMER


def tar(mode):
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode=f"w{mode}", format=tarfile.PAX_FORMAT) as packed:
        for name in ("a/b", "a/" + "n" * 120, "é"):
            info = tarfile.TarInfo(name)
            info.size = 5
            packed.addfile(info, io.BytesIO(b"12345"))
    return content.getvalue()


def zipped():
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("a/b", "12345" * 20)
        packed.writestr("c/", "")
        packed.writestr("é", "")
    return content.getvalue()


ARCHIVES = [tar(""), tar(":gz"), tar(":bz2"), tar(":xz"), zipped()]
MODEL = yaml.safe_dump(COMMON | TRANSFORMER | {"normalize_conf": {"stats_file": "s"}}).encode()
META = b"files: {asr_model_file: m.pth}\nyaml_files: {asr_train_config: config.yaml}\n"
MANIFEST = b'{"name": "m", "weights": "random", "files": {"config": "c", "checkpoint": null}}'
STUDY = (
    b'{"name": "s", "speech": {"name": "c", "path": "p"}, "models": [{"name": "m", "source": "f"}]}'
)
SCHEMA = b'{"fields": [{"name": "reason", "type": "string"}], "missingValues": [""]}'
ROWS = b'utterance_id,latency_s,status,reason\nu1,1.5,ok,""\n"u,2",-1e-3,failed,"a\nb"\n'
LINES = b'{"utterance_id": "u", "reference": "A", "score": -1.5}\n\n{"utterance_id": "v"}\n'
TRANSCRIPT = "1-2-0001 A B\n1-2-0002\tC\n\n".encode("utf-8-sig")
TABLE = b"utterance_id,speaker,path,samples,sample_rate_hz,duration_s,text\nu,1,p,5,16000,0.1,A\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("fuzz")


@far
@given(content=mutated([*ARCHIVES, b""]))
def test_archives(folder, content):
    (folder / "x").write_bytes(content)
    told(lambda: archive.unpack(folder / "x", folder / "out", max_bytes=1 << 20), UserError)
    assert not (folder / "out.unpacking").exists()
    shutil.rmtree(folder / "out", ignore_errors=True)


@far
@given(content=mutated([MODEL, META, b""]))
def test_configurations_of_models(folder, content):
    root = folder / "model"
    root.mkdir(exist_ok=True)
    for name in ("config.yaml", "meta.yaml"):
        (root / name).write_bytes(content)
    (root / "s").touch()
    (root / "t").touch()

    def resolve():
        located = packed_model.locate(root, trained=False)
        packed_model.write_resolved(located, folder / "resolved.yaml")
        architecture.kinds(folder / "resolved.yaml")

    told(resolve, UserError)
    told(lambda: architecture.kinds(root / "config.yaml"), UserError)
    told(lambda: packed_model.read_meta(root), UserError)
    (folder / "model.json").write_bytes(content)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@far
@given(st.dictionaries(st.sampled_from(sorted(COMMON | TRANSFORMER)), values, max_size=4))
def test_values_of_configurations(folder, changes):
    root = folder / "values"
    root.mkdir(exist_ok=True)
    text = yaml.safe_dump(COMMON | TRANSFORMER | changes)
    (root / "config.yaml").write_text(text, encoding="utf-8", errors="replace")
    located = packed_model.Located(root, root / "config.yaml", None)
    told(lambda: packed_model.write_resolved(located, folder / "resolved.yaml"), UserError)


@far
@given(content=mutated([MANIFEST, STUDY, LINES, SCHEMA, b""]))
def test_json(folder, content):
    path = folder / "x.json"
    path.write_bytes(content)
    told(lambda: manifest.load(path), UserError)
    told(lambda: speech_source.read(path), UserError)
    told(lambda: raw_files.read_json_lines(path), UserError)
    (folder / "x.csv").write_bytes(ROWS)
    path.replace(folder / "x.schema.json")
    told(lambda: table_csv.read(folder, "x"), UserError)
    (folder / "x.schema.json").replace(path)
    told(lambda: results_version.check(json_file.read_json(path), "x"), UserError)
    try:
        config.load(path)
        (folder / "x.yaml").write_bytes(content)
        config.load(folder / "x.yaml")
    except UserError:  # a line for each key
        pass


@far
@given(content=mutated([ROWS, TABLE, b""]))
def test_rows(folder, content):
    path = folder / "x.csv"
    path.write_bytes(content)
    columns = ["utterance_id", "status", "reason"]
    told(lambda: raw_files.read_rows(path, columns, ["latency_s"], ("load",)), UserError)
    told(lambda: table_csv.read(folder, "x"), UserError)
    (folder / "latency.csv").write_bytes(content)
    told(lambda: table_csv.read(folder, "latency"), UserError)
    told(lambda: corpus.read(path), UserError)


def sound():
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setparams((1, 2, 16000, 0, "NONE", ""))
        file.writeframes(bytes(320))
    return content.getvalue()


@far
@given(transcript=mutated([TRANSCRIPT, b""]), audio=mutated([sound(), b""]))
def test_corpora(folder, transcript, audio):
    chapter = folder / "speech/1/2"
    chapter.mkdir(parents=True, exist_ok=True)
    (chapter / "1-2.trans.txt").write_bytes(transcript)
    for number in (1, 2):
        (chapter / f"1-2-000{number}.wav").write_bytes(audio)
    listing = list_corpus(folder / "speech")
    listing.write(folder / "u.csv", folder / "r.csv")
    if len(listing.utterances):
        read = corpus.read(folder / "u.csv")
        assert [one.text for one in read] == list(listing.utterances["text"])


@far
@given(content=mutated([b"PK\x03\x04", b"\x80\x02", b""]))
def test_checkpoints(folder, content):
    (folder / "model.pth").write_bytes(content)
    told(lambda: checkpoint.read(folder / "model.pth"), UserError)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A small finished run, and a copy of it that is damaged."""
    from test_compare import make

    whole = make(tmp_path_factory.mktemp("runs") / "whole", models=("lstm",), weights=["0.3"])
    return whole, shutil.copytree(whole, whole.with_name("damaged"))


READ = [
    *("device.json", "study.json", "tables/latency.csv", "tables/energy.csv", "tables/wer.csv"),
    *("tables/parameters.csv", "latency/lstm/ctc0.3/round1.csv", "latency/lstm/ctc0.3/round2.csv"),
]


@slow
@given(st.sampled_from(READ), st.data())
def test_runs_that_are_compared(run, name, data):
    whole, damaged = run
    content = (whole / "results" / name).read_bytes()
    (damaged / "results" / name).write_bytes(data.draw(mutated([content])))
    entries = [str(whole), str(damaged)]
    try:
        tables.write(run_folder.open_all(entries, damaged), damaged / "out")
    except UserError:
        pass
    finally:
        (damaged / "results" / name).write_bytes(content)


@pytest.mark.parametrize("text", ['{"a": ' + "9" * 5000 + "}", "[" * 100_000, '{"a":' * 9999])
def test_numbers_and_nesting_without_end_are_no_json(tmp_path, text):
    (tmp_path / "x.json").write_text(text)
    for read in (json_file.read_json, raw_files.read_json_lines, manifest.load, config.load):
        with pytest.raises(UserError, match=r"x\.json: .*is not JSON") as caught:
            read(tmp_path / "x.json")
        assert "\n" not in str(caught.value)
