import io
import os
import stat
import tarfile
import zipfile

import pytest
from asrbench.archive import unpack
from asrbench.errors import UserError

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


@pytest.mark.parametrize("target", ["../outside", "/etc/passwd", "a/../../outside", "loop/.."])
def test_a_link_that_leads_out_is_refused(tmp_path, target):
    members = [special("loop", tarfile.SYMTYPE, "."), special("link", tarfile.SYMTYPE, target)]
    refuse(make_tar(tmp_path / "x.tar", members), tmp_path, "'link' is a link that leads out")
    info = zipfile.ZipInfo("link")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    if target != "loop/..":
        refuse(make_zip(tmp_path / "x.zip", [(info, target)]), tmp_path, "'link' is a link")


def test_nothing_is_written_through_a_link(tmp_path):
    (tmp_path / "outside").mkdir()
    members = [special("door", tarfile.SYMTYPE, "../outside"), ("door/evil", b"x")]
    refuse(make_tar(tmp_path / "x.tar", members), tmp_path, "'door' stands twice")
    assert os.listdir(tmp_path / "outside") == []


def test_links_within_the_folder_are_kept(tmp_path):
    members = [
        special("a/link", tarfile.SYMTYPE, "../b"),
        ("b", CONTENT),
        special("c", tarfile.LNKTYPE, "b"),
    ]
    unpack(make_tar(tmp_path / "x.tar", members), tmp_path / "out")
    assert os.readlink(tmp_path / "out/a/link") == "../b"
    assert (tmp_path / "out/a/link").read_bytes() == CONTENT
    assert (tmp_path / "out/c").read_bytes() == CONTENT


@pytest.mark.parametrize("target", ["../secret", "/etc/passwd", "absent"])
def test_a_hard_link_to_what_is_not_in_the_archive_is_refused(tmp_path, target):
    (tmp_path / "secret").write_text("secret")
    archive = make_tar(tmp_path / "x.tar", [special("link", tarfile.LNKTYPE, target)])
    refuse(archive, tmp_path, "would leave the folder|which is not there")


@pytest.mark.parametrize("kind", [tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE])
def test_devices_and_pipes_are_refused(tmp_path, kind):
    refuse(make_tar(tmp_path / "x.tar", [special("null", kind)]), tmp_path, "'null' is a device")
    info = zipfile.ZipInfo("null")
    info.external_attr = (stat.S_IFCHR | 0o666) << 16
    refuse(make_zip(tmp_path / "x.zip", [(info, b"")]), tmp_path, "'null' is a device")


def test_a_file_where_a_folder_must_be_is_refused(tmp_path):
    archive = make_tar(tmp_path / "x.tar", [("a", b"x"), ("a/b", b"x")])
    refuse(archive, tmp_path, "needs a folder where a file is")
    archive = make_tar(tmp_path / "x.tar", [("a/b", b"x"), ("a", b"x")])
    refuse(archive, tmp_path, "has the name of a folder")


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
    refuse(archive, tmp_path, "does not end as a tar archive does")


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
