"""Serves a stand-in CRM over HTTP on loopback: sockets, faults of the connection, compression."""

import json
import socket
import struct
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.message import Message
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol

from sandbox.faults import Faults, Rule
from sandbox.wire import Request, Response

LONGEST_URI = 16_384
_LARGEST_BODY = 200 * 1024 * 1024


class Site(Protocol):
    """A stand-in CRM, as its server sees it. `answer` is called with the lock held."""

    software: str
    lock: "threading.RLock"
    faults: Faults

    def clock(self) -> datetime:
        """Tell the time in the CRM."""
        ...

    def heard(self, method: str, target: str, headers: "Message[str, str]", body: bytes) -> Request:
        """Take up a request in the CRM's own form."""
        ...

    def answer(self, request: Any, struck: list[Rule]) -> Response:
        """Answer a request with the momentary faults that strike it, and count it."""
        ...

    def refuse(self, code: str, message: str, status: int) -> Response:
        """Say in the CRM's own form why a request was not even read."""
        ...


class Reset(Exception):  # noqa: N818  # not an error: the connection is to be dropped
    """Drop the connection without another byte."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    timeout = 120
    server: "_Server"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the name is the base class's
        """Say nothing: the CRM keeps its requests in `calls`."""

    def version_string(self) -> str:
        """Name the software that the CRM names."""
        return self.server.site.software

    def date_time_string(self, timestamp: float | None = None) -> str:  # noqa: ARG002  # the name is the base class's
        """Date answers by the CRM's clock."""
        return format_datetime(self.server.site.clock().astimezone(UTC).replace(microsecond=0), usegmt=True)

    def _answer(self) -> None:
        request = self.server.site.heard(self.command, self.path, self.headers, self._read_body())
        try:
            response = self.server.respond(request)
        except Reset:
            self.server.drop(self.connection)
            self.close_connection = True
            return
        self._send(response)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = do_HEAD = _answer  # noqa: N815  # names are the base class's

    def _read_body(self) -> bytes:
        if "chunked" not in (self.headers.get("Transfer-Encoding") or ""):
            return self.rfile.read(min(int(self.headers.get("Content-Length") or 0), _LARGEST_BODY))
        chunks = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(chunks)

    def _send(self, response: Response) -> None:
        gzip = response.worth_gzip and "gzip" in (self.headers.get("Accept-Encoding") or "")
        body = response.gzipped() if gzip else response.body
        self.send_response(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        if response.content_type:
            self.send_header("Content-Type", response.content_type)
        if gzip:
            self.send_header("Content-Encoding", "gzip")
        if response.status != 204:  # noqa: PLR2004  # No Content has no length either
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, site: Site, port: int) -> None:
        self.site = site
        self.closing = threading.Event()
        self._open: set[socket.socket] = set()
        self._workers: list[threading.Thread] = []
        super().__init__(("127.0.0.1", port), _Handler)

    # -- requests

    def respond(self, request: Request) -> Response:
        """Answer a request with the faults that strike it; Reset drops the connection."""
        if request.path == "/_faults":
            return self._control(request)
        if len(request.target) > LONGEST_URI:
            return self.site.refuse("URI_TOO_LONG", "The URI is too long", 414)
        with self.site.lock:
            struck = self.site.faults.strike(request.method, request.target, request.body)
        self._wait(struck)
        if any(rule.do in {"reset_before_apply", "blackhole"} for rule in struck):
            raise Reset
        with self.site.lock:
            response = self.site.answer(request.struck(tuple(struck)), struck)
        if any(rule.do == "reset_after_apply" for rule in struck):
            raise Reset
        return response

    def _wait(self, struck: list[Rule]) -> None:
        seconds = sum(float(rule.args.get("seconds", 1)) for rule in struck if rule.do in {"delay", "blackhole"})
        if seconds:
            self.closing.wait(seconds)

    def _control(self, request: Request) -> Response:
        """Add, list and clear faults."""
        faults, status = self.site.faults, 200
        with self.site.lock:
            shown: Any
            if request.method == "DELETE":
                faults.clear()
            if request.method == "POST":
                try:
                    shown, status = faults.add_document(json.loads(request.body)).shown(), 201
                except (ValueError, TypeError) as problem:
                    return self.site.refuse("BAD_FAULT", str(problem), 400)
            else:
                shown = faults.shown()
        return Response(status, (json.dumps(shown).encode(),), "application/json;charset=UTF-8")

    # -- connections

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Keep account of open connections, so that closing the server closes them."""
        self._open.add(request)
        self._workers.append(threading.current_thread())
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._open.discard(request)
            self._workers.remove(threading.current_thread())

    def drop(self, connection: socket.socket) -> None:
        """Reset a connection instead of closing it."""
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._open.discard(connection)

    def shutdown_request(self, request: Any) -> None:
        """Close a connection; one that is dropped is not said goodbye to."""
        if request in self._open:
            super().shutdown_request(request)
        else:
            self.close_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is no error of the server; whatever else happens is shown."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)

    def close(self) -> None:
        """Stop serving, and end every connection and its thread."""
        self.closing.set()
        self.shutdown()
        for connection in tuple(self._open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # the client was faster
        for thread in tuple(self._workers):
            thread.join(timeout=5)
        self.server_close()


@contextmanager
def running(site: Site, port: int = 0) -> Iterator[str]:
    """Serve a CRM while the block runs; gives the address. Port 0 takes a free one."""
    server = _Server(site, port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.close()
        thread.join(timeout=5)


def serve_forever(site: Site, port: int, announce: Callable[[str], None] = lambda _: None) -> None:
    """Serve a CRM until the process is told to stop; `announce` is told the address, once it answers."""
    server = _Server(site, port)
    announce(f"http://127.0.0.1:{server.server_address[1]}")
    try:
        server.serve_forever()
    finally:
        server.closing.set()
        server.server_close()
