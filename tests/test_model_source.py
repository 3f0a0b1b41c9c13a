import hashlib
import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import huggingface_hub
import loopback
import pytest
import yaml
from asrbench.basics.errors import UserError
from asrbench.sources import model_source, model_zoo, packed_model
from asrbench.study.config import Model
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

# A busy machine must not fail a test.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

SCRIPTS = Path(__file__).resolve().parent.parent / "scripts"
LSTM_TAG = "kamo-naoyuki/mini_an4_asr_train_raw_bpe_valid.acc.best"
CONFORMER_TAG = (
    "kamo-naoyuki/librispeech_asr_train_asr_conformer6_n_fft512_hop_length256_raw_en_bpe5000_"
    "scheduler_confwarmup_steps40000_optim_conflr0.0025_sp_valid.acc.ave"
)
CHECKPOINT = b"tensors" * 1000
STATS = "exp/asr_stats_raw_bpe/train/feats_stats.npz"
BPE = "data/token_list/bpe_unigram30/bpe.model"
CONFIG = {
    "token_type": "bpe",
    "token_list": ["<blank>", "no", "exp", "▁A", "<sos/eos>"],
    "bpemodel": BPE,
    "encoder": "rnn",
    "normalize": "global_mvn",
    "normalize_conf": {"stats_file": STATS},
    "init_param": [],
    "output_dir": "exp/asr_train",
    "optim_conf": {"lr": 0.1},
}
META = {
    "files": {"asr_model_file": "exp/asr_train/valid.acc.best.pth"},
    "yaml_files": {"asr_train_config": "exp/asr_train/config.yaml"},
    "timestamp": 1600000000.0,
    "python": "3.7.3",
}


def write_folder(root, config=CONFIG, meta=META, checkpoint=True):
    """The files that ESPnet's packer puts into an archive."""
    contents = {
        packed_model.META: yaml.safe_dump(meta),
        "exp/asr_train/config.yaml": yaml.safe_dump(config),
        STATS: "statistics",
        BPE: "sentences in pieces",
    }
    for name, text in contents.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    if checkpoint:
        (root / "exp/asr_train/valid.acc.best.pth").write_bytes(CHECKPOINT)
    return root


def write_zip(path, **options):
    root = write_folder(path.with_name(f"{path.name}.content"), **options)
    with zipfile.ZipFile(path, "w") as packed:
        for file in sorted(root.rglob("*")):
            if file.is_file():
                packed.write(file, file.relative_to(root))
    shutil.rmtree(root)
    return path


def write_plain(folder, config=CONFIG):
    """A model as a user lays it into a folder."""
    folder.mkdir()
    (folder / "config.yaml").write_text(yaml.safe_dump(config))
    (folder / "model.pth").write_bytes(CHECKPOINT)
    for name in (STATS, BPE):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("x")
    return folder


def sha256(content):
    return hashlib.sha256(content).hexdigest()


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def fetch(source, out="resources/models/m/model.json", **options):
    return model_source.fetch(Model(name="m", source=str(source), **options), out)


def check_files(manifest):
    """Each path is relative and there, and the configuration names the files by such paths."""
    files = manifest["files"]
    others = files["other"]
    assert [Path(path).name for path in others] == ["bpe.model", "feats_stats.npz"]
    for path in [files["config"], *others]:
        assert not Path(path).is_absolute()
        assert Path(path).exists()
    config = yaml.safe_load(Path(files["config"]).read_text())
    assert [config["bpemodel"], config["normalize_conf"]["stats_file"]] == others
    unchanged = {"bpemodel": BPE, "normalize_conf": {"stats_file": STATS}}
    assert config | unchanged == CONFIG


def test_a_packed_zip_on_disk(here):
    content = write_zip(here / "m.zip").read_bytes()
    manifest = fetch("m.zip", sha256=sha256(content))
    assert json.loads(Path("resources/models/m/model.json").read_text()) == manifest
    check_files(manifest)
    assert manifest["kind"] == "zip"
    assert manifest["sha256"] == sha256(content)
    assert manifest["archive_bytes"] == len(content)
    assert manifest["checkpoint_bytes"] == len(CHECKPOINT)
    assert Path(manifest["files"]["checkpoint"]).read_bytes() == CHECKPOINT
    assert fetch("m.zip") == manifest


def test_a_packed_zip_at_an_address_is_fetched_once(here):
    content = write_zip(here / "m.zip").read_bytes()
    with loopback.serving() as site:
        site.files["/m.zip"] = content
        manifest = fetch(f"{site.url}/m.zip?download=1")
        assert fetch(f"{site.url}/m.zip?download=1") == manifest
        assert len(site.requests) == 1
        assert manifest["url"] == f"{site.url}/m.zip?download=1"
    check_files(manifest)
    assert (manifest["kind"], manifest["sha256"]) == ("url", sha256(content))


def test_a_tag_of_the_zoo_is_fetched_from_the_address_in_its_table(here, monkeypatch):
    content = write_zip(here / "m.zip").read_bytes()
    with loopback.serving() as site:
        site.files["/m.zip"] = content
        row = {"name": "someone/a tag", "task": "asr", "url": f"{site.url}/m.zip"}
        monkeypatch.setattr(model_zoo, "_table", lambda: [row])
        manifest = fetch("someone/a tag", sha256=sha256(content))
    check_files(manifest)
    assert (manifest["kind"], manifest["url"]) == ("zoo", f"{site.url}/m.zip")


def test_the_tags_of_the_study_have_their_addresses():
    assert model_zoo.resolve(LSTM_TAG).startswith("https://zenodo.org/record/3957940/files/")
    assert model_zoo.resolve(CONFORMER_TAG).startswith("https://zenodo.org/record/4604066/files/")
    assert model_zoo.resolve("nobody/nothing") is None


def test_a_tag_whose_row_points_to_the_hub_has_no_archive(monkeypatch):
    row = {"name": "a/b", "task": "asr", "url": "https://huggingface.co/"}
    monkeypatch.setattr(model_zoo, "_table", lambda: [row])
    assert model_zoo.resolve("a/b") is None


def test_a_tag_of_another_task_is_refused(monkeypatch):
    row = {"name": "a/b", "task": "tts", "url": "https://example.org/x.zip"}
    monkeypatch.setattr(model_zoo, "_table", lambda: [row])
    with pytest.raises(UserError, match="model for tts"):
        model_zoo.resolve("a/b")


def test_a_folder_is_used_in_place(here):
    folder = write_plain(here / "mine")
    manifest = fetch("mine", sha256=sha256(CHECKPOINT))
    assert manifest["kind"] == "folder"
    assert manifest["files"]["checkpoint"] == "mine/model.pth"
    assert manifest["files"]["other"] == [f"mine/{BPE}", f"mine/{STATS}"]
    assert manifest["sha256"] == sha256(CHECKPOINT)
    assert manifest["archive_bytes"] is None
    assert yaml.safe_load((folder / "config.yaml").read_text()) == CONFIG


def test_files_that_lie_flat_beside_the_configuration_are_found(here):
    folder = write_plain(here / "mine")
    (folder / BPE).rename(folder / "bpe.model")
    manifest = fetch("mine")
    assert manifest["files"]["other"] == ["mine/bpe.model", f"mine/{STATS}"]
    config = yaml.safe_load(Path(manifest["files"]["config"]).read_text())
    assert config["bpemodel"] == "mine/bpe.model"


def test_a_file_that_the_model_needs_and_has_not_is_named(here):
    folder = write_plain(here / "mine")
    (folder / STATS).unlink()
    with pytest.raises(UserError, match=r"stats_file is 'exp/.*feats_stats\.npz', which is not in"):
        fetch("mine")


def test_random_weights_need_no_checkpoint(here):
    (write_plain(here / "mine") / "model.pth").unlink()
    manifest = fetch("mine", weights="random", tokens_per_second=3.0)
    assert manifest["files"]["checkpoint"] is manifest["sha256"] is manifest["checkpoint_bytes"]
    assert manifest["sha256"] is None
    with pytest.raises(UserError, match="nothing to check"):
        fetch("mine", weights="random", tokens_per_second=3.0, sha256="0" * 64)
    with pytest.raises(UserError, match=r"no model\.pth.*weights: random"):
        fetch("mine")


def test_several_checkpoints_are_named_unless_one_is_model_pth(here):
    folder = write_plain(here / "mine")
    (folder / "valid.pth").write_bytes(b"x")
    assert fetch("mine")["files"]["checkpoint"] == "mine/model.pth"
    (folder / "model.pth").rename(folder / "last.pth")
    with pytest.raises(UserError, match=r"holds last\.pth, valid\.pth; name the one"):
        fetch("mine")
    (folder / "last.pth").unlink()
    assert fetch("mine")["files"]["checkpoint"] == "mine/valid.pth"


def test_a_wrong_checksum_is_refused(here):
    write_zip(here / "m.zip")
    write_plain(here / "mine")
    for source in ("m.zip", "mine"):
        with pytest.raises(UserError, match=f"not {'0' * 64} as model m says"):
            fetch(source, sha256="0" * 64)
    assert not Path("resources/models/m/model.json").exists()


def test_a_models_own_configuration_is_not_overwritten(here):
    write_plain(here / "mine")
    with pytest.raises(UserError, match="is not overwritten"):
        fetch("mine", out="mine/model.json")
    assert yaml.safe_load(Path("mine/config.yaml").read_text()) == CONFIG


@pytest.mark.parametrize(
    "meta, match",
    [
        ({}, "names no asr_train_config"),
        ({**META, "files": {"model_file": "x.pth"}}, "names no asr_model_file"),
        ({**META, "files": {"asr_model_file": "../../x.pth"}}, "leads out of the model's folder"),
        ({**META, "files": {"asr_model_file": "/etc/passwd"}}, "leads out of the model's folder"),
        ({**META, "files": {"asr_model_file": "absent.pth"}}, "absent.pth', which is not there"),
        ([], "holds no keys"),
    ],
)
def test_an_archive_that_is_no_packed_recogniser_is_refused(here, meta, match):
    write_zip(here / "m.zip", meta=meta)
    with pytest.raises(UserError, match=match):
        fetch("m.zip")


def test_an_archive_with_a_member_outside_is_refused(here):
    with zipfile.ZipFile(write_zip(here / "m.zip"), "a") as packed:
        packed.writestr("../../evil", "x")
    with pytest.raises(UserError, match="evil' would leave the folder"):
        fetch("m.zip")
    assert not list(here.rglob("evil"))


@pytest.mark.parametrize("source", ["absent.zip", "./a/b", "/absent/b", "no such tag"])
def test_a_source_that_is_nothing_is_refused_without_the_network(here, source, monkeypatch):
    monkeypatch.setattr(huggingface_hub, "snapshot_download", None)
    with pytest.raises(UserError, match="is no folder and no file here"):
        fetch(source)


class Hub:
    """Stands for the hub: copies what the patterns allow from a folder."""

    def __init__(self, content):
        self.content, self.asked = content, []

    def __call__(self, name, revision, local_dir, allow_patterns):
        from fnmatch import fnmatch

        self.asked.append((name, revision, *allow_patterns))
        for file in self.content.rglob("*"):
            short = file.relative_to(self.content).as_posix()
            if file.is_file() and any(fnmatch(short, pattern) for pattern in allow_patterns):
                (local_dir / short).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(file, local_dir / short)


def test_only_the_files_that_a_model_needs_come_from_the_hub(here, monkeypatch):
    content = write_folder(here / "content")
    (content / "exp/asr_train/images").mkdir()
    (content / "exp/asr_train/images/loss.png").write_text("not needed")
    hub = Hub(content)
    monkeypatch.setattr(huggingface_hub, "snapshot_download", hub)
    manifest = fetch("someone/a_model@v1")
    check_files(manifest)
    assert (manifest["kind"], manifest["sha256"]) == ("hub", sha256(CHECKPOINT))
    assert {asked[:2] for asked in hub.asked} == {("someone/a_model", "v1")}
    assert not list(Path("resources").rglob("loss.png"))
    random = fetch("someone/a_model", weights="random", tokens_per_second=3.0)
    assert random["files"]["checkpoint"] is None
    assert len(list(Path("resources").rglob("*.pth"))) == 1


def test_a_repository_that_espnet_did_not_pack_is_refused(here, monkeypatch):
    (here / "content").mkdir()
    monkeypatch.setattr(huggingface_hub, "snapshot_download", Hub(here / "content"))
    with pytest.raises(UserError, match=r"no meta\.yaml came from the hub"):
        fetch("someone/a_model")


@pytest.mark.parametrize("error", [ConnectionError("no network\nat all"), ValueError("bad name")])
def test_a_hub_that_fails_is_told_in_one_line(here, monkeypatch, error):
    def fail(*_arguments, **_options):
        raise error

    monkeypatch.setattr(huggingface_hub, "snapshot_download", fail)
    with pytest.raises(UserError, match=r"hub did not deliver it \((no network|bad name)\)") as it:
        fetch("someone/a_model")
    assert "\n" not in str(it.value)


words = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=30)
configs = st.recursive(
    words | st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
)


@unhurried
@given(st.dictionaries(st.sampled_from(["encoder", "token_list", "x"]), configs))
def test_a_configuration_without_files_comes_out_as_it_went_in(tmp_path_factory, config):
    config["token_list"] = ["a"]
    root = tmp_path_factory.mktemp("model")
    (root / "c").mkdir()
    (root / "c" / "in.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    located = packed_model.Located(root / "c", root / "c" / "in.yaml", None)
    try:
        others = packed_model.write_resolved(located, root / "config.yaml")
    except UserError:  # a path that was made up by chance
        return
    if not others:
        assert packed_model.read_config(root / "config.yaml") == config


def test_the_program_writes_the_manifest_and_fails_in_one_line(here):
    write_zip(here / "m.zip")
    models = [{"name": "m", "source": "m.zip"}, {"name": "absent", "source": "absent.zip"}]
    study = {"name": "t", "speech": {"name": "s", "path": "speech"}, "models": models}
    Path("c.json").write_text(json.dumps(study))

    def run(model):
        program = [sys.executable, SCRIPTS / "fetch_model.py", "--config", "c.json"]
        return subprocess.run([*program, "--model", model], capture_output=True, text=True)

    assert run("m").returncode == 0
    check_files(json.loads(Path("resources/models/m/model.json").read_text()))
    failed = run("absent")
    assert (failed.returncode, failed.stderr.count("\n")) == (1, 1)
    assert failed.stderr.startswith("fetch_model.py: model absent: source 'absent.zip'")
