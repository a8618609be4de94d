"""Momentary faults that put another answer in the place of the right one, or spoil it."""

from typing import TYPE_CHECKING

from sandbox.faults import Rule
from sandbox.hubspot.errors import ApiError
from sandbox.hubspot.rest.limits import rate_limited
from sandbox.hubspot.rest.tokens import unauthorized
from sandbox.hubspot.wire import Response, error_response

if TYPE_CHECKING:
    from sandbox.hubspot.state import Portal

_DOWN = b"<!DOCTYPE html><html><head><title>HubSpot is down</title></head><body>\xa0Sorry</body></html>"
"""Not UTF-8: a client that decodes it strictly falls over."""
_POLICIES = {"ten_secondly": "TEN_SECONDLY_ROLLING", "secondly": "SECONDLY", "daily": "DAILY"}


def instead(portal: "Portal", struck: list[Rule]) -> Response | None:
    """Give the answer that takes the place of the right one, if a fault demands it. Nothing is applied then."""
    for rule in struck:
        if rule.do == "expire_token":
            portal.expire_tokens()
        elif rule.do == "html_200":
            return _html(200)
        elif rule.do == "status":
            return _status(portal, rule)
        elif rule.do == "rate_limit":
            policy = _POLICIES[str(rule.args.get("kind", "ten_secondly"))]
            return error_response(rate_limited(policy), portal.correlation_id())
        elif rule.do == "unauthorized":
            return error_response(unauthorized(), portal.correlation_id())
    return None


def _html(status: int) -> Response:
    return Response(status, (_DOWN,), "text/html; charset=UTF-8")


def _status(portal: "Portal", rule: Rule) -> Response:
    status = int(rule.args.get("code", 503))
    headers = {"Retry-After": str(rule.args["retry_after"])} if "retry_after" in rule.args else {}
    if rule.args.get("html"):
        return _html(status)
    category = str(rule.args.get("category", "INTERNAL_ERROR"))
    problem = ApiError(category, str(rule.args.get("message", "internal error")), status=status, headers=headers)
    return error_response(problem, portal.correlation_id())


def spoil(response: Response, struck: list[Rule]) -> None:
    """Cut a JSON body in half, with a length that agrees."""
    if any(rule.do == "truncate_json" for rule in struck):
        body = response.body
        response.parts = (body[: len(body) // 2],)
