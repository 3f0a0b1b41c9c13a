"""An archive of a run: what is in it, what is not, and that it says nothing of the machine."""

import hashlib
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import raw_rows
from asrbench.basics.errors import UserError
from asrbench.compare import pack, redact, ro_crate, run_folder
from asrbench.compare import rows as compare_rows
from asrbench.study import describe_job
from hypothesis import given
from hypothesis import strategies as st
from test_tables import write

SCRIPT = Path(__file__).resolve().parents[1] / "scripts/pack_results.py"
TABLES = ["parameters", "latency", "energy", "wer"]


@pytest.fixture
def results(tmp_path):
    """A run with everything that lies in such a folder, some of it not to be sent."""
    results = tmp_path / "home/someone/run/results"
    study = raw_rows.study(("conformer", "lstm"), ["0.0", "0.3"])
    raw_rows.build(study, results)
    write(study, results, TABLES)
    speech = tmp_path / "home/someone/speech"
    rows = [
        {"utterance_id": f"u{i}", "path": f"{speech}/u{i}.flac", "duration_s": 2.0, "text": said}
        for i, (said, _guess) in enumerate(raw_rows.SENTENCES)
    ]
    raw_rows.write_csv(results / "data/utterances.csv", rows)
    for name, content in {
        "plots/latency.png": b"\x89PNG",
        "plots/latency.svg": b"<svg/>",
        "logs/latency.log": b"log",
        "latency/conformer/ctc0.0/round9.csv.part": b"half",
        "data/u0.flac": b"sound",
        "model.pth": b"weights",
    }.items():
        (results / name).parent.mkdir(parents=True, exist_ok=True)
        (results / name).write_bytes(content)
    said = json.loads((results / "study.json").read_text(encoding="utf-8"))
    said["speech"]["path"] = "/media/usb stick/../disk/LibriSpeech"
    said["models"][0]["source"] = str(results.parent / "models/conformer")
    (results / "study.json").write_text(json.dumps(said), encoding="utf-8")
    return results


def packed(results, tmp_path, *without) -> zipfile.ZipFile:
    pack.pack(results, tmp_path / "run.zip", without)
    return zipfile.ZipFile(tmp_path / "run.zip")


def test_what_is_in_it_and_what_is_not(results, tmp_path):
    names = packed(results, tmp_path).namelist()
    for name in (
        *("device.json", "study.json", "tables/latency.csv", "tables/latency.tex"),
        *(
            "tables/latency.schema.json",
            "plots/latency.png",
            "plots/latency.svg",
            "data/utterances.csv",
        ),
        *("latency/lstm/ctc0.3/round2.csv", "energy/lstm/ctc0.3/round1/samples.csv"),
        *("energy/lstm/ctc0.3/round1/window.json", "wer/lstm/ctc0.3/hypotheses.jsonl"),
    ):
        assert f"results/{name}" in names
    for ending in (".log", ".part", ".flac", ".pth"):
        assert not [name for name in names if name.endswith(ending)]
    assert names == [*sorted(names[:-1]), ro_crate.NAME]
    assert not [name for name in names if name.startswith("/") or ".." in name]


def test_the_crate_describes_each_file_and_the_run(results, tmp_path):
    archive = packed(results, tmp_path)
    crate = json.loads(archive.read(ro_crate.NAME))
    entities = {entity["@id"]: entity for entity in crate["@graph"]}
    assert len(entities) == len(crate["@graph"])
    assert crate["@context"][0] == "https://w3id.org/ro/crate/1.1/context"
    about = entities[ro_crate.NAME]
    assert about["conformsTo"] == {"@id": "https://w3id.org/ro/crate/1.1"}
    root = entities[about["about"]["@id"]]
    assert root["datePublished"] == "2026-01-02T03:04:05+00:00"
    assert "Raspberry Pi 5" in root["name"]
    parts = [part["@id"] for part in root["hasPart"]]
    assert sorted([*parts, ro_crate.NAME]) == sorted(archive.namelist())
    for part in parts:
        content, entity = archive.read(part), entities[part]
        assert entity["@type"] == "File"
        assert entity["contentSize"] == str(len(content))
        assert entity["sha256"] == hashlib.sha256(content).hexdigest()
    assert entities["#config_sha256"]["value"] == "ab" * 32
    assert entities["#project"]["version"] == "0123abc"
    assert entities["#software-torch"]["softwareVersion"] == "2.9.1"
    assert entities["#device-cores"]["value"] == 4
    assert "license" not in root


def references(value):
    """Ids that an entity refers to."""
    if isinstance(value, dict):
        if set(value) == {"@id"}:
            yield value["@id"]
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def test_every_reference_in_the_crate_leads_somewhere(results, tmp_path):
    crate = json.loads(packed(results, tmp_path).read(ro_crate.NAME))
    known = {entity["@id"] for entity in crate["@graph"]}
    for entity in crate["@graph"]:
        for name, value in entity.items():
            for target in references(value) if name != "@id" else ():
                assert target in known or target.startswith("https://w3id.org/"), (name, target)


def test_terms_of_use_are_said_where_they_are_given():
    device = {"described_utc": "2026-01-02T03:04:05+00:00"}
    for terms, said in (
        ("CC-BY-4.0", "CC-BY-4.0"),
        ("https://x.org/l", {"@id": "https://x.org/l"}),
    ):
        assert ro_crate.metadata([], device, "s", terms)["@graph"][1]["license"] == said


def test_nothing_says_where_the_files_were(results, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path / "home/someone"))
    archive = packed(results, tmp_path)
    for name in archive.namelist():
        content = archive.read(name).decode("utf-8", errors="replace")
        assert "someone" not in content and str(tmp_path) not in content, name
    study = json.loads(archive.read("results/study.json"))
    assert study["models"][0]["source"] == "models/conformer"
    assert b"speech/u0.flac" in archive.read("results/data/utterances.csv")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('"/media/usb/LibriSpeech/test-clean"', '"test-clean"'),
        ("u0,/a/b/c.flac,A", "u0,c.flac,A"),
        ("/sys/class/power_supply/BAT0", "/sys/class/power_supply/BAT0"),
        ("https://example.org/a/b", "https://example.org/a/b"),
        ("results/latency/m/ctc0.3", "results/latency/m/ctc0.3"),
        ("(s/s) 1/2 and/or/not", "(s/s) 1/2 and/or/not"),
        ("/run/here/results/x.csv and /run/here", "results/x.csv and ."),
        ("/run/hereafter/x", "x"),
    ],
)
def test_paths_in_text(text, found):
    assert redact.text(text, ["/run/here"]) == found


PARTS = st.lists(st.text(alphabet="ab.-_1", min_size=1, max_size=4), min_size=2, max_size=5)


@given(st.sampled_from(["", '"', ",", " ", "="]), PARTS)
def test_an_absolute_path_keeps_its_last_part_alone(before, parts):
    text = f'{before}/{"/".join(parts)}"'
    assert redact.text(text, []) == f'{before}{parts[-1]}"'


SECRETS = [
    "https://jane:s3cr%2Ft@host.org/a/m.zip?token=s3cr&x=1#s3cr",
    "http://s3cr@host.org:81/m.zip?download=1;s3cr,s3cr",
    "ftp://jane:s3cr@t@host.org/m.zip",
    "file:///home/jane doe/s3cr/m.zip",
    "/home/jané/s3cr (1)/m.zip",
    "~/jane/s3cr/m.zip",
    "~jane/s3cr/m.zip",
    "/home/jane/s3cr dir/m.zip: cannot be read",
    "/jane s3cr/m.zip",
]


def test_no_credential_and_no_part_of_a_path_goes_out(results, tmp_path):
    said = json.loads((results / "study.json").read_text(encoding="utf-8"))
    said["speech"] |= {"path": SECRETS[3], "urls": SECRETS}
    said["models"][0]["source"] = SECRETS[0]
    said["energy"] = {"command": {"argv": ["read", "-u", "s3cr"]}}
    (results / "study.json").write_text(json.dumps(said), encoding="utf-8")
    device = json.loads((results / "device.json").read_text()) | {"board": SECRETS[3]}
    (results / "device.json").write_text(json.dumps(device))
    rows = [{"utterance_id": "u", "reason": secret} for secret in SECRETS]
    raw_rows.write_csv(results / "data/rejected.csv", rows)
    (results / "wer/lstm/more.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    archive = packed(results, tmp_path)
    for name in archive.namelist():
        content = archive.read(name).decode("utf-8", errors="replace")
        assert "s3cr" not in content and "jan" not in content, (name, content)
    study = json.loads(archive.read("results/study.json"))
    assert study["models"][0]["source"] == "https://host.org/a/m.zip"
    assert all("m.zip" in address for address in study["speech"]["urls"])
    assert study["energy"]["command"]["argv"] == ["read"]


def test_the_report_shows_no_password_of_a_meter():
    energy = {
        "command": {"argv": ["read", "-p", "s3cr"]},
        "external": {"path": "/home/jane/s3cr.csv"},
    }
    study = raw_rows.study(("m",), ["0.3"], energy=energy)
    shown = json.dumps(describe_job.of(study, "energy", "m", "ctc0.3"))
    assert "s3cr" not in shown and "jane" not in shown
    energy["command"]["argv"][2] = "other"
    other = raw_rows.study(("m",), ["0.3"], energy=energy)
    assert json.dumps(describe_job.of(other, "energy", "m", "ctc0.3")) != shown


def test_addresses_keep_host_and_path():
    assert redact.text("see https://a:b@h.org/x/y?z#w now", []) == "see https://h.org/x/y now"


def test_words_and_numbers_are_sent_as_they_are(results, tmp_path):
    row = {"utterance_id": "u", "text": "/a/b see http://c?d", "duration_s": "1.50", "path": "/x/y"}
    raw_rows.write_csv(results / "data/sample.csv", [row])
    sent = packed(results, tmp_path).read("results/data/sample.csv").decode()
    assert sent.splitlines()[1] == "u,/a/b see http://c?d,1.50,y"


def test_a_damaged_file_is_not_sent(results, tmp_path):
    (results / "energy/lstm/ctc0.3/round1/window.json").write_text("{")
    with pytest.raises(UserError, match=r"window\.json: is damaged"):
        pack.pack(results, tmp_path / "run.zip")
    assert not list(tmp_path.glob("*zip*"))


def test_the_same_files_give_the_same_bytes(results, tmp_path):
    for name in ("one.zip", "two.zip"):
        pack.pack(results, tmp_path / name)
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


def test_samples_are_compressed_and_can_be_left_out(results, tmp_path):
    samples = results / "energy/lstm/ctc0.0/round1/samples.csv"
    lines = [
        f"{100 + t / 50:.2f},run,battery,battery,whole device,5.{t % 97},\n" for t in range(9999)
    ]
    samples.write_text(samples.read_text(encoding="utf-8") + "".join(lines), encoding="utf-8")
    found = pack.pack(results, tmp_path / "run.zip")
    assert next(iter(found.group_bytes)) == pack.SAMPLES
    assert found.group_bytes[pack.SAMPLES] < samples.stat().st_size / 3
    less = packed(results, tmp_path, pack.SAMPLES, "figures")
    names = less.namelist()
    assert not [n for n in names if n.endswith("samples.csv") or "/plots/" in n]
    assert "results/energy/lstm/ctc0.0/round1/window.json" in names
    assert (tmp_path / "run.zip").stat().st_size < found.archive_bytes
    assert not list(tmp_path.glob("*.part"))


def test_a_link_out_of_the_results_is_not_followed(results, tmp_path):
    secret = tmp_path / "secret.csv"
    secret.write_text("secret", encoding="utf-8")
    (results / "tables/secret.csv").symlink_to(secret)
    assert "results/tables/secret.csv" not in packed(results, tmp_path).namelist()


@pytest.mark.parametrize("name", ["device.json", "study.json"])
def test_a_folder_without_results_is_refused(results, tmp_path, name):
    (results / name).unlink()
    with pytest.raises(UserError, match=f"holds no {name}, so it is no results folder"):
        pack.pack(results, tmp_path / "run.zip")
    assert not (tmp_path / "run.zip").exists()


def test_a_place_that_cannot_be_written_is_one_line(results, tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(UserError, match="cannot be written"):
        pack.pack(results, tmp_path / "file/run.zip")


def test_the_archive_can_be_compared_with_its_folder(results, tmp_path):
    pack.pack(results, tmp_path / "sent.zip")
    entries = [str(results), str(tmp_path / "sent.zip")]
    rows = list(compare_rows.latency(run_folder.open_all(entries, tmp_path / "scratch")))
    ratios = [row["ratio"] for row in rows if row["device"] == "sent" and "ratio" in row]
    assert ratios == pytest.approx([1.0] * 4)


def test_the_script_prints_size_and_what_can_be_left_out(results, tmp_path):
    def run(*flags):
        return subprocess.run(
            [sys.executable, str(SCRIPT), "--results", str(results), *flags],
            capture_output=True,
            text=True,
        )

    done = run("--out", str(tmp_path / "run.zip"))
    assert done.returncode == 0, done.stderr
    assert "run.zip: 0.0" in done.stdout and "leave it out: --without " in done.stdout
    assert run("--without", "tables").returncode == 2
    done = run("--results", str(tmp_path))
    assert done.returncode == 1 and done.stderr.count("\n") == 1


def test_an_archive_without_raw_rows_has_figures_and_no_ratio(results, tmp_path):
    pack.pack(results, tmp_path / "small.zip", ("rows",))
    entries = [str(results), str(tmp_path / "small.zip")]
    rows = list(compare_rows.latency(run_folder.open_all(entries, tmp_path / "scratch")))
    small = [row for row in rows if row["device"] == "small"]
    assert len(small) == 4 and all(row["latency_mean_s"] > 0 for row in small)
    assert {row["reason"] for row in small} == {"no ratio, since raw rows are absent in small"}
    assert not any("ratio" in row for row in small)
