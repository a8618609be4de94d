"""Serves an org over HTTP on loopback, and counts the calls that count."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from email.message import Message

from sandbox import serving
from sandbox.faults import Rule
from sandbox.salesforce.errors import ApiError
from sandbox.salesforce.rest import connection_faults
from sandbox.salesforce.rest.routes import answer
from sandbox.salesforce.state import Call, Org
from sandbox.salesforce.wire import Request, error_response
from sandbox.wire import Response

_REST = "/services/data/v"


class _Site:
    """An org, as the server sees it."""

    software = "sfdcedge"

    def __init__(self, org: Org) -> None:
        self.org, self.lock, self.faults = org, org.lock, org.faults

    def clock(self) -> datetime:
        """Tell the org's time."""
        return self.org.clock()

    def heard(self, method: str, target: str, headers: "Message[str, str]", body: bytes) -> Request:
        """Take up a request."""
        return Request(method=method, target=target, headers=headers, body=body)

    def answer(self, request: Request, struck: list[Rule]) -> Response:
        """Answer, spoil and count."""
        org = self.org
        response = connection_faults.instead(org, struck) or answer(org, request)
        org.tables.commit()
        connection_faults.spoil(response, struck)
        if request.path.startswith(_REST):
            org.note_call(Call(request.method, request.target, len(request.body), response.status))
            response.headers["Sforce-Limit-Info"] = f"api-usage={org.used}/{org.api_limit}"
        return response

    def refuse(self, code: str, message: str, status: int) -> Response:
        """Answer with an error."""
        return error_response(ApiError(code, message, status=status))


def running(org: Org, port: int = 0) -> AbstractContextManager[str]:
    """Serve an org while the block runs; gives the address. Port 0 takes a free one."""
    return serving.running(_Site(org), port)


def serve_forever(org: Org, port: int, announce: Callable[[str], None] = lambda _: None) -> None:
    """Serve an org until the process is told to stop; `announce` is told the address, once it answers."""
    serving.serve_forever(_Site(org), port, announce)
