"""The token endpoint of OAuth: a form in, a token out, and no authorization asked."""

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from sandbox.hubspot.wire import Request, Response, json_response

if TYPE_CHECKING:
    from sandbox.hubspot.state import Portal

_USER = 73_074_756


def token(portal: "Portal", request: Request) -> Response:
    """Give an access token."""
    form = dict(parse_qsl(request.body.decode()))
    granted = portal.tokens.exchange(form)
    return json_response({**granted, "hub_id": portal.id, "user_id": _USER, "scopes": ["oauth"]})
