import gzip
import io
import os
import shutil
import stat
import tarfile
import zipfile
from pathlib import Path

import pytest
from asrbench.basics.errors import UserError
from asrbench.sources.archive import unpack

CONTENT = os.urandom(300_000)
TAR_KINDS = ["", ":gz", ":bz2", ":xz"]


def make_tar(path, members, mode="w"):
    """Write a tar of (TarInfo or name, content) pairs."""
    with tarfile.open(path, mode) as tar:
        for info, content in members:
            info = tarfile.TarInfo(info) if isinstance(info, str) else info
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return path


def special(name, kind, target=""):
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info, b""


def make_zip(path, members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for info, content in members:
            packed.writestr(info, content)
    return path


def refuse(archive, tmp_path, match, **bounds):
    """The archive is refused, and nothing of it is left anywhere."""
    before = sorted(os.listdir(tmp_path))
    with pytest.raises(UserError, match=match) as caught:
        unpack(archive, tmp_path / "out", **bounds)
    assert "\n" not in str(caught.value)
    assert sorted(os.listdir(tmp_path)) == before


@pytest.mark.parametrize("kind", TAR_KINDS)
def test_a_tar_is_unpacked_whatever_it_is_called(tmp_path, kind):
    archive = make_tar(tmp_path / "x", [("a/b.bin", CONTENT), ("empty", b"")], f"w{kind}")
    unpack(archive, tmp_path / "new" / "out")
    assert (tmp_path / "new/out/a/b.bin").read_bytes() == CONTENT
    assert (tmp_path / "new/out/empty").read_bytes() == b""
    assert os.listdir(tmp_path / "new") == ["out"]


def test_a_zip_is_unpacked_and_a_later_member_takes_the_place_of_an_earlier(tmp_path):
    archive = make_zip(tmp_path / "x", [("a/b", b"old"), ("a/c/", b"")])
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(archive, "a") as packed:
        packed.writestr("a/b", CONTENT)
    unpack(archive, tmp_path / "out")
    assert (tmp_path / "out/a/b").read_bytes() == CONTENT
    assert (tmp_path / "out/a/c").is_dir()


def test_the_rights_of_members_are_not_kept(tmp_path):
    info = tarfile.TarInfo("tool")
    info.mode = 0o6777
    unpack(make_tar(tmp_path / "x.tar", [(info, b"x")]), tmp_path / "tar")
    info = zipfile.ZipInfo("tool")
    info.external_attr = (stat.S_IFREG | 0o6777) << 16
    unpack(make_zip(tmp_path / "x.zip", [(info, b"x")]), tmp_path / "zip")
    for folder in ("tar", "zip"):
        assert stat.S_IMODE((tmp_path / folder / "tool").stat().st_mode) & 0o7111 == 0


BAD_NAMES = ["../evil", "a/../../evil", "/tmp/evil", "..", "a\\..\\..\\evil", "C:\\evil", "\\evil"]


@pytest.mark.parametrize("name", BAD_NAMES)
def test_a_member_outside_the_folder_is_refused_by_name(tmp_path, name):
    good = ("good", b"x")
    match = "would leave the folder; nothing was kept"
    refuse(make_tar(tmp_path / "x.tar.gz", [good, (name, b"x")], "w:gz"), tmp_path, match)
    # zipfile's writer would mend the name
    packed = make_zip(tmp_path / "x.zip", [good, ("#" * len(name), b"x")]).read_bytes()
    (tmp_path / "x.zip").write_bytes(packed.replace(b"#" * len(name), name.encode()))
    refuse(tmp_path / "x.zip", tmp_path, match)


KINDS = [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE]


@pytest.mark.parametrize("target", ["a", "../outside", "/etc/passwd"])
@pytest.mark.parametrize("kind", [*KINDS, tarfile.GNUTYPE_SPARSE])
def test_only_files_and_folders_are_unpacked(tmp_path, kind, target):
    members = [("a", b"x"), special("link", kind, target)]
    match = "'link' is a link, device or other special file; nothing was kept"
    refuse(make_tar(tmp_path / "x.tar.gz", members, "w:gz"), tmp_path, match)


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFCHR, stat.S_IFIFO, stat.S_IFSOCK])
def test_only_files_and_folders_are_unpacked_from_a_zip(tmp_path, kind):
    info = zipfile.ZipInfo("link")
    info.external_attr = (kind | 0o777) << 16
    refuse(make_zip(tmp_path / "x.zip", [("a", b"x"), (info, "a")]), tmp_path, "'link' is a link")


def test_a_refused_archive_writes_nothing_at_all(tmp_path, monkeypatch):
    """A link to where Python looks for code, and a file that is written through it."""
    (tmp_path / "site-packages").mkdir()
    target = str(tmp_path / "site-packages")
    members = [
        ("good", b"x"),
        special("d", tarfile.SYMTYPE, target),
        special("e", tarfile.SYMTYPE, "d"),
        ("d/zz.pth", b"import os"),
        ("e/zz.pth", b"import os"),
    ]
    made = []
    monkeypatch.setattr(Path, "mkdir", lambda path, **_options: made.append(path))
    refuse(make_tar(tmp_path / "x.tar", members), tmp_path, "'d' is a link")
    assert made == [] and os.listdir(target) == []


def test_a_file_where_a_folder_must_be_is_refused(tmp_path):
    archive = make_tar(tmp_path / "x.tar", [("a", b"x"), ("a/b", b"x")])
    refuse(archive, tmp_path, "'a/b' is a file where another is a folder")
    archive = make_tar(tmp_path / "x.tar", [("a/b", b"x"), ("a", b"x")])
    refuse(archive, tmp_path, "'a' is a file where another is a folder")


def test_a_member_without_a_name_is_refused(tmp_path):
    archive = make_zip(tmp_path / "x", [("Zb", b"content")])
    archive.write_bytes(archive.read_bytes().replace(b"Zb", b"\0b"))  # a name ends at its zero
    refuse(archive, tmp_path, "member '' is a file where another is a folder")


@pytest.mark.parametrize("keep", [0.0, 0.001, 0.5, 0.98])
@pytest.mark.parametrize("kind", [*TAR_KINDS, "zip"])
def test_a_truncated_archive_is_refused(tmp_path, kind, keep):
    members = [(f"{i}", CONTENT) for i in range(3)]
    archive = tmp_path / "x"
    if kind == "zip":
        make_zip(archive, members)
    else:
        make_tar(archive, members, f"w{kind}")
    os.truncate(archive, int(archive.stat().st_size * keep))
    refuse(archive, tmp_path, "damaged, cut short or no archive")


def test_a_tar_that_is_cut_between_two_members_is_refused(tmp_path):
    archive = make_tar(tmp_path / "x.tar", [("a", b"1" * 512), ("b", b"2" * 512)])
    os.truncate(archive, 1024)
    refuse(archive, tmp_path, "damaged, cut short or no archive")


def test_a_tar_whose_second_header_is_damaged_is_refused(tmp_path):
    archive = make_tar(tmp_path / "x.tar", [("a", b"1" * 512), ("b", b"2" * 512)])
    content = bytearray(archive.read_bytes())
    content[1024 + 148 : 1024 + 156] = b"99999999"
    archive.write_bytes(content)
    refuse(archive, tmp_path, "damaged")


@pytest.mark.parametrize("kind", ["w:gz", "w:bz2", "w:xz", "zip"])
def test_a_flipped_bit_is_noticed_by_the_checksum(tmp_path, kind):
    archive = tmp_path / "x"
    if kind == "zip":
        make_zip(archive, [("a", CONTENT)])
    else:
        make_tar(archive, [("a", CONTENT)], kind)
    content = bytearray(archive.read_bytes())
    content[len(content) // 2] ^= 4
    archive.write_bytes(content)
    refuse(archive, tmp_path, "damaged")


def test_bombs_are_bounded_in_size_and_number(tmp_path):
    bomb = make_zip(tmp_path / "x.zip", [("zeros", bytes(5_000_000))])
    refuse(bomb, tmp_path, "unpacks to more than 1 MB at member 'zeros'", max_bytes=1_000_000)
    many = make_tar(tmp_path / "x.tar", [(str(i), b"") for i in range(20)])
    refuse(many, tmp_path, "more than 10 members", max_members=10)


def header(kind, size, name="x"):
    info = tarfile.TarInfo(name)
    info.type, info.size = kind, size
    return info.tobuf(tarfile.GNU_FORMAT)


@pytest.mark.parametrize("kind", [tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK, b"x", b"g"])
@pytest.mark.parametrize("size", [100_000, 3_000_000_000])
def test_a_header_that_announces_much_is_not_read(tmp_path, kind, size):
    archive = tmp_path / "x.tar"
    archive.write_bytes(header(kind, size) + bytes(200_000))
    refuse(archive, tmp_path, "a header is longer than 64 kB")


def test_a_chain_of_headers_is_bounded(tmp_path):
    archive = tmp_path / "x.tar"
    one = header(tarfile.GNUTYPE_LONGNAME, 2) + b"a".ljust(512, b"\0")
    archive.write_bytes(one * 5000 + header(b"0", 0) + bytes(1024))
    refuse(archive, tmp_path, "a header is longer than 64 kB")


def test_a_sparse_map_that_never_ends_is_refused(tmp_path):
    info = tarfile.TarInfo("x")
    info.pax_headers = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0"}
    info.size = 512
    archive = tmp_path / "x.tar"
    head = info.tobuf(tarfile.PAX_FORMAT)
    archive.write_bytes(head + b"9999999\n" + b"1\n" * 50_000)
    refuse(archive, tmp_path, "a header is longer than 64 kB")
    archive.write_bytes(head + b"9999999\n" + b"1\n" * 252)
    refuse(archive, tmp_path, "ends too early")


def test_what_follows_the_end_of_a_tar_is_bounded(tmp_path):
    archive = tmp_path / "x"
    archive.write_bytes(gzip.compress(header(b"0", 0) + bytes(3_000_000)))
    unpack(archive, tmp_path / "out")
    shutil.rmtree(tmp_path / "out")
    refuse(archive, tmp_path, "follows its end is too long", max_bytes=1_000_000)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_zip_is_stored_or_deflated(tmp_path, method):
    with zipfile.ZipFile(tmp_path / "x.zip", "w", method) as packed:
        packed.writestr("a", b"x")
    refuse(tmp_path / "x.zip", tmp_path, "'a' is neither stored nor deflated")


def test_the_list_of_a_zip_is_bounded(tmp_path, monkeypatch):
    archive = make_zip(tmp_path / "x.zip", [(f"{i}", b"") for i in range(1000)])
    monkeypatch.setattr("asrbench.sources.archive._ZIP_LIST_BYTES", 20_000)
    refuse(archive, tmp_path, "a header is longer than 19 kB")


def test_folders_are_not_nested_without_end(tmp_path):
    archive = make_tar(tmp_path / "x.tar", [("n/" * 1500 + "x", b"")])
    refuse(archive, tmp_path, "lies in more than 50 folders")


def test_an_encrypted_zip_is_refused(tmp_path):
    packed = bytearray(make_zip(tmp_path / "x.zip", [("a", b"x")]).read_bytes())
    packed[packed.rfind(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "x.zip").write_bytes(packed)
    refuse(tmp_path / "x.zip", tmp_path, "'a' is encrypted")


def test_what_is_no_archive_or_absent_is_told(tmp_path):
    (tmp_path / "x.zip").write_text("<html>not found</html>" * 100)
    refuse(tmp_path / "x.zip", tmp_path, "no archive")
    refuse(tmp_path / "absent.zip", tmp_path, "there is no such archive")


def test_a_folder_that_is_there_is_left_alone(tmp_path):
    archive = make_tar(tmp_path / "x.tar", [("a", b"x")])
    (tmp_path / "out").mkdir()
    refuse(archive, tmp_path, "is there already")


def test_what_a_killed_run_left_is_replaced(tmp_path):
    (tmp_path / "out.unpacking").mkdir()
    (tmp_path / "out.unpacking" / "half").write_text("x")
    unpack(make_tar(tmp_path / "x.tar", [("a", b"x")]), tmp_path / "out")
    assert os.listdir(tmp_path / "out") == ["a"]
