"""hubspot-api-client over our own session: one pool, our limits, and dated paths instead of the client's v3 and v4.

The client builds a new connection pool for every typed call, knows no timeout and no date versions, and hides its calls
from `requests`. Its `api_factory` lets another transport in, which is this one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from types import ModuleType
from typing import Any, Protocol
from urllib.parse import urlsplit

import msgspec
import requests
from hubspot import HubSpot

from connectors.port import Refused
from connectors.transport import Host

BASE_URL = "https://api.hubapi.com"
LEGACY = "legacy"
VERSIONS = ("2026-09", "2026-03", LEGACY)
"""API versions we know: HubSpot names them by date; `legacy` are the client's own paths, unsupported from 2027 on."""

_DATED = tuple(
    (re.compile(legacy), dated)
    for legacy, dated in (
        ("^/crm/v3/objects/deals/splits/", "/deal-splits/{}/"),
        ("^/crm/v3/objects/", "/crm/objects/{}/"),
        ("^/crm/v3/owners/?$", "/crm/owners/{}"),
        ("^/crm/v3/owners/", "/crm/owners/{}/"),
        ("^/crm/v3/properties/", "/crm/properties/{}/"),
        ("^/crm/v3/pipelines/", "/crm/pipelines/{}/"),
        ("^/crm-object-schemas/v3/", "/crm-object-schemas/{}/"),
        ("^/crm/v4/associations/", "/crm/associations/{}/"),
        ("^/oauth/v1/token$", "/oauth/{}/token"),
        ("^/account-info/v3/", "/account-info/{}/"),
        ("^/settings/v3/currencies/", "/settings/currencies/{}/"),
    )
)
JSON_BODY = {"Content-Type": "application/json"}
VERBS = frozenset({"GET", "POST", "PATCH", "PUT", "DELETE"})


def dated(path: str, version: str) -> str:
    """The path of an API version; a path that has no dated form stays.

    >>> dated("/crm/v3/objects/deals/batch/read", "2026-09")
    '/crm/objects/2026-09/deals/batch/read'
    """
    if version == LEGACY:
        return path
    for legacy, form in _DATED:
        if legacy.match(path):
            return legacy.sub(form.format(version), path, count=1)
    return path


def check_host(url: str) -> None:
    """Refuse to send the token anywhere but HubSpot's API hosts."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme != "https" or not host.endswith(".hubapi.com"):
        raise Refused(f"{host} is not a HubSpot API host (https://….hubapi.com): nothing was sent.", code="HOST")


HUBSPOT = Host("HubSpot", check_host, "Check the network.")


def encoded(body: object) -> bytes:
    """A large body as it goes over the wire: the client passes bytes on, where it walks through anything else."""
    return msgspec.json.encode(body)


class Send(Protocol):
    """Sends one call and gives its answer; whatever is no success is raised."""

    def __call__(self, method: str, path: str, **options: Any) -> requests.Response:
        """`path` is the client's own; options are those of `requests`."""
        ...


class SessionRest:
    """Stands where the client keeps its own REST object, and passes every call on to `send`."""

    def __init__(self, send: Send) -> None:
        self._send = send

    def request(
        self,
        method: str,
        url: str,
        *,
        query_params: Any = None,
        headers: Any = None,  # noqa: ARG002  the session has its own: the client's would bring its token along
        body: Any = None,
        post_params: Any = None,
        _preload_content: bool = True,
        _request_timeout: Any = None,
    ) -> requests.Response:
        """One call as the client makes it. Answers stay as they are: its models cost eight times the decoding."""
        if isinstance(body, bytes):
            return self._send(method, url, params=query_params or None, data=body, headers=JSON_BODY)
        sent = {"json": body} if body is not None else {"data": dict(post_params)} if post_params else {}
        return self._send(method, url, params=query_params or None, **sent)

    def __getattr__(self, verb: str) -> Callable[..., requests.Response]:
        """The client calls a method by the name of its HTTP verb."""
        if verb not in VERBS:
            raise AttributeError(verb)
        return lambda url, **options: self.request(verb, url, **options)


def client_over(send: Send) -> HubSpot:
    """The typed client, each of its API objects made once, all of them over one session."""
    made: dict[tuple[str, str], Any] = {}

    def api(package: ModuleType, name: str, _: Any) -> Any:
        key = (package.__name__, name)
        if key not in made:
            configuration = package.Configuration()
            configuration.host = ""
            api_client = package.ApiClient(configuration=configuration)
            api_client.rest_client = SessionRest(send)
            made[key] = getattr(package, name)(api_client=api_client)
        return made[key]

    return HubSpot(api_factory=api)
