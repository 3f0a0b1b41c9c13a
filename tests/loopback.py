"""A web server on loopback that misbehaves as it is told."""

import re
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Site:
    """What is served and how; ``requests`` keeps (path, Range header) of each request.

    Attributes:
        files: content by path.
        ranges: whether Range is honoured.
        cut_at: bytes after which the connection breaks, once for each number.
        statuses: answers by path that come before any content, each used once
            (the last one stays).
        etag: the ETag header, or None.
        stop_after: bytes after which a request that begins before them hangs.
    """

    def __init__(self):
        self.files: dict[str, bytes] = {}
        self.ranges = True
        self.cut_at: list[int] = []
        self.statuses: dict[str, list[int]] = {}
        self.etag: str | None = '"one"'
        self.stop_after: int | None = None
        self.requests: list[tuple[str, str | None]] = []
        self.released = threading.Event()
        self.url = ""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.0"

    def log_message(self, *_arguments):
        pass

    def do_GET(self):
        site: Site = self.server.site
        asked = self.headers.get("Range")
        site.requests.append((self.path, asked))
        statuses = site.statuses.get(self.path)
        if statuses:
            status = statuses.pop(0) if len(statuses) > 1 else statuses[0]
            if status != 200:
                self.send_error(status)
                return
        body = site.files.get(self.path.split("?")[0])
        if body is None:
            self.send_error(404)
            return
        begin, same = 0, self.headers.get("If-Range") in (None, site.etag)
        if asked and site.ranges and same:
            begin = int(re.fullmatch(r"bytes=(\d+)-", asked)[1])
            if begin >= len(body):
                self.send_error(416)
                return
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {begin}-{len(body) - 1}/{len(body)}")
        else:
            self.send_response(200)
        if site.etag:
            self.send_header("ETag", site.etag)
        self.send_header("Content-Length", str(len(body) - begin))
        self.end_headers()
        end = site.cut_at.pop(0) if site.cut_at else len(body)
        if site.stop_after is not None and begin < site.stop_after:
            self.wfile.write(body[begin : site.stop_after])
            self.wfile.flush()
            site.released.wait(30)  # the client is killed meanwhile
            return
        self.wfile.write(body[begin:end])


@contextmanager
def serving():
    """Serve a new :class:`Site` until the block ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.site = site = Site()
    site.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield site
    finally:
        site.released.set()
        server.shutdown()
        thread.join()
        server.server_close()
