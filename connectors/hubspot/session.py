"""Logging in, and one call: the only way the rest of the connector talks to HubSpot."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

import msgspec
import requests
from hubspot import HubSpot
from pydantic import SecretStr
from requests.auth import AuthBase

from connectors.answers import JSON, check_type, json_reader, repeated
from connectors.hubspot.budget import ApiBudget
from connectors.hubspot.errors import error_of
from connectors.hubspot.transport import BASE_URL, HUBSPOT, VERSIONS, client_over, dated
from connectors.port import ConnectorError, NotAllowed, TryAgain
from connectors.tokens import Bearer, TokenSource
from connectors.transport import CALL_S_MAX, NoAuth, guarded_session

T = TypeVar("T")
LOGIN_REMEDY = "Check the app's client id and secret, and install the app again for a new refresh token."


@dataclass(frozen=True, slots=True)
class Key:
    """A service key, or the access token of a private app: it does not expire."""

    token: SecretStr


@dataclass(frozen=True, slots=True)
class OAuthRefresh:
    """An OAuth app that a portal has installed: access tokens last half an hour and are renewed."""

    client_id: str
    client_secret: SecretStr
    refresh_token: SecretStr


Credentials = Key | OAuthRefresh


class KeyAuth(AuthBase):
    """Puts the key on every request, and keeps ~/.netrc out."""

    def __init__(self, key: Key) -> None:
        self._key = key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Sign one request."""
        request.headers["Authorization"] = f"Bearer {self._key.token.get_secret_value()}"
        return request


class _Token(msgspec.Struct):
    access_token: str


class Connection:
    """One portal behind one set of credentials. Thread-safe; holds no clock of its own but what is passed in."""

    def __init__(
        self,
        credentials: Credentials,
        *,
        budget: ApiBudget,
        base_url: str | None = None,
        version: str = VERSIONS[0],
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
        call_s_max: float = CALL_S_MAX,
    ) -> None:
        limits: dict[str, Any] = {"call_s_max": call_s_max, "monotonic": monotonic}
        self._version = version
        self._base = base_url or BASE_URL
        self._login_session = guarded_session(HUBSPOT, base_url, NoAuth(), **limits)
        self._session = guarded_session(HUBSPOT, base_url, self._auth(credentials, monotonic), **limits)
        self._session.hooks["response"].append(budget.heard)
        self._session.headers.update({"Accept": JSON, "User-Agent": "tallystick/0.1.0"})
        self.hubspot: HubSpot = client_over(self._send)
        """The typed client; its methods are given to `ask`."""
        self.budget = budget
        self.sleep = sleep
        self.server_date: datetime | None = None
        """HubSpot's clock at its last answer."""

    def ask(self, method: Callable[..., Any], *given: Any, read: Callable[[requests.Response], T], **options: Any) -> T:
        """Make one idempotent call of the typed client and read its answer; both again where they are interrupted."""
        return repeated(lambda: read(method(*given, _preload_content=False, **options)), self.sleep)

    def get(self, path: str, answer: type[T], **params: str) -> T:
        """GET what the typed client has no method for, decoded and checked."""
        read = json_reader(answer)
        return repeated(lambda: read(self._send("GET", path, params=params)), self.sleep)

    def answer_to(self, path: str, *, login: bool = True, **params: str) -> requests.Response:
        """GET whatever comes back, refusals too: for finding out how HubSpot refuses."""
        session = self._session if login else self._login_session
        return repeated(lambda: self._sent(session, "GET", path, params=params), self.sleep)

    def _send(self, method: str, path: str, **options: Any) -> requests.Response:
        """Send one call once; whatever is no success is raised."""
        return _succeeded(self._sent(self._session, method, path, **options))

    def _sent(self, session: requests.Session, method: str, path: str, **options: Any) -> requests.Response:
        """Send one call once, at HubSpot's pace."""
        self.budget.spend()
        if pause := self.budget.pause_s(search=path.endswith("/search")):
            self.sleep(pause)
        response = session.request(method, self._url(path), allow_redirects=False, **options)
        with contextlib.suppress(TypeError, ValueError):
            self.server_date = parsedate_to_datetime(response.headers.get("Date", "")).astimezone(UTC)
        return response

    def _url(self, path: str) -> str:
        return self._base + dated(path, self._version)

    def _auth(self, credentials: Credentials, monotonic: Callable[[], float]) -> AuthBase:
        if isinstance(credentials, Key):
            return KeyAuth(credentials)
        tokens = TokenSource(lambda: self._log_in(credentials), monotonic, crm="HubSpot", remedy=LOGIN_REMEDY)
        return Bearer(tokens)

    def _log_in(self, credentials: OAuthRefresh) -> tuple[str, str]:
        """A fresh access token; the token endpoint itself must not be sent one."""

        def send(method: str, path: str, **options: Any) -> requests.Response:
            return _succeeded(self._login_session.request(method, self._url(path), allow_redirects=False, **options))

        form = {
            "grant_type": "refresh_token",
            "client_id": credentials.client_id,
            "client_secret": credentials.client_secret.get_secret_value(),
            "refresh_token": credentials.refresh_token.get_secret_value(),
        }
        try:
            answer = client_over(send).oauth.tokens_api.create(**form, _preload_content=False)
        except TryAgain:
            raise
        except ConnectorError as problem:
            msg = f"HubSpot refused the login ({problem.code or 'no reason given'}). {LOGIN_REMEDY}"
            raise NotAllowed(msg, code=problem.code) from None
        return json_reader(_Token)(answer).access_token, ""


def _succeeded(response: requests.Response) -> requests.Response:
    if not response.ok:
        raise error_of(response)
    check_type(response, JSON)
    return response
