"""Requests and responses as Salesforce's REST knows them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import msgspec

from sandbox import wire
from sandbox.salesforce.errors import ApiError, bad_json
from sandbox.salesforce.queries.render import encode
from sandbox.wire import Response

__all__ = ["CSV", "JSON", "Request", "Response", "error_response", "json_response"]

JSON = "application/json;charset=UTF-8"
CSV = "text/csv; charset=UTF-8"
_decode = msgspec.json.Decoder(float_hook=Decimal).decode


@dataclass(frozen=True, slots=True, kw_only=True)
class Request(wire.Request):
    """One request; `user` and `version` are filled in on its way."""

    user: str = ""
    version: str = ""

    def json(self) -> Any:
        """Read the body; numbers with a point are exact."""
        try:
            return _decode(self.body)
        except msgspec.DecodeError as problem:
            raise bad_json(f"Unexpected character: {problem}") from None

    def json_object(self) -> dict[str, Any]:
        """Read a body that must be an object."""
        value = self.json()
        if not isinstance(value, dict):
            raise bad_json("The HTTP entity body must be a JSON object")
        return value

    def known(self, *, user: str, version: str) -> "Request":
        """Give the request with its user and version."""
        return replace(self, user=user, version=version)


def json_response(value: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Answer with JSON."""
    return Response(status, (encode(value),), JSON, dict(headers or {}))


def error_response(problem: ApiError) -> Response:
    """Answer with an error."""
    return json_response(problem.body(), status=problem.status)
