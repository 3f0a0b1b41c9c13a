"""Of what a configuration or a meta.yaml names, only files of the model's own folder are read."""

import zipfile
from pathlib import Path

import pytest
import yaml
from asrbench.basics.errors import UserError
from test_model_source import CHECKPOINT, CONFIG, META, STATS, fetch, write_folder, write_plain


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def with_file(key, value):
    """CONFIG with another name of a file."""
    if key == "stats_file":
        return CONFIG | {"normalize_conf": {"stats_file": value}}
    return CONFIG | {key: value}


@pytest.mark.parametrize("key", ["token_list", "bpemodel", "stats_file"])
def test_no_file_outside_the_models_folder_is_read(here, key):
    (here / "secret").write_text("secret")
    folder = write_plain(here / "mine")
    (folder / "link").symlink_to(here / "secret")
    for value in ("/etc/passwd", "../secret", "link", "secret", str(here / "secret"), "", "a\0b"):
        (folder / "config.yaml").write_text(yaml.safe_dump(with_file(key, value)))
        with pytest.raises(UserError, match=f"{key} is '.*', which is not in mine; put") as it:
            fetch("mine")
        assert "\n" not in str(it.value)


def test_a_path_of_another_machine_is_found_beside_the_configuration(here):
    folder = write_plain(here / "mine")
    (folder / "passwd").write_text("a\nb\n")
    config = CONFIG | {"token_list": "/etc/passwd"}
    (folder / "config.yaml").write_text(yaml.safe_dump(config))
    assert fetch("mine")["files"]["other"][0] == "mine/passwd"


def test_a_folder_of_the_hubs_cache_is_used_with_its_links(here):
    plain = write_plain(here / "plain")
    blobs, snapshot = here / "models--a--b/blobs", here / "models--a--b/snapshots/0123"
    blobs.mkdir(parents=True)
    for number, file in enumerate(sorted(f for f in plain.rglob("*") if f.is_file())):
        link = snapshot / file.relative_to(plain)
        link.parent.mkdir(parents=True, exist_ok=True)
        file.rename(blobs / str(number))
        link.symlink_to(blobs / str(number))
    assert len(fetch(snapshot)["files"]["other"]) == 2


def test_a_meta_yaml_names_no_link_that_leads_out(here):
    (here / "secret.pth").write_bytes(CHECKPOINT)
    folder = write_folder(here / "mine", checkpoint=False)
    (folder / META["files"]["asr_model_file"]).symlink_to(here / "secret.pth")
    with pytest.raises(UserError, match=r"meta\.yaml: names '.*best\.pth', which is not there"):
        fetch("mine")


def test_a_bpe_model_that_no_token_needs_is_left_out(here):
    folder = write_plain(here / "mine")
    config = CONFIG | {"token_type": "char", "bpemodel": "whisper_en"}
    (folder / "config.yaml").write_text(yaml.safe_dump(config))
    resolved = yaml.safe_load(Path(fetch("mine")["files"]["config"]).read_text())
    assert resolved["bpemodel"] is None


def test_statistics_that_unpack_to_much_are_refused(here):
    folder = write_plain(here / "mine")
    with zipfile.ZipFile(folder / STATS, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("sum.npy", bytes(65 << 20))
    with pytest.raises(UserError, match="unpacks to more than 64 MB"):
        fetch("mine")
