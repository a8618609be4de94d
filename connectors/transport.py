"""Limits below every client library: time, size, no redirects, no foreign hosts, no proxy to the loopback sandbox."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from requests.exceptions import RequestException

from connectors.answers import Interrupted
from connectors.port import ConnectorError, Refused

CONNECT_READ_S = (10.0, 60.0)
CALL_S_MAX = 300.0
BODY_BYTES_MAX = 128 * 1024 * 1024
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True)
class Host:
    """Where a CRM's API may be: `check` refuses every other address; `remedy` is for when nobody answers there."""

    crm: str
    check: Callable[[str], None]
    remedy: str


def check_loopback(base_url: str) -> None:
    """A base URL of one's own is for the sandbox on this machine: the token goes nowhere else."""
    if urlsplit(base_url).hostname not in LOOPBACK:
        raise Refused("base_url is for a sandbox on this machine: use http://127.0.0.1:PORT.", code="HOST")


class NoAuth(AuthBase):
    """Keeps `requests` from replacing a login's own header by whatever stands in ~/.netrc."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Leave the request as it is."""
        return request


class GuardedAdapter(HTTPAdapter):
    """Default timeouts, a deadline for the whole call, a limit on the body, no redirects, no foreign hosts."""

    def __init__(self, host: Host, base_url: str | None, *, call_s_max: float, monotonic: Callable[[], float]) -> None:
        self._host = host
        self._base_url = base_url.rstrip("/") if base_url else None
        self._call_s_max = call_s_max
        self._monotonic = monotonic
        super().__init__()

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:  # type: ignore[override]
        """Send one request and read its whole answer, unless the caller streams it."""
        url = str(request.url)
        if self._base_url:
            check_loopback(self._base_url)
        else:
            self._host.check(url)
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
                msg = f"{self._host.crm} redirected {urlsplit(url).path} elsewhere: not followed."
                raise Refused(msg, code="REDIRECT")
            if not streamed or not response.ok:
                self._read(response, started)
        except ConnectorError:
            raise
        except (RequestException, urllib3.exceptions.HTTPError) as problem:
            where = urlsplit(str(request.url)).netloc
            msg = f"{request.method} {urlsplit(url).path}: no answer from {where} ({type(problem).__name__}). "
            raise Interrupted(msg + self._host.remedy) from None
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


class GuardedSession(requests.Session):
    """Asks the environment for proxies and certificates once a host: `requests` would read all of it at every call."""

    def __init__(self) -> None:
        super().__init__()
        self._settings: dict[tuple[Any, ...], Mapping[str, Any]] = {}

    def merge_environment_settings(self, url: Any, proxies: Any, stream: Any, verify: Any, cert: Any) -> Any:
        """What the call's own settings and the environment's come to; every call gets a copy of its own."""
        if proxies:
            return super().merge_environment_settings(url, proxies, stream, verify, cert)
        parts = urlsplit(url)
        key = (parts.scheme, parts.netloc, stream, verify, cert)
        if key not in self._settings:
            self._settings[key] = super().merge_environment_settings(url, proxies, stream, verify, cert)
        found = self._settings[key]
        return {**found, "proxies": dict(found["proxies"])}


def _some(response: requests.Response) -> bytes:
    """What has arrived so far, at most 1 MB, decompressed."""
    raw = response.raw
    if hasattr(raw, "read1"):
        piece: bytes = raw.read1(1 << 20, decode_content=True)
        return piece
    return bytes(raw.read(1 << 20))


def guarded_session(
    host: Host,
    base_url: str | None,
    auth: AuthBase,
    *,
    call_s_max: float = CALL_S_MAX,
    monotonic: Callable[[], float] = time.monotonic,
) -> requests.Session:
    """A session on which nothing can wait for ever, leave for another host or read without bound."""
    session = GuardedSession()
    session.auth = auth
    adapter = GuardedAdapter(host, base_url, call_s_max=call_s_max, monotonic=monotonic)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session
