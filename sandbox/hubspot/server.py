"""Serves a portal over HTTP on loopback, and counts its calls."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from email.message import Message

from sandbox import serving
from sandbox.faults import Rule
from sandbox.hubspot.errors import ApiError
from sandbox.hubspot.rest import connection_faults
from sandbox.hubspot.rest.routes import answer
from sandbox.hubspot.state import Call, Portal
from sandbox.hubspot.wire import Request, error_response
from sandbox.wire import Response


class _Site:
    """A portal, as the server sees it."""

    software = "cloudflare"

    def __init__(self, portal: Portal) -> None:
        self.portal, self.lock, self.faults = portal, portal.lock, portal.faults

    def clock(self) -> datetime:
        """Tell the portal's time."""
        return self.portal.clock()

    def heard(self, method: str, target: str, headers: "Message[str, str]", body: bytes) -> Request:
        """Take up a request."""
        return Request(method=method, target=target, headers=headers, body=body)

    def answer(self, request: Request, struck: list[Rule]) -> Response:
        """Answer, spoil and count."""
        portal = self.portal
        response = connection_faults.instead(portal, struck) or answer(portal, request)
        connection_faults.spoil(response, struck)
        portal.note_call(Call(request.method, request.target, len(request.body), response.status))
        return response

    def refuse(self, code: str, message: str, status: int) -> Response:
        """Answer with an error."""
        return error_response(ApiError(code, message, status=status), self.portal.correlation_id())


def running(portal: Portal, port: int = 0) -> AbstractContextManager[str]:
    """Serve a portal while the block runs; gives the address. Port 0 takes a free one."""
    return serving.running(_Site(portal), port)


def serve_forever(portal: Portal, port: int, announce: Callable[[str], None] = lambda _: None) -> None:
    """Serve a portal until the process is told to stop; `announce` is told the address, once it answers."""
    serving.serve_forever(_Site(portal), port, announce)
