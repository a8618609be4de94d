"""Requests and responses as HubSpot's API knows them."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar, cast

import msgspec

from sandbox import wire
from sandbox.hubspot.errors import ApiError, validation
from sandbox.wire import Response

__all__ = ["JSON", "LEGACY", "Request", "Response", "encode", "error_response", "json_response", "raw_response"]

JSON = "application/json;charset=utf-8"
LEGACY = "legacy"
encode = msgspec.json.Encoder(decimal_format="number").encode
Body = TypeVar("Body")


@cache
def _decoder(model: Hashable) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(model, float_hook=Decimal)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request(wire.Request):
    """One request; `version` is the date in the address, or `legacy` for v1 to v4."""

    version: str = LEGACY

    def read(self, model: type[Body]) -> Body:
        """Read the body; what does not fit is named by its place. Numbers with a point are exact."""
        try:
            body: Body = _decoder(cast("Hashable", model)).decode(self.body)
        except msgspec.DecodeError as problem:
            raise validation(f"Invalid input JSON: {problem}") from None
        return body

    def names(self, parameter: str) -> tuple[str, ...]:
        """Give a list parameter: repeated, or separated by commas."""
        found = [part for name, value in self.pairs if name == parameter for part in value.split(",") if part]
        return tuple(dict.fromkeys(found))

    def flag(self, parameter: str) -> bool:
        """Give a parameter that is true or false, in any case."""
        return self.query.get(parameter, "").lower() == "true"

    def number(self, parameter: str, *, default: int, most: int) -> int:
        """Give a parameter that is a number from 1 to `most`."""
        text = self.query.get(parameter, str(default))
        if not text.isdecimal() or not 1 <= int(text) <= most:
            raise validation(f"{parameter} must be between 1 and {most}, and was {text}")
        return int(text)

    def dated(self, version: str) -> "Request":
        """Give the request with its version."""
        return replace(self, version=version)


def raw_response(*parts: bytes, status: int = 200) -> Response:
    """Answer with JSON that is written already."""
    return Response(status, parts, JSON)


def json_response(value: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Answer with JSON."""
    return Response(status, (encode(value),), JSON, dict(headers or {}))


def error_response(problem: ApiError, correlation_id: str) -> Response:
    """Answer with an error."""
    return json_response(problem.body(correlation_id), status=problem.status, headers=problem.headers)
