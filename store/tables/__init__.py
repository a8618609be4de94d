"""Declarations of all tables (DESIGN 2, data model), a module per concept."""

from __future__ import annotations

import sqlalchemy as sa

from store.tables import (
    access,
    adjustment,
    book,
    closing,
    computation,
    dispute,
    drift,
    expectation,
    ledger,
    mirror,
    operation,
    ownership,
    payment,
    results,
    writeback,
)
from store.tables.base import Table

__all__ = [
    "access",
    "adjustment",
    "book",
    "closing",
    "computation",
    "dispute",
    "drift",
    "expectation",
    "ledger",
    "metadata",
    "mirror",
    "operation",
    "ownership",
    "payment",
    "results",
    "table",
    "writeback",
]

metadata = Table.metadata
"""Every table of the store; a test holds the migrations to it."""


def table(name: str) -> sa.Table:
    """The Core table of this name; KeyError for a name that is none of ours."""
    return metadata.tables[name]
