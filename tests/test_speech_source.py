import hashlib
import io
import json
import tarfile
from pathlib import Path

import loopback
import pytest
from asrbench.basics.errors import UserError
from asrbench.sources import speech_source
from asrbench.study.config import Speech


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def archive():
    """A small archive: its bytes."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        info = tarfile.TarInfo("LibriSpeech/test-clean/1/1/1-1.trans.txt")
        tar.addfile(info)
    return buffer.getvalue()


def sha256(content):
    return hashlib.sha256(content).hexdigest()


def test_an_archive_is_downloaded_unpacked_and_noted(here, archive):
    with loopback.serving() as site:
        site.files["/b.tar.gz"] = archive
        urls = [f"{site.url}/absent", f"{site.url}/b.tar.gz"]
        speech = Speech(name="s", urls=urls, sha256=sha256(archive))
        manifest = speech_source.fetch(speech, "resources/speech/s")
        assert speech_source.fetch(speech, "resources/speech/s") == manifest
        assert len(site.requests) == 2
    assert manifest == speech_source.read("resources/speech/s/speech.json")
    assert manifest["url"] == urls[1]
    assert manifest["kind"] == "download"
    assert manifest["sha256"] == sha256(archive)
    assert manifest["archive_bytes"] == len(archive)
    assert (Path(manifest["root"]) / "LibriSpeech/test-clean/1/1/1-1.trans.txt").exists()
    assert not Path(manifest["root"]).is_absolute()


def test_an_archive_on_disk_is_checked_and_unpacked(here, archive):
    Path("b.tar.gz").write_bytes(archive)
    speech = Speech(name="s", path="b.tar.gz", sha256=sha256(archive))
    manifest = speech_source.fetch(speech, "out")
    assert (manifest["kind"], manifest["archive"]) == ("archive", "b.tar.gz")
    wrong = Speech(name="s", path="b.tar.gz", sha256="0" * 64)
    with pytest.raises(UserError, match=f"not {'0' * 64} as speech.sha256 says"):
        speech_source.fetch(wrong, "out")


def test_a_folder_is_used_in_place_and_takes_the_place_of_addresses(here, capsys):
    Path("mine").mkdir()
    speech = Speech(name="s", urls=["http://unused.invalid/x"], sha256="0" * 64)
    manifest = speech_source.fetch(speech, "out", "mine")
    assert (manifest["kind"], manifest["root"]) == ("folder", "mine")
    assert manifest["sha256"] is None
    assert "mine is a folder" in capsys.readouterr().err


def test_a_path_that_is_nothing_is_refused(here):
    with pytest.raises(UserError, match="no such folder, manifest or archive"):
        speech_source.fetch(Speech(name="s", path="absent"), "out")
    assert not Path("out").exists()


@pytest.mark.parametrize("text", ["", "[]", "3", "{}", "{"])
def test_a_manifest_that_is_none_is_refused(here, text):
    with pytest.raises(UserError, match="no such speech manifest"):
        speech_source.read("speech.json")
    Path("speech.json").write_text(text)
    with pytest.raises(UserError, match="is no speech manifest"):
        speech_source.read("speech.json")


def test_an_unwritable_place_is_told(here):
    Path("mine").mkdir()
    Path("out").write_text(json.dumps("a file where a folder should be"))
    with pytest.raises(UserError, match="cannot be written"):
        speech_source.fetch(Speech(name="s", path="mine"), "out")
