"""Unpack .tar(.gz/.bz2/.xz) and .zip files that nobody has vouched for.

Regular files and folders only. All members are judged before the first is
written; they are written by this module and not by ``extractall``: no link is
ever made, no member leaves the folder, rights and owners are not kept, and a
folder under the final name is always a whole archive.
"""

import bz2
import gzip
import io
import lzma
import math
import os
import shutil
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from stat import S_IFMT, S_ISDIR, S_ISREG
from typing import IO, Any, NamedTuple

from asrbench.basics.errors import UserError
from asrbench.basics.progress import Progress

# Against archive bombs. Speech and checkpoints hardly shrink when packed, and the whole of
# LibriSpeech has 300,000 files and 60 GB; bombs grow a thousandfold.
MAX_GROWTH = 100
SMALL_BYTES = 1 << 30  # below this, growth is not looked at
MAX_BYTES = 128 << 30
MAX_MEMBERS = 1_000_000
_DEEPEST = 50
# What stands before a tar's member (long names are a few kB), and the list at a zip's end.
_TAR_HEAD_BYTES = 1 << 16
_ZIP_LIST_BYTES = 1 << 26

_CHUNK_BYTES = 1 << 16
_OPENERS: dict[bytes, Callable[..., Any]] = {
    b"\x1f\x8b": gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ\x00": lzma.open,
}
_BROKEN = (
    *(EOFError, MemoryError, NotImplementedError, RecursionError, ValueError),
    *(lzma.LZMAError, tarfile.TarError, zipfile.BadZipFile, zlib.error),
)

_SPECIAL = "member {!r} is a link, device or other special file"


class _Refused(Exception):
    """A member that must not be unpacked, by name and reason."""


class _Member(NamedTuple):
    name: str
    size: int
    chunks: Callable[[], Iterator[bytes]] | None  # None of a folder


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
        UserError: a member that would leave the folder or is no file and no
            folder; too much of it; an archive that is damaged, cut short or
            of another kind; a disk that is full or may not be written.
    """
    archive, to = Path(archive), Path(to)
    if to.exists():
        raise UserError(f"{to}: is there already; remove it to have {archive} unpacked again")
    staging = to.with_name(f"{to.name}.unpacking")
    try:
        with archive.open("rb") as raw:
            size = archive.stat().st_size
            if max_bytes is None:
                max_bytes = min(MAX_BYTES, max(SMALL_BYTES, MAX_GROWTH * size))
            with Progress(f"looking through {archive.name}", size) as progress:
                for _ in _judged(raw, max_bytes, max_members):
                    progress.at(raw.tell())
            shutil.rmtree(staging, ignore_errors=True)  # of a run that was killed
            staging.mkdir(parents=True)
            with Progress(f"unpacking {archive.name}", size) as progress:
                for member in _judged(raw, max_bytes, max_members):
                    _write(member, staging, lambda: progress.at(raw.tell()))
        os.sync()  # or a power cut could leave empty files under the final name
        staging.replace(to)
    except _Refused as refusal:
        raise UserError(f"{archive}: {refusal}; nothing was kept of it") from None
    except (*_BROKEN, OSError) as error:
        raise UserError(_explained(error, archive, to)) from None
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def unpack_by_content(archive: str | Path, sha256: str, folder: Path) -> Path:
    """Where an archive is unpacked in ``folder``: one that is there holds just this content."""
    root = folder / f"unpacked-{sha256[:12]}"
    if not root.exists():
        unpack(archive, root)
    return root


def _explained(error: Exception, archive: Path, to: Path) -> str:
    # Decompressors raise an OSError without a number where the data is wrong.
    if isinstance(error, OSError) and error.errno is not None:
        if isinstance(error, FileNotFoundError) and not archive.exists():
            return f"{archive}: there is no such archive"
        place = error.filename or to
        return f"{place}: cannot unpack {archive} ({error.strerror}); fix that and run it again"
    reason = " ".join(str(error).split()) or "it ends too early"
    return f"{archive}: is damaged, cut short or no archive ({reason}); fetch it again"


def _judged(raw: IO[bytes], max_bytes: int, max_members: int) -> Iterator[_Member]:
    """The members of an archive, each fit to be written."""
    total = 0
    for number, member in enumerate(_members(raw, max_bytes), 1):
        if number > max_members:
            raise _Refused(f"has more than {max_members} members, which is no speech or model")
        name = member.name
        parts = name.replace("\\", "/").split("/")
        if "\0" in name or ".." in parts or parts[0].endswith(":") or name[:1] in ("/", "\\"):
            raise _Refused(f"member {name!r} would leave the folder")
        if len(parts) > _DEEPEST:  # which Python could not even remove again
            raise _Refused(f"member {name[:80]!r} lies in more than {_DEEPEST} folders")
        total += member.size
        if total > max_bytes:
            raise _Refused(
                f"unpacks to more than {max_bytes / 1e6:.0f} MB at member {name!r}, far too much "
                "for its size"
            )
        yield member


def _members(raw: IO[bytes], max_bytes: int) -> Iterator[_Member]:
    raw.seek(0)
    head = raw.read(8)
    raw.seek(0)
    if head[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        return _zip_members(raw)
    for magic, opener in _OPENERS.items():
        if head.startswith(magic):
            return _tar_members(opener(raw, "rb"), max_bytes)
    return _tar_members(raw, max_bytes)


class _Headers(io.RawIOBase):
    """An archive as the reader of its headers sees it: a long one, or a cut one, is an error.

    Args:
        stream: the archive.
        most: bytes that may be read until ``left`` is set again.
    """

    def __init__(self, stream: IO[bytes], most: int):
        self.stream, self.most, self.last = stream, most, b""
        self.left: float = most

    def read(self, size: int = -1) -> bytes:
        if size > self.left:
            raise ValueError(f"a header is longer than {self.most >> 10} kB")
        self.left -= max(size, 0)
        self.last = self.stream.read(size)
        if len(self.last) < size:
            raise EOFError
        return self.last

    def seek(self, offset: int, whence: int = 0) -> int:
        return self.stream.seek(offset, whence)

    def tell(self) -> int:
        return self.stream.tell()


def _tar_members(stream: IO[bytes], max_bytes: int) -> Iterator[_Member]:
    headers = _Headers(stream, _TAR_HEAD_BYTES)
    with tarfile.open(fileobj=headers, mode="r:") as tar:
        while (info := tar.next()) is not None:
            # Or the headers of a large archive would all stay in memory.
            tar.members.clear()  # type: ignore[attr-defined]  # typeshed does not know it
            if info.size < 0:
                raise tarfile.ReadError(f"member {info.name!r} has a negative size")
            if info.isdir():
                yield _Member(info.name, 0, None)
            elif info.isreg() and not info.issparse():
                yield _Member(info.name, info.size, partial(_tar_content, stream, info))
            else:
                raise _Refused(_SPECIAL.format(info.name))
            headers.left = _TAR_HEAD_BYTES
    # tarfile takes a header that is damaged or missing for the end of the archive.
    if headers.last.strip(b"\0") or len(headers.last) < tarfile.BLOCKSIZE:
        raise tarfile.ReadError("it does not end as a tar archive does")
    while stream.read(_CHUNK_BYTES):  # the checksum of a compressed stream is at its very end
        max_bytes -= _CHUNK_BYTES
        if max_bytes < 0:
            raise tarfile.ReadError("what follows its end is too long")


def _tar_content(stream: IO[bytes], info: tarfile.TarInfo) -> Iterator[bytes]:
    stream.seek(info.offset_data)
    left = info.size
    while left:
        chunk = stream.read(min(left, _CHUNK_BYTES))
        if not chunk:
            raise EOFError
        left -= len(chunk)
        yield chunk


def _zip_members(raw: IO[bytes]) -> Iterator[_Member]:
    headers = _Headers(raw, _ZIP_LIST_BYTES)
    with zipfile.ZipFile(headers) as packed:
        headers.left = math.inf
        for info in packed.infolist():
            kind = S_IFMT(info.external_attr >> 16)
            if info.flag_bits & 1:
                raise _Refused(f"member {info.filename!r} is encrypted")
            if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                # Others have no bound on what they make of a few bytes.
                raise _Refused(f"member {info.filename!r} is neither stored nor deflated")
            # Not is_dir(), which fails of a member without a name.
            if info.filename.endswith("/") or S_ISDIR(kind):
                yield _Member(info.filename, 0, None)
            elif S_ISREG(kind) or not kind:
                yield _Member(info.filename, info.file_size, partial(_zip_content, packed, info))
            else:
                raise _Refused(_SPECIAL.format(info.filename))


def _zip_content(packed: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    with packed.open(info) as file:
        while chunk := file.read(_CHUNK_BYTES):
            yield chunk


def _write(member: _Member, folder: Path, tick: Callable[[], None]) -> None:
    path = folder / member.name
    try:
        if member.chunks is None:
            path.mkdir(parents=True, exist_ok=True)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            for chunk in member.chunks():
                file.write(chunk)
                tick()
    except (FileExistsError, IsADirectoryError, NotADirectoryError):
        raise _Refused(f"member {member.name!r} is a file where another is a folder") from None
