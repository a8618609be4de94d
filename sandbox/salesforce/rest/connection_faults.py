"""Momentary faults that put another answer in the place of the right one, or spoil it."""

from typing import TYPE_CHECKING

from sandbox.faults import Rule
from sandbox.salesforce.errors import ApiError
from sandbox.salesforce.wire import JSON, Response, error_response

if TYPE_CHECKING:
    from sandbox.salesforce.state import Org

_MAINTENANCE = b"<!DOCTYPE html><html><head><title>Down for Maintenance</title></head><body>Sorry</body></html>"
_LIMITS = {
    "daily": ApiError("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.", status=403),
    "concurrent": ApiError(
        "REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests (Concurrent API Requests) Limit exceeded.", status=403
    ),
    "429": ApiError("REQUEST_LIMIT_EXCEEDED", "Too many requests", status=429),
}


def instead(org: "Org", struck: list[Rule]) -> Response | None:
    """Give the answer that takes the place of the right one, if a fault demands it. Nothing is applied then."""
    for rule in struck:
        if rule.do == "expire_token":
            org.expire_tokens()
        elif rule.do == "html_200":
            return Response(200, (_MAINTENANCE,), "text/html; charset=UTF-8")
        elif rule.do == "status":
            return _status(rule)
        elif rule.do == "rate_limit":
            return error_response(_LIMITS[str(rule.args.get("kind", "daily"))])
    return None


def spoil(response: Response, struck: list[Rule]) -> None:
    """Cut a JSON body in half, with a length that agrees."""
    if any(rule.do == "truncate_json" for rule in struck):
        body = response.body
        response.parts = (body[: len(body) // 2],)


def _status(rule: Rule) -> Response:
    status = int(rule.args.get("code", 503))
    if rule.args.get("html"):
        return Response(status, (_MAINTENANCE,), "text/html; charset=UTF-8")
    code = str(rule.args.get("error_code", "SERVER_UNAVAILABLE"))
    error = ApiError(code, str(rule.args.get("message", "the server is too busy")), status=status)
    return Response(status, error_response(error).parts, JSON)
