"""Access tokens: renewed once for all threads, a dead one replayed once, and a login that fails not tried for ever."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import requests
from requests.auth import AuthBase

from connectors.port import ConnectorError, NotAllowed, TryAgain

LOGINS_MAX = 3
LOGIN_PAUSE_S = 3600.0
"""After so many logins in vain, one an hour is tried: a user may be unfrozen while the daemon runs."""

UNAUTHORIZED = 401


class TokenSource:
    """The current access token; one renewal serves all threads that saw the same dead token."""

    def __init__(
        self, log_in: Callable[[], tuple[str, str]], monotonic: Callable[[], float], *, crm: str, remedy: str
    ) -> None:
        self._log_in = log_in
        self._crm, self._remedy = crm, remedy
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
        """The CRM took the token: the count of useless logins starts again."""
        self._logins = 0

    def _renew(self) -> None:
        if self._logins >= LOGINS_MAX and self._monotonic() - self._last_login < LOGIN_PAUSE_S:
            msg = (
                f"{LOGINS_MAX} logins in a row gave no token that {self._crm} accepts; none is tried for an hour, so "
                f"that the user is not locked out. {self._remedy}"
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

    def __init__(self, tokens: TokenSource, dead_for_good: tuple[str, ...] = ()) -> None:
        self._tokens = tokens
        self._dead_for_good = dead_for_good
        """Texts in answers of status 401 that a new token does not cure."""

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
        if any(text in response.text for text in self._dead_for_good):
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
