"""Unpack .tar(.gz/.bz2/.xz) and .zip files that nobody has vouched for.

Members are written by this module and not by ``extractall``: the safe filter
of tarfile is missing from the Python 3.11.2 that many small boards have, and
zipfile has none. No member leaves the folder, rights and owners are not
kept, and a folder under the final name is always a whole archive.
"""

import bz2
import gzip
import io
import lzma
import os
import shutil
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from stat import S_IFMT, S_ISDIR, S_ISLNK, S_ISREG
from typing import IO, NamedTuple

from asrbench.errors import UserError
from asrbench.progress import Progress

# Against archive bombs. Speech and checkpoints hardly shrink when packed, and the whole of
# LibriSpeech has 300,000 files and 60 GB; bombs grow a thousandfold.
MAX_GROWTH = 100
SMALL_BYTES = 1 << 30  # below this, growth is not looked at
MAX_BYTES = 128 << 30
MAX_MEMBERS = 1_000_000

_CHUNK_BYTES = 1 << 20
_OPENERS = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ\x00": lzma.open}
_BROKEN = (
    EOFError,
    NotImplementedError,
    ValueError,
    lzma.LZMAError,
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
)
_LONGEST_LINK = 4096


class _Refused(Exception):
    """A member that must not be unpacked, by name and reason."""


class _Member(NamedTuple):
    name: str
    kind: str  # "file", "folder", "symlink", "hardlink", or what it is instead
    target: str = ""
    open: Callable[[], IO[bytes]] | None = None


def unpack(
    archive: str | Path,
    to: str | Path,
    *,
    max_bytes: int | None = None,
    max_members: int = MAX_MEMBERS,
) -> None:
    """Unpack an archive into a new folder.

    Args:
        archive: a .tar, .tar.gz, .tar.bz2, .tar.xz or .zip file; its content,
            not its name, tells which.
        to: the folder, which must not exist. It appears only when all is in it;
            until then the members are in ``<to>.unpacking``.
        max_bytes: bound on the unpacked size; by default 100 times the
            archive's, at least 1 GiB and at most 128 GiB.
        max_members: bound on the number of members.

    Raises:
        UserError: a member that would leave the folder or is no file, folder
            or link; too much of it; an archive that is damaged, cut short or
            of another kind; a disk that is full or may not be written.
    """
    archive, to = Path(archive), Path(to)
    if to.exists():
        raise UserError(f"{to}: is there already; remove it to have {archive} unpacked again")
    staging = to.with_name(f"{to.name}.unpacking")
    try:
        try:
            if staging.exists():
                shutil.rmtree(staging)  # of a run that was killed
            staging.mkdir(parents=True)
            with archive.open("rb") as raw:
                size = archive.stat().st_size
                if max_bytes is None:
                    max_bytes = min(MAX_BYTES, max(SMALL_BYTES, MAX_GROWTH * size))
                with Progress(f"unpacking {archive.name}", size) as progress:
                    _write_all(
                        _members(raw),
                        staging,
                        max_bytes,
                        max_members,
                        lambda: progress.at(raw.tell()),
                    )
            os.sync()  # or a power cut could leave empty files under the final name
            staging.replace(to)
        finally:
            shutil.rmtree(staging, ignore_errors=True)
    except _Refused as refusal:
        raise UserError(f"{archive}: {refusal}; nothing was kept of it") from None
    except (*_BROKEN, OSError) as error:
        raise UserError(_explained(error, archive, to)) from None


def _explained(error: Exception, archive: Path, to: Path) -> str:
    # Decompressors raise an OSError without a number where the data is wrong.
    if isinstance(error, OSError) and error.errno is not None:
        if isinstance(error, FileNotFoundError) and not archive.exists():
            return f"{archive}: there is no such archive"
        place = error.filename or to
        return f"{place}: cannot unpack {archive} ({error.strerror}); mend that and run it again"
    reason = " ".join(str(error).split()) or "it ends too early"
    return f"{archive}: is damaged, cut short or no archive ({reason}); fetch it again"


def _members(raw: IO[bytes]) -> Iterator[_Member]:
    head = raw.read(8)
    raw.seek(0)
    if head[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        yield from _zip_members(raw)
        return
    for magic, opener in _OPENERS.items():
        if head.startswith(magic):
            with opener(raw, "rb") as stream:
                yield from _tar_members(stream)
            return
    yield from _tar_members(raw)


class _Watched(io.RawIOBase):
    """A stream that remembers what was read last."""

    def __init__(self, stream: IO[bytes]):
        self.stream, self.last = stream, b""

    def read(self, size: int = -1) -> bytes:
        self.last = self.stream.read(size)
        return self.last

    def seek(self, offset: int, whence: int = 0) -> int:
        return self.stream.seek(offset, whence)

    def tell(self) -> int:
        return self.stream.tell()


def _tar_members(stream: IO[bytes]) -> Iterator[_Member]:
    watched = _Watched(stream)
    with tarfile.open(fileobj=watched, mode="r:") as tar:
        while (info := tar.next()) is not None:
            tar.members.clear()  # or the headers of a large archive would all stay in memory
            if info.size < 0:
                raise tarfile.ReadError(f"member {info.name!r} has a negative size")
            if info.isreg():
                yield _Member(info.name, "file", open=lambda info=info: tar.extractfile(info))
            elif info.isdir():
                yield _Member(info.name, "folder")
            elif info.issym():
                yield _Member(info.name, "symlink", info.linkname)
            elif info.islnk():
                yield _Member(info.name, "hardlink", info.linkname)
            else:
                yield _Member(info.name, "a device, pipe or other special file")
    # tarfile takes a header that is damaged or missing for the end of the archive.
    if watched.last.strip(b"\0") or len(watched.last) < tarfile.BLOCKSIZE:
        raise tarfile.ReadError("it does not end as a tar archive does")
    while stream.read(_CHUNK_BYTES):  # the checksum of a compressed stream is at its very end
        pass


def _zip_members(raw: IO[bytes]) -> Iterator[_Member]:
    with zipfile.ZipFile(raw) as packed:
        for info in packed.infolist():
            mode = info.external_attr >> 16
            opener = lambda info=info: packed.open(info)  # noqa: E731
            if info.flag_bits & 1:
                raise _Refused(f"member {info.filename!r} is encrypted")
            if info.is_dir() or S_ISDIR(mode):
                yield _Member(info.filename, "folder")
            elif S_ISLNK(mode):
                with packed.open(info) as file:
                    target = file.read(_LONGEST_LINK).decode("utf-8", "surrogateescape")
                yield _Member(info.filename, "symlink", target)
            elif S_ISREG(mode) or not S_IFMT(mode):
                yield _Member(info.filename, "file", open=opener)
            else:
                yield _Member(info.filename, "a device, pipe or other special file")


def _write_all(
    members: Iterator[_Member],
    folder: Path,
    max_bytes: int,
    max_members: int,
    tick: Callable[[], None],
) -> None:
    written, links = 0, []
    for number, member in enumerate(members, 1):
        if number > max_members:
            raise _Refused(f"has more than {max_members} members, which is no speech or model")
        path = _inside(folder, member.name)
        if member.kind == "folder":
            _make_folder(path, folder, member)
        elif member.kind == "symlink":
            links.append((member, path))
        elif member.kind in ("file", "hardlink"):
            if path == folder or path.is_dir():
                raise _Refused(f"member {member.name!r} has the name of a folder")
            _make_folder(path.parent, folder, member)
            source = member.open or (lambda member=member: _linked(folder, member))
            with source() as reader, path.open("wb") as writer:
                while chunk := reader.read(_CHUNK_BYTES):
                    written += len(chunk)
                    if written > max_bytes:
                        raise _Refused(
                            f"unpacks to more than {max_bytes / 1e6:.0f} MB at member "
                            f"{member.name!r}, far too much for its size"
                        )
                    writer.write(chunk)
                    tick()
        else:
            raise _Refused(f"member {member.name!r} is {member.kind}")
    # Links last: no member can be written through one, and where each leads can be seen.
    for member, path in links:
        _make_folder(path.parent, folder, member)
        if os.path.lexists(path):
            raise _Refused(f"member {member.name!r} stands twice")
        path.symlink_to(member.target)
    root = os.path.realpath(folder)
    for member, path in links:
        if os.path.isabs(member.target) or not _is_below(os.path.realpath(path), root):
            raise _Refused(f"member {member.name!r} is a link that leads out of the folder")


def _is_below(path: str, root: str) -> bool:
    return path == root or path.startswith(root + os.sep)


def _inside(folder: Path, name: str) -> Path:
    """Where a member goes; its name must not lead out of the folder on any system."""
    parts = name.replace("\\", "/").split("/")
    if "\0" in name or ".." in parts or parts[0].endswith(":") or name.startswith(("/", "\\")):
        raise _Refused(f"member {name!r} would leave the folder")
    return folder / name


def _make_folder(path: Path, root: Path, member: _Member) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise _Refused(f"member {member.name!r} needs a folder where a file is") from None


def _linked(folder: Path, member: _Member) -> IO[bytes]:
    """The file that a hard link means; it becomes a copy, which every file system can hold."""
    source = _inside(folder, member.target)
    if not source.is_file() or source == folder / member.name:
        raise _Refused(f"member {member.name!r} is a link to {member.target!r}, which is not there")
    return source.open("rb")
