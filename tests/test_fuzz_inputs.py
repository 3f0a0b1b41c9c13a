"""Whatever a file from elsewhere holds, it is read or refused in one line.

FUZZ_EXAMPLES=20000 python -m pytest tests/test_fuzz_inputs.py looks far longer than a test run.
"""

import io
import os
import shutil
import tarfile
import wave
import zipfile

import pytest
import yaml
from asrbench import (
    architecture,
    archive,
    checkpoint,
    compare_tables,
    config,
    corpus,
    json_file,
    manifest,
    packed_model,
    raw_files,
    results_version,
    run_folder,
    speech_source,
    table_csv,
)
from asrbench.energy_settings import External as Settings
from asrbench.errors import UserError
from asrbench.meters import battery, external, hwmon, ina3221, kernel_files, pmic, powertop, rapl
from asrbench.meters.interface import MeterError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_models import COMMON, TRANSFORMER

far = settings(
    max_examples=int(os.environ.get("FUZZ_EXAMPLES", "30")),
    deadline=None,
    suppress_health_check=list(HealthCheck),
)

slow = settings(far, max_examples=max(4, far.max_examples // 40))


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
ROWS = b'utterance_id,latency_s,status,reason\nu1,1.5,ok,""\n"u,2",-1e-3,failed,"a\nb"\n'
LINES = b'{"utterance_id": "u", "reference": "A", "score": -1.5}\n\n{"utterance_id": "v"}\n'
TRANSCRIPT = "1-2-0001 A B\n1-2-0002\tC\n\n".encode("utf-8-sig")
TABLE = b"utterance_id,speaker,path,samples,sample_rate_hz,duration_s,text\nu,1,p,5,16000,0.1,A\n"

NASTY = [
    *(
        b"\0",
        b"\xff",
        b"\n",
        b"\r",
        b'"',
        b"'",
        b"&a ",
        b"*a ",
        b"[",
        b"{",
        b"- ",
        b": ",
        b"!!int ",
    ),
    *(
        b"9" * 5000,
        b"9" * 400,
        b"2001-99-99",
        b"010",
        b"1:30",
        b"[" * 3000,
        b"nan",
        b"inf",
        b"-1",
        b"1e999",
    ),
    *(b"../../x", b"/etc/passwd", b"null", b"true", b"\\u0000", b"\\ud800", b"=1", b",", b"<<: "),
]


@st.composite
def mutated(draw, seeds):
    """Bytes of one of the seeds, some of them changed, lost or put in; or any bytes at all."""
    content = bytearray(draw(st.sampled_from(seeds)) or draw(st.binary(max_size=200)))
    for _ in range(draw(st.integers(0, 4))):
        place = draw(st.integers(0, len(content)))
        kind = draw(st.sampled_from(["put", "nasty", "flip", "cut", "drop", "twice"]))
        if kind == "put":
            content[place:place] = draw(st.binary(max_size=8))
        elif kind == "nasty":
            length = draw(st.integers(0, 8))
            content[place : place + length] = draw(st.sampled_from(NASTY))
        elif kind == "flip" and place < len(content):
            content[place] = draw(st.integers(0, 255))
        elif kind == "cut":
            del content[place:]
        elif kind == "drop":
            del content[place : place + draw(st.integers(1, 30))]
        elif kind == "twice":
            content[place:place] = content[place : place + draw(st.integers(1, 100))]
    return bytes(content)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("fuzz")


def told(run, *allowed):
    """Run it; what is raised must be one of the allowed errors, and one line."""
    try:
        run()
    except allowed as error:
        assert "\n" not in str(error).strip() or isinstance(error, MeterError)


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
@given(content=mutated([MANIFEST, STUDY, LINES, b""]))
def test_json(folder, content):
    path = folder / "x.json"
    path.write_bytes(content)
    told(lambda: manifest.load(path), UserError)
    told(lambda: speech_source.read(path), UserError)
    told(lambda: raw_files.read_json_lines(path), UserError)
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
    told(lambda: corpus.read_sample(path), UserError)


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
    listing = corpus.list_corpus(folder / "speech")
    corpus.write(listing, folder / "u.csv", folder / "r.csv")
    read = corpus.read_table(folder / "u.csv")
    assert list(read["text"]) == list(listing.utterances["text"])


LOG = b"t_utc,power_w\n2026-01-01T00:00:00Z,5.1\n1.5,-2\n"
REPORT = b"x\nThe battery reports a discharge rate of:  7.25  W;\n"
RAILS = b"  3V7_WL_SW_A current(0)=0.1A\n  3V7_WL_SW_V volt(8)=3.7V\n"


@far
@given(head=mutated([LOG[:14], b""]), rows=mutated([LOG, b""]))
def test_a_log_of_an_external_meter(folder, head, rows):
    path = folder / "log.csv"
    path.write_bytes(head)
    meter = external.External(Settings(path=str(path), scope="x"))

    def read():
        meter.probe()
        with path.open("ab") as file:
            file.write(b"\n" + rows + b"\n")
        meter.read()

    told(read, MeterError)


@far
@given(content=mutated([REPORT, RAILS, b"123\n", b""]))
def test_what_meters_print(folder, content):
    text = content.decode("utf-8", "replace")
    told(lambda: powertop.discharge_w(text), MeterError)
    told(lambda: pmic.rail_watts(text), MeterError)
    (folder / "n").write_bytes(content)
    told(lambda: kernel_files.number(folder / "n"), MeterError)


KERNEL = {
    battery.Battery: ("class/power_supply/BAT0", ["type", "status", "power_now", "scope"]),
    rapl.Rapl: ("class/powercap/intel-rapl:0", ["name", "energy_uj", "max_energy_range_uj"]),
    hwmon.Hwmon: ("class/hwmon/hwmon0", ["name", "power1_input", "energy1_input", "power1_label"]),
    ina3221.Ina3221: (
        "bus/i2c/drivers/ina3221/1-0040/hwmon/hwmon1",
        ["in1_label", "in1_input", "curr1_input"],
    ),
}
WORDS = [b"Battery", b"Discharging", b"System", b"5000000", b"package-0", b"chip", b"VDD_IN", b""]


@far
@given(st.sampled_from(list(KERNEL)), st.lists(mutated(WORDS), min_size=4, max_size=4))
def test_files_of_the_kernel(folder, kind, contents):
    place, names = KERNEL[kind]
    (folder / "root/sys" / place).mkdir(parents=True, exist_ok=True)
    for name, content in zip(names, contents, strict=False):
        (folder / "root/sys" / place / name).write_bytes(content)

    def read():
        meter = kind(folder / "root")
        meter.probe()
        meter.read()

    told(read, MeterError)


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
        compare_tables.write(run_folder.open_all(entries, damaged), damaged / "out")
    except UserError:
        pass
    finally:
        (damaged / "results" / name).write_bytes(content)


def test_a_number_that_no_kernel_writes_is_refused(tmp_path):
    (tmp_path / "n").write_text("9" * 400)
    with pytest.raises(MeterError, match=r"holds '9999.*, not a number"):
        kernel_files.number(tmp_path / "n")
