"""The text that marks how far an object has been read: a connector's own, opaque to everybody else."""

from __future__ import annotations

from typing import Self

import msgspec

from connectors.port import Refused


class Place(msgspec.Struct, frozen=True, omit_defaults=True):
    """How a connector's cursor is stored; each adds what it must remember."""

    def text(self) -> str:
        """The form that is stored."""
        return msgspec.json.encode(self).decode()

    @classmethod
    def read(cls, text: str | None) -> Self:
        """The cursor of a text that we wrote; anything else is refused rather than read from the start."""
        if text is None:
            return cls()
        try:
            return msgspec.json.decode(text, type=cls)
        except msgspec.DecodeError:
            msg = f"{text[:60]!r} is not a cursor of this connector. Remove it to read the object anew."
            raise Refused(msg) from None
