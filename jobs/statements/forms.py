"""The forms in which a statement leaves the terminal, each made from the one plain-data statement."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from jobs.statements.page import page


def _as_page(answer: Mapping[str, Any]) -> bytes:
    return page(answer).encode()


FORMS: Mapping[str, Callable[[Mapping[str, Any]], bytes]] = MappingProxyType({"html": _as_page})
"""By the ending of its file."""
