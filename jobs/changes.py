"""What changed of a deal between two looks at the book, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
from sqlalchemy import Connection

from engine.money import format_amount
from store import canonical

Deal = Mapping[str, Any]
"""A row of `Deals`; empty where the book knows no such deal."""
MICROS = "_micros"


def deal_of(conn: Connection, record_id: str) -> Deal:
    """What the book says of a record that is a deal; nothing of any other."""
    found = canonical.load_book(conn, [], [record_id]).deals.filter(pl.col("deal_id") == record_id)
    return found.row(0, named=True) if found.height else {}


def changed_fields(before: Deal, after: Deal) -> list[str]:
    """The fields in which they differ, in the order of the book."""
    return [name for name in {**before, **after} if before.get(name) != after.get(name)]


def told_changes(before: Deal, after: Deal) -> list[str]:
    """Each of them with its value before and after, such as `acv: 1,000.00 USD -> 2,000.00 USD`."""
    return [
        f"{name.removesuffix(MICROS)}: {_told(name, before)} -> {_told(name, after)}"
        for name in changed_fields(before, after)
    ]


def _told(name: str, deal: Deal) -> str:
    value, currency = deal.get(name), deal.get("currency")
    if value is None:
        return "nothing"
    if name.endswith(MICROS) and currency is not None:
        return f"{format_amount(value, currency)} {currency}"
    return str(value)
