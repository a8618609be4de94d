"""The port that HubSpot's notifications come in at: each is a hint to look sooner, and nothing of it is kept.

Nothing goes out but a status. Whatever is wrong with a request, it is refused before anything of it is understood:
address, size, moment, signature, and only then whether it is a list of events.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BufferedIOBase, BufferedReader, RawIOBase
from socket import SHUT_RDWR, socket
from typing import Any
from urllib.parse import urlsplit

import msgspec
import structlog
from pydantic import SecretStr

from connectors.hubspot.signature import SIGNATURE, TIMESTAMP, is_genuine, is_recent, signature
from jobs.hints import Hints
from jobs.settings import Settings, SettingsProblem, Webhooks, needed_secret

log = structlog.get_logger()

BODY_MAX = 256 * 1024
HEAD_MAX = 32 * 1024
EVENTS_MAX = 100
CONNECTIONS_MAX = 16
SECONDS_MAX = 5.0
"""For a whole request, however slowly it drips in."""

POLL_S = 0.1
SIZE_DIGITS = 9
SIGNED_WITH = "HUBSPOT_WEBHOOK_SECRET"
TOLD_EVERY = timedelta(minutes=10)


class Listener(ThreadingHTTPServer):
    """Answers one address, and notes a hint for each genuine notification."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = CONNECTIONS_MAX

    def __init__(
        self,
        settings: Webhooks,
        secret: SecretStr,
        note: Callable[[], None],
        clock: Callable[[], datetime],
        *,
        seconds_max: float = SECONDS_MAX,
    ) -> None:
        self._url, self._path = settings.public_url, urlsplit(settings.public_url).path or "/"
        self._secret, self._note, self._clock = secret, note, clock
        self._seconds_max = seconds_max
        self._open: dict[socket, float] = {}
        self._lock = threading.Lock()
        self._refused = 0
        self._told: datetime | None = None
        super().__init__((settings.bind, settings.port), _Handler)

    def heard(self, request: _Handler) -> HTTPStatus:
        """Note the hint of a genuine notification, and count every other request."""
        status = self._checked(request)
        if status is HTTPStatus.OK:
            self._note()
        else:
            self.refused(status)
        return status

    def refused(self, status: HTTPStatus) -> None:
        """Say so in the log, though no flood of it may fill the log."""
        with self._lock:
            self._refused += 1
            now = self._clock()
            if self._told is None or now - self._told >= TOLD_EVERY:
                log.warning("webhook requests refused", count=self._refused, last_status=status.value)
                self._refused, self._told = 0, now

    def _checked(self, request: _Handler) -> HTTPStatus:
        if request.command != "POST" or request.path != self._path:
            return HTTPStatus.NOT_FOUND
        size = request.size()
        if size is None:
            return HTTPStatus.LENGTH_REQUIRED
        if size > BODY_MAX:
            return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        moment = request.headers.get(TIMESTAMP, "")
        if not is_recent(moment, self._clock()):
            return HTTPStatus.UNAUTHORIZED
        body = request.rfile.read(size)
        wanted = signature(self._secret.get_secret_value(), "POST", self._url, body, moment)
        if not is_genuine(request.headers.get(SIGNATURE, ""), wanted):
            return HTTPStatus.UNAUTHORIZED
        return HTTPStatus.OK if _is_events(body) else HTTPStatus.BAD_REQUEST

    def verify_request(self, request: Any, client_address: Any) -> bool:  # noqa: ARG002  names of the base class
        """Let no more connections in at a time than can do harm."""
        with self._lock:
            self._open[request] = time.monotonic()
            return len(self._open) <= CONNECTIONS_MAX

    def service_actions(self) -> None:
        """End connections that take too long, whatever they are doing."""
        late = time.monotonic() - self._seconds_max
        with self._lock:
            overdue = [connection for connection, began in self._open.items() if began < late]
        for connection in overdue:
            with suppress(OSError):
                connection.shutdown(SHUT_RDWR)

    def shutdown_request(self, request: Any) -> None:
        """Forget the connection, and close it."""
        with self._lock:
            self._open.pop(request, None)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002  names of the base class
        """A client that goes away is no error of ours; anything else is a bug, told without the request."""
        if not isinstance(sys.exception(), OSError):
            log.exception("webhook failed by a bug")


class _Handler(BaseHTTPRequestHandler):
    """One request a connection, one answer without a body."""

    server: Listener
    timeout = SECONDS_MAX

    def setup(self) -> None:
        """Headers count, too: nobody can fill the memory with them."""
        super().setup()
        self.rfile = BufferedReader(_Capped(self.rfile, HEAD_MAX + BODY_MAX))

    def do_POST(self) -> None:
        """Answer a notification."""
        self._answer(self.server.heard(self))

    def size(self) -> int | None:
        """Bytes of the body; None where they are not told plainly and once."""
        (told, *more) = self.headers.get_all("Content-Length", [""])
        plain = told.isascii() and told.isdigit() and len(told) <= SIZE_DIGITS
        return int(told) if plain and not more and "Transfer-Encoding" not in self.headers else None

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:  # noqa: ARG002
        """What is no request, or of another method, is refused without the page that the base class writes."""
        self.close_connection = True
        status = HTTPStatus(code) if code < HTTPStatus.INTERNAL_SERVER_ERROR else HTTPStatus.BAD_REQUEST
        self.server.refused(status)
        self._answer(status)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the name is the base class's
        """Say nothing: the listener tells what was refused."""

    def _answer(self, status: HTTPStatus) -> None:
        """Written as it is: to what looks like HTTP/0.9 the base class would say nothing."""
        self.wfile.write(f"HTTP/1.0 {status.value} {status.phrase}\r\nContent-Length: 0\r\n\r\n".encode())


class _Capped(RawIOBase):
    """Ends after so many bytes, whatever is still to come."""

    def __init__(self, stream: BufferedIOBase, most: int) -> None:
        self._stream = stream
        self._left = most

    def readable(self) -> bool:
        """It can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read what there is, up to the end."""
        got = self._stream.readinto1(memoryview(buffer)[: self._left]) if self._left else 0
        self._left -= got
        return got

    def close(self) -> None:
        """The connection is held open by the stream below."""
        self._stream.close()
        super().close()


def _is_events(body: bytes) -> bool:
    """Whether it is a list as HubSpot sends it. What the events say is not looked at."""
    try:
        events = msgspec.json.decode(body, type=list[msgspec.Raw])
    except msgspec.DecodeError:
        return False
    return 1 <= len(events) <= EVENTS_MAX


@contextmanager
def listening(
    settings: Settings, environment: Mapping[str, str], clock: Callable[[], datetime]
) -> Iterator[Hints | None]:
    """Take hints while the block runs, if the settings ask for it; None if not."""
    if settings.webhooks is None:
        yield None
        return
    lag = timedelta(seconds=settings.hubspot.index_lag_seconds + 1)
    hints = Hints(clock, lag=lag, apart=timedelta(seconds=settings.webhooks.apart_seconds))
    with serving(listener(settings.webhooks, needed_secret(SIGNED_WITH, environment), hints.note, clock)):
        yield hints


def listener(
    settings: Webhooks, secret: SecretStr, note: Callable[[], None], clock: Callable[[], datetime], **limits: float
) -> Listener:
    """The open port; a port that cannot be opened is a problem of the settings."""
    try:
        return Listener(settings, secret, note, clock, **limits)
    except OSError as problem:
        msg = (
            f"webhooks: {settings.bind}:{settings.port} cannot be listened at ({problem.strerror}). Name another port."
        )
        raise SettingsProblem(msg) from None


@contextmanager
def serving(server: Listener) -> Iterator[Listener]:
    """Answer in a thread while the block runs."""
    thread = threading.Thread(target=server.serve_forever, args=(POLL_S,), name="webhooks", daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
