"""Orders by lot, of which the first component that takes a deal takes it alone."""

from __future__ import annotations

from random import Random
from typing import Any

ALIKE = ("credits", "levels", "portion", "dated_by")


def precedence(chance: Random, document: dict[str, Any]) -> dict[str, Any]:
    """`precedence` of components whose measures add up the same credits; those in front take whole deals, not lines."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for part in document["components"]:
        measure = document["measures"][part["measure"]]
        if not measure.keys() & {"import", "of", "weighted", "ratio", "adds", "across"}:
            groups.setdefault(str([measure.get(key) for key in ALIKE]), []).append(part)
    orders = [order for group in groups.values() if len(order := _order(chance, group, document)) > 1]
    if not orders or chance.random() < 0.4:
        return {}
    return {"precedence": orders[0] if len(orders) == 1 else orders}


def _order(chance: Random, group: list[dict[str, Any]], document: dict[str, Any]) -> list[str]:
    """They stand in any order; those that look at lines are last, and only one of them."""
    by_line = [part["id"] for part in group if "lines" in document["measures"][part["measure"]]]
    whole = [part["id"] for part in group if part["id"] not in by_line]
    return [*chance.sample(whole, len(whole)), *by_line[:1]]
