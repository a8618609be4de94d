"""Serves an org over HTTP on loopback: sockets, faults of the connection, counting, compression."""

import json
import socket
import struct
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from sandbox.faults import Rule
from sandbox.salesforce.clock import http_date
from sandbox.salesforce.errors import ApiError
from sandbox.salesforce.rest import connection_faults
from sandbox.salesforce.rest.routes import answer
from sandbox.salesforce.state import Call, Org
from sandbox.salesforce.wire import Request, Response, error_response, json_response

LONGEST_URI = 16_384
_LARGEST_BODY = 200 * 1024 * 1024
_REST = "/services/data/v"


class Reset(Exception):  # noqa: N818  # not an error: the connection is to be dropped
    """Drop the connection without another byte."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    timeout = 120
    server: "_Server"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the name is the base class's
        """Say nothing: requests are in `org.calls`."""

    def version_string(self) -> str:
        """Name no software."""
        return "sfdcedge"

    def date_time_string(self, timestamp: float | None = None) -> str:  # noqa: ARG002  # the name is the base class's
        """Date answers by the org's clock."""
        return http_date(self.server.org.clock())

    def _answer(self) -> None:
        request = Request(method=self.command, target=self.path, headers=self.headers, body=self._read_body())
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

    def __init__(self, org: Org, port: int) -> None:
        self.org = org
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
            return error_response(ApiError("URI_TOO_LONG", "The URI is too long", status=414))
        with self.org.lock:
            struck = self.org.faults.strike(request.method, request.target, request.body)
        self._wait(struck)
        if any(rule.do in {"reset_before_apply", "blackhole"} for rule in struck):
            raise Reset
        with self.org.lock:
            response = self._apply(request, struck)
        if any(rule.do == "reset_after_apply" for rule in struck):
            raise Reset
        return response

    def _apply(self, request: Request, struck: list[Rule]) -> Response:
        org = self.org
        response = connection_faults.instead(org, struck) or answer(org, request.struck(tuple(struck)))
        org.tables.commit()
        connection_faults.spoil(response, struck)
        if request.path.startswith(_REST):
            org.note_call(Call(request.method, request.target, len(request.body), response.status))
            response.headers["Sforce-Limit-Info"] = f"api-usage={org.used}/{org.api_limit}"
        return response

    def _wait(self, struck: list[Rule]) -> None:
        seconds = sum(float(rule.args.get("seconds", 1)) for rule in struck if rule.do in {"delay", "blackhole"})
        if seconds:
            self.closing.wait(seconds)

    def _control(self, request: Request) -> Response:
        """Add, list and clear faults."""
        faults = self.org.faults
        with self.org.lock:
            if request.method == "DELETE":
                faults.clear()
            elif request.method == "POST":
                try:
                    return json_response(faults.add_document(json.loads(request.body)).shown(), status=201)
                except (ValueError, TypeError) as problem:
                    return error_response(ApiError("BAD_FAULT", str(problem)))
            return json_response(faults.shown())

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
def running(org: Org, port: int = 0) -> Iterator[str]:
    """Serve an org while the block runs; gives the address. Port 0 takes a free one."""
    server = _Server(org, port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.close()
        thread.join(timeout=5)


def serve_forever(org: Org, port: int, announce: Callable[[str], None] = lambda _: None) -> None:
    """Serve an org until the process is told to stop; `announce` is told the address, once it answers."""
    server = _Server(org, port)
    announce(f"http://127.0.0.1:{server.server_address[1]}")
    try:
        server.serve_forever()
    finally:
        server.closing.set()
        server.server_close()
