"""Requests and responses, apart from sockets."""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from email.message import Message
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import msgspec

from sandbox.faults import Rule
from sandbox.salesforce.errors import ApiError, bad_json
from sandbox.salesforce.queries.render import encode

JSON = "application/json;charset=UTF-8"
CSV = "text/csv; charset=UTF-8"
_decode = msgspec.json.Decoder(float_hook=Decimal).decode
_GZIP_FROM = 1_000
_MEMBERS_KEPT = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request; `user` and `version` are filled in on its way."""

    method: str
    target: str
    headers: "Message[str, str]"
    body: bytes = b""
    user: str = ""
    version: str = ""
    faults: tuple[Rule, ...] = ()

    @property
    def path(self) -> str:
        """The path, still percent-encoded, without a trailing slash."""
        return urlsplit(self.target).path.rstrip("/") or "/"

    @property
    def query(self) -> dict[str, str]:
        """The parameters of the address."""
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))

    @property
    def host(self) -> str:
        """The host and port that the client called."""
        return self.headers.get("Host") or "127.0.0.1"

    def struck_by(self, do: str) -> Rule | None:
        """Give the fault of this verb that strikes this request."""
        return next((rule for rule in self.faults if rule.do == do), None)

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

    def struck(self, faults: tuple[Rule, ...]) -> "Request":
        """Give the request with the faults that strike it."""
        return replace(self, faults=faults)

    def known(self, *, user: str, version: str) -> "Request":
        """Give the request with its user and version."""
        return replace(self, user=user, version=version)


@dataclass(slots=True)
class Response:
    """One answer; its body in parts, so that large parts can be kept compressed."""

    status: int = 200
    parts: tuple[bytes, ...] = ()
    content_type: str | None = None
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def body(self) -> bytes:
        """The whole body."""
        return b"".join(self.parts)

    def gzipped(self) -> bytes:
        """Compress the body fast; each part is a gzip member of its own, so that a part seen before costs nothing."""
        return b"".join(_gzip_kept(part) if len(part) >= _GZIP_FROM else _gzip(part) for part in self.parts)

    @property
    def worth_gzip(self) -> bool:
        """Whether compressing pays."""
        return sum(map(len, self.parts)) >= _GZIP_FROM


def _gzip(data: bytes) -> bytes:
    packer = zlib.compressobj(1, zlib.DEFLATED, 31)
    return packer.compress(data) + packer.flush()


_gzip_kept = lru_cache(maxsize=_MEMBERS_KEPT)(_gzip)


def json_response(value: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Answer with JSON."""
    return Response(status, (encode(value),), JSON, dict(headers or {}))


def error_response(problem: ApiError) -> Response:
    """Answer with an error."""
    return json_response(problem.body(), status=problem.status)
