"""Logging in, and one call: the only way the rest of the connector talks to Salesforce."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

import msgspec
import requests
from pydantic import SecretStr
from simple_salesforce import login as signing
from simple_salesforce.api import Salesforce
from simple_salesforce.exceptions import SalesforceAuthenticationFailed
from simple_salesforce.login import SalesforceLogin

from connectors.answers import JSON, Interrupted, check_type, json_reader, repeated
from connectors.port import ConnectorError, NotAllowed, Refused
from connectors.salesforce.budget import ApiBudget
from connectors.salesforce.errors import error_of
from connectors.salesforce.transport import DEAD_FOR_GOOD, SALESFORCE
from connectors.tokens import Bearer, TokenSource
from connectors.transport import CALL_S_MAX, NoAuth, guarded_session

API_VERSION = "66.0"
CSV = "text/csv"
T = TypeVar("T")
LOGIN_REMEDY = "Check the app's policies and the integration user's API permission."


@dataclass(frozen=True, slots=True)
class ClientCredentials:
    """OAuth client credentials of an External Client App; `host` is the org's My Domain."""

    host: str
    key: str
    secret: SecretStr


@dataclass(frozen=True, slots=True)
class JwtBearer:
    """OAuth JWT bearer: no secret leaves this machine. `audience` is `test` for sandboxes, else `login`."""

    host: str
    key: str
    username: str
    private_key: SecretStr
    audience: str = "login"


Credentials = ClientCredentials | JwtBearer


def _part(host: str) -> str:
    """simple-salesforce wants `acme.my` for https://acme.my.salesforce.com."""
    name = host.removeprefix("https://").rstrip("/")
    if not name.endswith(".salesforce.com"):
        raise Refused(f"{host} is not an API host: use My Domain, such as acme.my.salesforce.com.", code="HOST")
    return name.removesuffix(".salesforce.com")


def log_in(credentials: Credentials, session: requests.Session) -> tuple[str, str]:
    """A fresh access token and the host it is good for."""
    try:
        if isinstance(credentials, ClientCredentials):
            token, host = SalesforceLogin(
                consumer_key=credentials.key,
                consumer_secret=credentials.secret.get_secret_value(),
                domain=_part(credentials.host),
                session=session,
            )
        else:
            token, host = SalesforceLogin(
                username=credentials.username,
                consumer_key=credentials.key,
                privatekey=credentials.private_key.get_secret_value(),
                domain=credentials.audience,
                instance_url=_part(credentials.host),
                session=session,
            )
    except SalesforceAuthenticationFailed as problem:
        raise _login_error(problem) from None
    except (AttributeError, TypeError):
        raise Interrupted("the login was answered with something that is not a token.") from None
    except (ValueError, signing.jwt.PyJWTError):  # type: ignore[attr-defined]  # what it signs with; only it needs the package
        raise NotAllowed("the private key cannot be read: it must be an RSA key in PEM form.", code="KEY") from None
    if not token or not host:
        raise Interrupted("the login was answered without a token.")
    return str(token), str(host)


def _refused_by_the_api(response: requests.Response, **_: Any) -> None:
    """A login that is answered as any other call, with a list, is refused for the org's reasons, such as its calls."""
    if not response.ok and response.content.lstrip().startswith(b"["):
        raise error_of(response)


def _login_error(problem: SalesforceAuthenticationFailed) -> ConnectorError:
    """Words from the token endpoint are OAuth codes; an HTTP number means that the answer was not JSON."""
    if not isinstance(problem.code, str):
        return Interrupted(f"the login was not answered in JSON (HTTP {problem.code}).")
    msg = (
        f"Salesforce refused the login: {problem.code} ({problem.auth_message}). Check the consumer key and secret "
        "(or the certificate), that the app's flow is enabled, and that its user is active and may use the API."
    )
    return NotAllowed(msg, code=problem.code)


class Connection:
    """One org behind one set of credentials. Thread-safe; holds no clock of its own but what is passed in."""

    def __init__(
        self,
        credentials: Credentials,
        *,
        budget: ApiBudget,
        base_url: str | None = None,
        client: str = "tallystick/0.1.0",
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
        call_s_max: float = CALL_S_MAX,
    ) -> None:
        limits: dict[str, Any] = {"call_s_max": call_s_max, "monotonic": monotonic}
        login_session = guarded_session(SALESFORCE, base_url, NoAuth(), **limits)
        login_session.hooks["response"].append(_refused_by_the_api)
        self._tokens = TokenSource(
            lambda: log_in(credentials, login_session), monotonic, crm="Salesforce", remedy=LOGIN_REMEDY
        )
        self._session = guarded_session(SALESFORCE, base_url, Bearer(self._tokens, DEAD_FOR_GOOD), **limits)
        self._session.hooks["response"].append(budget.heard)
        self._session.headers.update({"Accept": JSON, "Sforce-Call-Options": f"client={client}"})
        self._sf: Salesforce | None = None
        self.budget = budget
        self.sleep = sleep
        self.monotonic = monotonic
        self.server_date: datetime | None = None
        """The CRM's clock at its last answer."""

    @property
    def base(self) -> str:
        """Where the REST resources of our API version are."""
        if self._sf is None:
            token = self._tokens.get()
            instance = f"https://{self._tokens.host}"
            self._sf = Salesforce(session=self._session, session_id=token, instance_url=instance, version=API_VERSION)
        return str(self._sf.base_url)

    def get(self, path: str, answer: type[T], **options: Any) -> T:
        """GET a JSON resource below /services/data/vNN.N/, decoded and checked."""
        return self.fetch("GET", path, read=json_reader(answer), **options)

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        """Send one idempotent call and leave the answer as it is."""
        return self.fetch(method, path, read=_as_it_is, **options)

    def fetch(self, method: str, path: str, *, read: Callable[[requests.Response], T], **options: Any) -> T:
        """Send one idempotent call and read its answer; both again, a few times, when they are interrupted."""
        return repeated(lambda: read(self.once(method, path, **options)), self.sleep)

    def once(
        self,
        method: str,
        path: str,
        *,
        body: object = None,
        accept: str = JSON,
        headers: Mapping[str, str] | None = None,
        **options: Any,
    ) -> requests.Response:
        """Send one call once; for what may not be repeated."""
        self.budget.spend()
        sent = {"Accept": accept, **(headers or {})}
        if body is not None:
            options["data"] = msgspec.json.encode(body)
            sent["Content-Type"] = JSON
        url = self.base.split("/services/")[0] + path if path.startswith("/services/") else self.base + path
        response = self._session.request(method, url, headers=sent, allow_redirects=False, **options)
        self._hear_clock(response)
        if not response.ok:
            raise error_of(response)
        check_type(response, accept)
        return response

    def _hear_clock(self, response: requests.Response) -> None:
        with contextlib.suppress(TypeError, ValueError):
            self.server_date = parsedate_to_datetime(response.headers.get("Date", "")).astimezone(UTC)


def _as_it_is(response: requests.Response) -> requests.Response:
    return response
