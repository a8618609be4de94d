"""Sessions: OAuth client credentials and JWT bearer, and which user a token stands for.

WARNING: the signature of a JWT is NOT verified. Its claims are (issuer, subject, audience, expiry), so a client's
claims are tested and its key is not. Whoever can reach this server can be any user of the made-up org.
"""

import base64
import itertools
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import msgspec

from sandbox.salesforce.errors import session_expired
from sandbox.salesforce.wire import Request, Response, json_response

if TYPE_CHECKING:
    from sandbox.salesforce.state import Org

JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_SKEW_S = 300


class Tokens:
    """Live access tokens and whose they are."""

    def __init__(self, consumer_key: str, consumer_secret: str) -> None:
        self.consumer_key, self.consumer_secret = consumer_key, consumer_secret
        self._live: dict[str, str] = {}
        self._numbers = itertools.count(1)

    def issue(self, org_id: str, user: str) -> str:
        """Start a session."""
        token = f"{org_id[:15]}!AQ.sandbox.{next(self._numbers):06d}"
        self._live[token] = user
        return token

    def user_of(self, authorization: str | None) -> str:
        """Give the user whose token a request bears; INVALID_SESSION_ID when it is not live."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme not in {"Bearer", "OAuth"} or token not in self._live:
            raise session_expired()
        return self._live[token]

    def expire(self) -> None:
        """End every session."""
        self._live.clear()

    def revoke(self, token: str) -> None:
        """End one session."""
        self._live.pop(token, None)


class OAuthError(Exception):
    """A refused token request; unlike all other errors it is answered as an object."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(f"{error}: {description}")
        self.error, self.description = error, description


def token_endpoint(org: "Org", request: Request) -> Response:
    """Answer `POST /services/oauth2/token`."""
    form = dict(parse_qsl(request.body.decode("utf-8", "replace")))
    try:
        user = _granted_user(org, request, form)
    except OAuthError as problem:
        body = {"error": problem.error, "error_description": problem.description}
        return json_response(body, status=400)
    return json_response(_token(org, user, request.host))


def _granted_user(org: "Org", request: Request, form: dict[str, str]) -> str:
    grant = form.get("grant_type", "")
    if grant == "client_credentials":
        _check_client(org, request, form)
        return org.integration_user
    if grant == JWT_BEARER:
        return _jwt_user(org, form.get("assertion", ""), request.host)
    raise OAuthError("unsupported_grant_type", "grant type not supported")


def _token(org: "Org", user: str, host: str) -> dict[str, str]:
    org_id = str(org.organization["Id"])
    return {
        "access_token": org.tokens.issue(org_id, user),
        "signature": "c2FuZGJveA==",
        "scope": "api",
        "instance_url": f"http://{host}",
        "id": f"https://login.salesforce.com/id/{org_id}/{user}",
        "token_type": "Bearer",
        "issued_at": str(int(org.clock().timestamp() * 1000)),
    }


def _check_client(org: "Org", request: Request, form: dict[str, str]) -> None:
    key, secret = form.get("client_id", ""), form.get("client_secret", "")
    scheme, _, encoded = (request.headers.get("Authorization") or "").partition(" ")
    if scheme == "Basic":
        try:
            key, _, secret = base64.b64decode(encoded).decode().partition(":")
        except ValueError:  # neither base64 nor text
            raise OAuthError("invalid_client", "invalid client credentials") from None
    if key != org.tokens.consumer_key:
        raise OAuthError("invalid_client_id", "client identifier invalid")
    if secret != org.tokens.consumer_secret:
        raise OAuthError("invalid_client", "invalid client credentials")


def _jwt_user(org: "Org", assertion: str, host: str) -> str:
    claims = _claims(assertion)
    if claims.get("iss") != org.tokens.consumer_key:
        raise OAuthError("invalid_client_id", "client identifier invalid")
    if not _is_audience(str(claims.get("aud")), host):
        raise OAuthError("invalid_grant", "audience is invalid")
    expires, now = claims.get("exp"), org.clock().timestamp()
    if not isinstance(expires, int | float) or not now - _SKEW_S < expires < now + 2 * _SKEW_S:
        raise OAuthError("invalid_grant", "expired authorization code")
    for user in org.tables["User"].find("Username", str(claims.get("sub"))):
        if user.get("IsActive"):
            return str(user["Id"])
    raise OAuthError("invalid_grant", "user hasn't approved this consumer")


def _claims(assertion: str) -> dict[str, Any]:
    parts = assertion.split(".")
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(parts[1] + "=="), type=dict[str, Any])
    except (IndexError, msgspec.DecodeError, ValueError):
        raise OAuthError("invalid_grant", "invalid assertion") from None


def _is_audience(audience: str, host: str) -> bool:
    address = urlsplit(audience)
    return (address.hostname or "").endswith(".salesforce.com") or address.netloc == host
