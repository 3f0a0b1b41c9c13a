"""Download one file from the first address that delivers it whole.

A transfer that breaks is taken up where it stopped, within a run or in the
next one. Pooch, which has no resumption, is therefore not used. The file gets
its name only when its length and its checksum are right.
"""

import hashlib
import re
import time
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

import requests
import urllib3
from filelock import FileLock, Timeout

from asrbench.basics.errors import UserError
from asrbench.basics.progress import Progress
from asrbench.sources.partial_file import PartialFile, cannot_write

_CHUNK_BYTES = 1 << 16
# Answers that may be different in a moment; any other is final.
_PASSING = {408, 425, 429, 500, 502, 503, 504}
_LONGEST_PAUSE_S = 30.0


class Delivered(NamedTuple):
    """What arrived, and from where: ``url`` is None if the file was there already."""

    sha256: str
    url: str | None


class _Failed(Exception):
    """An address did not deliver. ``passing`` tells whether another try may help."""

    def __init__(self, reason: str, passing: bool = False, pause_s: float = 0.0):
        super().__init__(reason)
        self.passing, self.pause_s = passing, pause_s


def download(
    urls: list[str],
    to: str | Path,
    sha256: str | None = None,
    *,
    advice: str = "",
    attempts: int = 3,
    pause_s: float = 1.0,
    timeout_s: tuple[float, float] = (10.0, 60.0),
) -> Delivered:
    """Download a file, unless it is there.

    Args:
        urls: http or https addresses of the same file, tried in their order.
        to: the file. One that is there is taken as it is if its checksum is
            right or none is given, so give every content a name of its own.
        sha256: checksum in lower-case hexadecimal digits.
        advice: what the user can do when no address delivers.
        attempts: tries in a row that bring nothing new before an address is given up.
        pause_s: before the second try; it doubles with each further one.
        timeout_s: for the connection, and for each wait for data.

    Raises:
        UserError: one line that names every address with its reason, or a disk
            that is full or may not be written.
    """
    to = Path(to)
    try:
        to.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(to.with_name(f".{to.name}.lock"), timeout=0)
        lock.acquire()
    except Timeout:
        raise UserError(f"{to}: another process is downloading it; wait for its end") from None
    except OSError as error:
        raise UserError(cannot_write(to, error)) from None
    try:
        if to.is_file():
            digest = sha256_of(to)
            if sha256 in (None, digest):
                return Delivered(digest, None)
            to.unlink()
        reasons = []
        with PartialFile(to) as part, requests.Session() as session:
            session.headers["User-Agent"] = "asrbench"
            for url in urls:
                try:
                    digest = _deliver(session, url, part, sha256, attempts, pause_s, timeout_s)
                    return Delivered(digest, url)
                except _Failed as failure:
                    reasons.append(f"{url}: {failure}")
                except UserError as error:  # of the disk: another address would not help
                    earlier = f"; before that, {'; '.join(reasons)}" * bool(reasons)
                    raise UserError(f"{error} (from {url}{earlier})") from None
        tried = "; ".join(reasons) or "no address is given"
        raise UserError(f"{to}: could not be downloaded: {tried}" + (f". {advice}" * bool(advice)))
    finally:
        lock.release()


def sha256_of(path: str | Path) -> str:
    """SHA-256 of a file, as 64 hexadecimal digits."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def file_name(url: str, sha256: str | None = None) -> str:
    """The file that an address is saved to: its last part, behind a mark of content or address.

    The mark keeps what one address delivered from being taken for another's.
    """
    mark = sha256[:12] if sha256 else hashlib.sha256(url.encode()).hexdigest()[:12]
    last = unquote(urlsplit(url).path).replace("\\", "/").rsplit("/", 1)[-1]
    last = "".join(c if c.isalnum() or c in "._-" else "_" for c in last)[-150:]
    return f"{mark}-{last.lstrip('.') or 'archive'}"


def _deliver(session, url, part, sha256, attempts, pause_s, timeout_s) -> str:
    """Bring the file from one address, in as many requests as it takes; return its checksum."""
    if not re.match(r"https?://", url, re.IGNORECASE):
        raise _Failed("is no http or https address; a file on disk is given as a path")
    # Bytes of another address are a beginning of this one only where a checksum has the last word.
    if part.origin.get("url") != url and sha256 is None:
        part.start({})
    failures, furthest, inherited = 0, part.size, part.size > 0
    while True:
        try:
            _transfer(session, url, part, timeout_s)
            break
        except _Failed as failure:
            if not failure.passing:
                raise
            failures = 1 if part.size > furthest else failures + 1
            furthest = max(furthest, part.size)
            if failures >= attempts:
                raise _Failed(f"{failure} ({failures} tries)") from None
            pause = max(pause_s * 2 ** (failures - 1), failure.pause_s)
            time.sleep(min(pause, _LONGEST_PAUSE_S))
    part.flush()
    digest = sha256_of(part.path)
    if sha256 in (None, digest):
        part.finish()
        return digest
    part.start({})
    if inherited:  # the beginning may have been of another version
        return _deliver(session, url, part, sha256, attempts, pause_s, timeout_s)
    raise _Failed(f"its sha256 is {digest}, not {sha256} as the configuration says")


def _transfer(session, url: str, part: PartialFile, timeout_s: tuple[float, float]) -> None:
    """One request, or two where the server does not continue where the part ends."""
    if part.size and part.size == part.origin["total"]:
        return
    try:
        with _ask(session, url, part, timeout_s) as response:
            if part.size and not _goes_on(response, url, part):
                part.start({})
                if response.status_code != 200:
                    return _transfer(session, url, part, timeout_s)
            if response.status_code != (206 if part.size else 200):
                raise _refusal(response)
            if not part.size:
                part.start(_origin(response, url))
            part.make_room()
            _receive(response, part)
    except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
        raise _explained(error, timeout_s) from None


def _ask(session, url: str, part: PartialFile, timeout_s) -> requests.Response:
    # identity: lengths and checksums are those of the file, not of a compressed transfer.
    headers = {"Accept-Encoding": "identity"}
    if part.size:
        headers["Range"] = f"bytes={part.size}-"
        if part.origin["url"] == url and part.origin["validator"]:
            headers["If-Range"] = part.origin["validator"]
    return session.get(url, headers=headers, stream=True, timeout=timeout_s)


def _goes_on(response: requests.Response, url: str, part: PartialFile) -> bool:
    """Whether the answer continues the part, by what it says itself of range and version."""
    if response.status_code not in (200, 206, 416):
        return True  # a refusal, which is told as such and leaves the part alone
    told = re.fullmatch(
        r"bytes (\d+)-\d+/(\d+|\*)", response.headers.get("Content-Range", "").strip()
    )
    if response.status_code != 206 or not told or int(told[1]) != part.size:
        return False
    total = None if told[2] == "*" else int(told[2])
    known, validator = part.origin, _validator(response)
    if known["url"] == url and validator and known["validator"] not in (None, validator):
        return False
    return total == known["total"]


def _validator(response: requests.Response) -> str | None:
    etag = response.headers.get("ETag")
    if etag and not etag.startswith("W/"):  # a weak one does not vouch for every byte
        return etag
    return response.headers.get("Last-Modified")


def _origin(response: requests.Response, url: str) -> dict:
    length = response.headers.get("Content-Length", "")
    total = int(length) if length.isdecimal() else None
    return {"url": url, "validator": _validator(response), "total": total}


def _receive(response: requests.Response, part: PartialFile) -> None:
    total = part.origin["total"]
    if total is None and response.headers.get("Transfer-Encoding", "").lower() != "chunked":
        raise _Failed("the server does not tell the length, so that a cut could not be noticed")
    with Progress(f"downloading {part.target.name}", total) as progress:
        progress.start_at(part.size)
        for chunk in response.raw.stream(_CHUNK_BYTES, decode_content=False):
            part.write(chunk)
            progress.at(part.size)
    if total is not None and part.size != total:
        size = part.size
        if size > total:
            part.start({})
        raise _Failed(f"{size} of {total} bytes came", passing=True)


def _refusal(response: requests.Response) -> _Failed:
    status = response.status_code
    wait = response.headers.get("Retry-After", "")
    return _Failed(
        f"HTTP {status} {response.reason or ''}".rstrip(),
        passing=status in _PASSING,
        pause_s=float(wait) if wait.isdecimal() else 0.0,
    )


def _explained(error: Exception, timeout_s: tuple[float, float]) -> _Failed:
    text = f"{error!r} {error}"
    if isinstance(error, requests.exceptions.SSLError) or "SSLError" in text:
        return _Failed("its certificate cannot be trusted")
    if "NameResolutionError" in text or "getaddrinfo" in text:
        return _Failed("there is no such host, or no network", passing=True)
    if isinstance(error, requests.ConnectTimeout):
        return _Failed(f"no connection within {timeout_s[0]:g} s", passing=True)
    if isinstance(error, requests.Timeout) or "ReadTimeout" in text:
        return _Failed(f"no data for {timeout_s[1]:g} s", passing=True)
    if "refused" in text:
        return _Failed("connection refused", passing=True)
    if isinstance(error, (requests.TooManyRedirects, ValueError)):  # a wrong URL is a ValueError
        return _Failed(" ".join(str(error).split()))
    return _Failed("the connection broke", passing=True)
