"""Requests and responses of a stand-in CRM, apart from sockets and from the CRM's own ways."""

import zlib
from dataclasses import dataclass, field, replace
from email.message import Message
from functools import lru_cache
from typing import Self
from urllib.parse import parse_qsl, urlsplit

from sandbox.faults import Rule

_GZIP_FROM = 1_000
_MEMBERS_KEPT = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request as it came; `faults` are those that strike it."""

    method: str
    target: str
    headers: "Message[str, str]"
    body: bytes = b""
    faults: tuple[Rule, ...] = ()

    @property
    def path(self) -> str:
        """The path, still percent-encoded, without a trailing slash."""
        return urlsplit(self.target).path.rstrip("/") or "/"

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The parameters of the address; a name may come more than once."""
        return parse_qsl(urlsplit(self.target).query, keep_blank_values=True)

    @property
    def query(self) -> dict[str, str]:
        """The parameters of the address, the last of a name."""
        return dict(self.pairs)

    @property
    def host(self) -> str:
        """The host and port that the client called."""
        return self.headers.get("Host") or "127.0.0.1"

    def struck_by(self, do: str) -> Rule | None:
        """Give the fault of this verb that strikes this request."""
        return next((rule for rule in self.faults if rule.do == do), None)

    def struck(self, faults: tuple[Rule, ...]) -> Self:
        """Give the request with the faults that strike it."""
        return replace(self, faults=faults)


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
