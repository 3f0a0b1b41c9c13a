import hashlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import loopback
import pytest
from asrbench.basics.errors import UserError
from asrbench.sources.download import download, file_name

BODY = bytes(range(256)) * 4096  # 1 MiB
SHA256 = hashlib.sha256(BODY).hexdigest()
SCRIPTS = Path(__file__).resolve().parent.parent / "scripts"


@pytest.fixture
def site():
    with loopback.serving() as site:
        site.files["/a.zip"] = BODY
        yield site


def fetch(urls, to, sha256=None, **options):
    return download(urls, to, sha256, pause_s=0.01, timeout_s=(2, 2), **options)


def only(folder):
    """What is in a folder, but for the lock."""
    return sorted(p.name for p in folder.iterdir() if not p.name.endswith(".lock"))


def test_a_whole_file_arrives_with_its_checksum_and_address(site, tmp_path):
    arrived = fetch([f"{site.url}/a.zip"], tmp_path / "new" / "a.zip")
    assert arrived == (SHA256, f"{site.url}/a.zip")
    assert (tmp_path / "new" / "a.zip").read_bytes() == BODY
    assert only(tmp_path / "new") == ["a.zip"]


def test_a_file_that_is_there_is_not_fetched_again(site, tmp_path):
    (tmp_path / "a.zip").write_bytes(BODY)
    assert fetch([f"{site.url}/a.zip"], tmp_path / "a.zip", SHA256) == (SHA256, None)
    assert site.requests == []


def test_a_file_that_is_there_and_wrong_is_fetched(site, tmp_path):
    (tmp_path / "a.zip").write_bytes(b"something else")
    assert fetch([f"{site.url}/a.zip"], tmp_path / "a.zip", SHA256).sha256 == SHA256


def test_a_transfer_that_breaks_goes_on_where_it_stopped(site, tmp_path):
    site.cut_at = [len(BODY) // 2]
    assert fetch([f"{site.url}/a.zip"], tmp_path / "a.zip").sha256 == SHA256
    assert site.requests == [("/a.zip", None), ("/a.zip", f"bytes={len(BODY) // 2}-")]


def test_transfers_that_each_bring_something_may_break_more_often_than_tries(site, tmp_path):
    site.cut_at = [i * len(BODY) // 8 for i in range(1, 8)]
    assert fetch([f"{site.url}/a.zip"], tmp_path / "a.zip", attempts=2).sha256 == SHA256


def test_without_ranges_a_broken_transfer_starts_anew(site, tmp_path):
    site.ranges, site.cut_at = False, [len(BODY) // 2]
    assert fetch([f"{site.url}/a.zip"], tmp_path / "a.zip").sha256 == SHA256
    assert (tmp_path / "a.zip").read_bytes() == BODY


@pytest.mark.parametrize("etag", ['"one"', None])
def test_a_file_that_changed_meanwhile_is_not_joined_to_its_old_beginning(site, tmp_path, etag):
    site.etag, site.cut_at = etag, [len(BODY) // 2] * 9
    with pytest.raises(UserError):
        fetch([f"{site.url}/a.zip"], tmp_path / "a.zip", attempts=1)
    site.files["/a.zip"] = changed = BODY[::-1] + b"longer"
    site.etag, site.cut_at = etag and '"two"', []
    arrived = fetch([f"{site.url}/a.zip"], tmp_path / "a.zip")
    assert arrived.sha256 == hashlib.sha256(changed).hexdigest()


def test_a_beginning_that_spoils_the_checksum_is_fetched_anew_once(site, tmp_path):
    site.etag = None
    site.files["/a.zip"], site.cut_at = BODY[::-1], [len(BODY) // 2] * 9
    with pytest.raises(UserError):
        fetch([f"{site.url}/a.zip"], tmp_path / "a.zip", SHA256, attempts=1)
    site.files["/a.zip"], site.cut_at = BODY, []
    assert fetch([f"{site.url}/a.zip"], tmp_path / "a.zip", SHA256).sha256 == SHA256
    assert [asked for _, asked in site.requests] == [None, f"bytes={len(BODY) // 2}-", None]


def test_after_a_wrong_checksum_the_next_address_is_tried(site, tmp_path):
    site.files["/wrong.zip"] = b"not it" * 100_000
    urls = [f"{site.url}/wrong.zip", f"{site.url}/a.zip"]
    assert fetch(urls, tmp_path / "a.zip", SHA256) == (SHA256, urls[1])
    assert (tmp_path / "a.zip").read_bytes() == BODY
    assert only(tmp_path) == ["a.zip"]


def test_a_second_host_goes_on_with_the_beginning_of_the_first_where_a_checksum_tells(
    site, tmp_path
):
    site.files["/mirror.zip"] = BODY
    site.cut_at = [len(BODY) // 2]
    urls = [f"{site.url}/a.zip", f"{site.url}/mirror.zip"]
    assert fetch(urls, tmp_path / "a.zip", SHA256, attempts=1).url == urls[1]
    assert site.requests[-1] == ("/mirror.zip", f"bytes={len(BODY) // 2}-")


def test_when_all_fail_one_line_names_every_address_and_what_to_do(site, tmp_path):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        closed = f"http://127.0.0.1:{unused.getsockname()[1]}/a.zip"
        site.files["/wrong.zip"] = b"not it"
        site.statuses["/busy.zip"] = [503]
        urls = [
            f"{site.url}/absent.zip",
            f"{site.url}/busy.zip",
            f"{site.url}/wrong.zip",
            closed,
            "http://no-such-host.invalid/a.zip",
            "file:///etc/hostname",
            "http://",
        ]
        with pytest.raises(UserError) as caught:
            fetch(urls, tmp_path / "a.zip", SHA256, advice="Give speech.path", attempts=2)
    text = str(caught.value)
    assert "\n" not in text
    assert all(url in text for url in urls)
    wrong = hashlib.sha256(b"not it").hexdigest()
    for reason in ("HTTP 404", "HTTP 503", wrong, "connection refused", "no such host"):
        assert reason in text
    assert text.endswith("Give speech.path")
    assert only(tmp_path) == []
    paths = [path for path, _ in site.requests]
    assert (paths.count("/absent.zip"), paths.count("/busy.zip")) == (1, 2)


def test_a_server_that_fails_for_a_moment_is_asked_again(site, tmp_path):
    site.statuses["/a.zip"] = [503, 429, 200]
    assert fetch([f"{site.url}/a.zip"], tmp_path / "a.zip").sha256 == SHA256


def test_a_server_that_says_nothing_more_is_given_up(site, tmp_path):
    site.stop_after = len(BODY) // 2
    with pytest.raises(UserError, match=r"no data for 0\.2 s"):
        download([f"{site.url}/a.zip"], tmp_path / "a.zip", attempts=1, timeout_s=(2, 0.2))
    assert not (tmp_path / "a.zip").exists()


def test_a_killed_download_is_completed_by_the_next_run(site, tmp_path):
    half = site.stop_after = len(BODY) // 2
    program = (
        "import sys; from asrbench.sources.download import download; "
        "download([sys.argv[1]], sys.argv[2])"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program, f"{site.url}/a.zip", str(tmp_path / "a.zip")],
        env=os.environ | {"PYTHONPATH": str(SCRIPTS)},
    )
    try:
        part = tmp_path / "a.zip.part"
        for _ in range(3000):
            if part.exists() and part.stat().st_size >= half - (1 << 17):
                break
            time.sleep(0.01)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert not (tmp_path / "a.zip").exists()
    left = part.stat().st_size
    assert 0 < left <= half
    site.released.set()
    site.stop_after = None
    assert fetch([f"{site.url}/a.zip"], tmp_path / "a.zip").sha256 == SHA256
    assert site.requests[-1] == ("/a.zip", f"bytes={left}-")
    assert (tmp_path / "a.zip").read_bytes() == BODY
    assert only(tmp_path) == ["a.zip"]


def test_another_process_at_the_same_file_is_noticed(site, tmp_path):
    from filelock import FileLock

    with (
        FileLock(tmp_path / ".a.zip.lock"),
        pytest.raises(UserError, match="another process is downloading"),
    ):
        fetch([f"{site.url}/a.zip"], tmp_path / "a.zip")


@pytest.fixture
def tiny_disk(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "none", str(disk)]
    try:
        subprocess.run(mount, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"a small disk cannot be mounted here: {error}")
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


def test_a_disk_without_room_is_noticed_before_the_transfer(site, tiny_disk):
    with pytest.raises(UserError, match=r"too full: 1\.0 MB .* free some space") as caught:
        fetch([f"{site.url}/a.zip"], tiny_disk / "a.zip")
    assert f"{site.url}/a.zip" in str(caught.value)
    assert only(tiny_disk) in ([], ["a.zip.part.json"])


def test_a_disk_that_fills_up_leaves_nothing_that_looks_whole(site, tiny_disk, monkeypatch):
    monkeypatch.setattr("asrbench.sources.partial_file.PartialFile.make_room", lambda part: None)
    with pytest.raises(UserError, match="No space left") as caught:
        fetch([f"{site.url}/a.zip"], tiny_disk / "a.zip")
    assert f"{site.url}/a.zip" in str(caught.value)
    assert not (tiny_disk / "a.zip").exists()


def test_a_folder_that_may_not_be_written_is_named(site, tmp_path):
    (tmp_path / "file").write_text("a file where a folder should be")
    with pytest.raises(UserError, match="cannot be written"):
        fetch([f"{site.url}/a.zip"], tmp_path / "file" / "a.zip")


def test_file_names_tell_contents_and_addresses_apart():
    one = file_name("https://example.org/x/model.zip?download=1")
    assert one.endswith("-model.zip")
    assert one != file_name("https://example.org/y/model.zip")
    assert file_name("https://example.org/", "ab" * 32) == "abababababab-archive"
    assert "/" not in file_name("https://example.org/a%2F..%2F..%2Fetc")
