"""Every byte to and from Salesforce passes here: host, time and size limits, and one bounded replay of a dead token.

simple-salesforce sets no timeout, follows redirects with the token, and drops the caller's headers when it renews a
session, so all of that is done below it, on the `requests` session.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, Protocol
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from requests.exceptions import RequestException

from connectors.port import ConnectorError, NotAllowed, Refused, TryAgain
from connectors.salesforce.errors import Interrupted

CONNECT_READ_S = (10.0, 60.0)
CALL_S_MAX = 300.0
BODY_BYTES_MAX = 128 * 1024 * 1024
LOGINS_MAX = 3
LOGIN_PAUSE_S = 3600.0
"""After so many logins in vain, one an hour is tried: a user may be unfrozen while the daemon runs."""

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
UNAUTHORIZED = 401
DEAD_FOR_GOOD = ("Connected app is not attached to Agent", "This session is not valid for use with the REST API")
"""Answers of status 401 that a new token does not cure."""


def check_host(url: str, base_url: str | None) -> None:
    """Refuse to send the token anywhere but Salesforce's API hosts (or the loopback sandbox that was asked for)."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if base_url:
        if urlsplit(base_url).hostname not in LOOPBACK:
            raise Refused("base_url is for a sandbox on this machine: use http://127.0.0.1:PORT.", code="HOST")
        return
    if host.endswith(".force.com"):
        msg = f"{host} is a page for people. Use the API host of My Domain, such as acme.my.salesforce.com."
        raise Refused(msg, code="HOST")
    if parts.scheme != "https" or not host.endswith(".salesforce.com"):
        raise Refused(f"{host} is not a Salesforce API host (https://….salesforce.com): nothing was sent.", code="HOST")


class TokenSource:
    """The current access token; one renewal serves all threads that saw the same dead token."""

    def __init__(self, log_in: Callable[[], tuple[str, str]], monotonic: Callable[[], float]) -> None:
        self._log_in = log_in
        self._monotonic = monotonic
        self._last_login = 0.0
        self._lock = threading.Lock()
        self._token: str | None = None
        self._host = ""
        self._logins = 0

    def get(self, stale: str | None = None) -> str:
        """The token, renewed if there is none or `stale` is the one in hand."""
        with self._lock:
            if self._token is None or self._token == stale:
                self._renew()
            return str(self._token)

    @property
    def host(self) -> str:
        """The API host that came with the token."""
        self.get()
        return self._host

    def accepted(self) -> None:
        """Salesforce took the token: the count of useless logins starts again."""
        self._logins = 0

    def _renew(self) -> None:
        if self._logins >= LOGINS_MAX and self._monotonic() - self._last_login < LOGIN_PAUSE_S:
            msg = (
                f"{LOGINS_MAX} logins in a row gave no token that Salesforce accepts; none is tried for an hour, so "
                "that the user is not locked out. Check the app's policies and the integration user's API permission."
            )
            raise NotAllowed(msg, code="INVALID_SESSION_ID")
        self._last_login = self._monotonic()
        try:
            self._token, self._host = self._log_in()
        except TryAgain:  # nobody answered, so nobody counted it as a login
            raise
        except ConnectorError:
            self._logins += 1
            raise
        self._logins += 1


class Bearer(AuthBase):
    """Puts the token on every request and replays a request once, headers and body kept, when the token has died."""

    def __init__(self, tokens: TokenSource) -> None:
        self._tokens = tokens

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Sign one request."""
        request.headers["Authorization"] = f"Bearer {self._tokens.get()}"
        request.register_hook("response", self._replay)  # type: ignore[no-untyped-call]  # requests has no types
        return request

    def _replay(self, response: requests.Response, **options: Any) -> requests.Response:
        if response.status_code != UNAUTHORIZED:
            self._tokens.accepted()
            return response
        sent = response.request
        if any(text in response.text for text in DEAD_FOR_GOOD):
            return response
        stale = sent.headers["Authorization"].removeprefix("Bearer ")
        response.close()
        again = sent.copy()
        again.headers["Authorization"] = f"Bearer {self._tokens.get(stale)}"
        answer = response.connection.send(again, **options)
        answer.request = again
        if answer.status_code != UNAUTHORIZED:
            self._tokens.accepted()
        return answer


class NoAuth(AuthBase):
    """Keeps `requests` from replacing a login's own header by whatever stands in ~/.netrc."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Leave the request as it is."""
        return request


class GuardedAdapter(HTTPAdapter):
    """Default timeouts, a deadline for the whole call, a limit on the body, no redirects, no foreign hosts."""

    def __init__(self, base_url: str | None, *, call_s_max: float, monotonic: Callable[[], float]) -> None:
        self._base_url = base_url.rstrip("/") if base_url else None
        self._call_s_max = call_s_max
        self._monotonic = monotonic
        super().__init__()

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:  # type: ignore[override]
        """Send one request and read its whole answer, unless the caller streams it."""
        url = str(request.url)
        check_host(url, self._base_url)
        if self._base_url and not url.startswith(self._base_url + "/"):
            parts = urlsplit(url)
            request.url = self._base_url + parts.path + (f"?{parts.query}" if parts.query else "")
        if self._base_url:
            options["proxies"] = {}
        options["timeout"] = options.get("timeout") or CONNECT_READ_S
        streamed = bool(options.get("stream"))
        started = self._monotonic()
        try:
            response = super().send(request, **(options | {"stream": True}))
            if response.is_redirect:
                response.close()
                raise Refused(f"Salesforce redirected {urlsplit(url).path} elsewhere: not followed.", code="REDIRECT")
            if not streamed or not response.ok:
                self._read(response, started)
        except ConnectorError:
            raise
        except (RequestException, urllib3.exceptions.HTTPError) as problem:
            where = urlsplit(str(request.url)).netloc
            msg = f"{request.method} {urlsplit(url).path}: no answer from {where} ({type(problem).__name__}). "
            raise Interrupted(msg + "Check my_domain and the network.") from None
        return response

    def _read(self, response: requests.Response, started: float) -> None:
        """Read the body piece by piece, so that a dripping or endless answer meets a limit."""
        pieces: list[bytes] = []
        size = 0
        while piece := _some(response):
            pieces.append(piece)
            size += len(piece)
            if size > BODY_BYTES_MAX:
                response.close()
                raise Refused(f"the answer is larger than {BODY_BYTES_MAX >> 20} MB: cut.", code="BODY_TOO_LARGE")
            if self._monotonic() - started > self._call_s_max:
                response.close()
                raise Interrupted(f"no complete answer within {self._call_s_max:.0f} s.")
        response._content = b"".join(pieces)  # noqa: SLF001  how requests itself keeps a body it has read
        response._content_consumed = True  # type: ignore[attr-defined]  # noqa: SLF001
        response.raw.release_conn()


class _Readable(Protocol):
    def read1(self, amt: int, decode_content: bool) -> bytes: ...  # noqa: FBT001


def _some(response: requests.Response) -> bytes:
    """What has arrived so far, at most 1 MB, decompressed."""
    raw = response.raw
    if hasattr(raw, "read1"):
        piece: bytes = raw.read1(1 << 20, decode_content=True)
        return piece
    return bytes(raw.read(1 << 20))


def guarded_session(
    base_url: str | None,
    auth: AuthBase,
    *,
    call_s_max: float = CALL_S_MAX,
    monotonic: Callable[[], float] = time.monotonic,
) -> requests.Session:
    """A session on which nothing can wait for ever, leave for another host or read without bound."""
    session = requests.Session()
    session.auth = auth
    adapter = GuardedAdapter(base_url, call_s_max=call_s_max, monotonic=monotonic)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session
