"""The largest page a portal grants, where HubSpot does not say how large one may be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import requests

from connectors.hubspot.errors import Answered

T = TypeVar("T")


def fitting(sizes: Sequence[int], ask: Callable[[int], T]) -> tuple[int, T]:
    """The first of these sizes that is granted, with its page; a refusal of the last one is the caller's."""
    size, *smaller = sizes
    try:
        return size, ask(size)
    except Answered as refused:
        if not smaller or refused.status != requests.codes.bad_request:
            raise
    return fitting(smaller, ask)
