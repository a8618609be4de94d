"""Who may call: tokens that stay, tokens that expire, and what each may do."""

from dataclasses import dataclass
from typing import Any

from sandbox.hubspot.clock import Clock, millis
from sandbox.hubspot.errors import ApiError

TOKEN, CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN, CODE = (
    "sandbox-token",
    "sandbox-client",
    "sandbox-secret",
    "sandbox-refresh",
    "sandbox-code",
)
EXPIRES_S = 1_800
_UNAUTHORIZED, _FORBIDDEN = 401, 403


@dataclass(slots=True)
class Token:
    """One access token; `scopes` None may do everything."""

    text: str
    scopes: frozenset[str] | None = None
    expires_ms: int | None = None


class Tokens:
    """The tokens of the portal."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._tokens = {TOKEN: Token(TOKEN)}
        self._numbers = 0

    def issue(self, text: str, scopes: frozenset[str] | None = None) -> None:
        """Let a token in that stays."""
        self._tokens[text] = Token(text, scopes)

    def revoke(self, text: str) -> None:
        """Let a token in no longer."""
        self._tokens.pop(text, None)

    def expire(self) -> None:
        """End every token that OAuth gave."""
        for token in self._tokens.values():
            if token.expires_ms is not None:
                token.expires_ms = 0

    def check(self, header: str | None) -> Token:
        """Give the token of a request; 401 without a good one."""
        token = self._named(header)
        if token is None:
            raise unauthorized()
        if token.expires_ms is not None and token.expires_ms <= millis(self._clock()):
            raise expired()
        return token

    def is_oauth(self, header: str | None) -> bool:
        """Whether a request's token is one that OAuth gave."""
        token = self._named(header)
        return token is not None and token.expires_ms is not None

    def _named(self, header: str | None) -> Token | None:
        scheme, _, text = (header or "").partition(" ")
        return self._tokens.get(text.strip()) if scheme.lower() == "bearer" else None

    def exchange(self, form: dict[str, str]) -> dict[str, Any]:
        """Give an access token for a refresh token or a code, as OAuth does."""
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            raise _bad_grant("BAD_CLIENT_ID", "missing or invalid client id or secret")
        granted = {"refresh_token": ("refresh_token", REFRESH_TOKEN), "authorization_code": ("code", CODE)}
        name, wanted = granted.get(form.get("grant_type", ""), ("grant_type", ""))
        if not wanted or form.get(name) != wanted:
            raise _bad_grant("BAD_REFRESH_TOKEN" if name == "refresh_token" else "BAD_AUTH_CODE", f"invalid {name}")
        self._numbers += 1
        text = f"na1-sandbox-access-{self._numbers}"
        self._tokens[text] = Token(text, None, millis(self._clock()) + EXPIRES_S * 1_000)
        return {
            "token_type": "bearer",
            "refresh_token": REFRESH_TOKEN,
            "access_token": text,
            "expires_in": EXPIRES_S,
            "token_use": "access_token",
        }


def _bad_grant(status: str, message: str) -> ApiError:
    return ApiError(status, message)


def unauthorized() -> ApiError:
    """No token, or one that nobody knows."""
    return ApiError(
        "INVALID_AUTHENTICATION",
        "Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find more "
        "details at https://developers.hubspot.com/docs/methods/auth/oauth-overview",
        status=_UNAUTHORIZED,
    )


def expired() -> ApiError:
    """The token was good once."""
    return ApiError("EXPIRED_AUTHENTICATION", "The OAuth token used to make this call expired.", status=_UNAUTHORIZED)


def check_scopes(token: Token, scopes: tuple[str, ...]) -> None:
    """Refuse a token that has none of the scopes one of which the call needs."""
    if scopes and token.scopes is not None and not token.scopes & set(scopes):
        raise missing_scopes(scopes)


def missing_scopes(scopes: tuple[str, ...]) -> ApiError:
    """The app may not do this; the scopes are named."""
    detail = {
        "message": "One or more of the following scopes are required.",
        "context": {"requiredGranularScopes": list(scopes)},
    }
    message = "This app hasn't been granted all required scopes to make this call."
    return ApiError("MISSING_SCOPES", message, status=_FORBIDDEN, errors=[detail])
