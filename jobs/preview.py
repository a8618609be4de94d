"""Preview: the next cycle's computation on what is already pulled, rolled back. The real path, without the commit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import polars as pl

from engine.money import format_amount
from jobs.compute import advance
from jobs.configuration import Configuration
from jobs.running import Run
from store import canonical, runs, writeback
from store.database import Store

WRITES_MAX = 1_000_000
"""Writes listed at most."""


def preview(configuration: Configuration, store: Store, clock: Callable[[], datetime]) -> dict[str, Any]:
    """What the next cycle would post per payee and write per CRM record; the guard does not stop a look."""
    with store.rehearse() as conn:
        run = Run(store, run_id=runs.start_run(conn, "preview", clock()), token=0, clock=clock)
        computed = advance(conn, configuration, run, guarded=False)
        changes = [
            {"object": change.object, "record": change.record_id, "fields": dict(change.fields)}
            for change in writeback.due(conn, configuration.mapping.deal_object, clock(), WRITES_MAX)
        ]
        names = dict(canonical.whole(conn, "people").select("person_id", "name").iter_rows())
    return {
        "full": computed.full,
        "payees": _per_payee(computed.postings, names),
        "payable": _per_payee(computed.released, names),
        "writes": changes,
        "issues": [str(issue) for issue in computed.issues],
    }


def _per_payee(postings: pl.DataFrame, names: dict[str, str]) -> list[dict[str, Any]]:
    if postings.is_empty():
        return []
    sums = (
        postings.group_by("payee_id", "period", "currency")
        .agg(pl.col("delta_micros").sum(), pl.len().alias("lines"))
        .sort("payee_id", "period", "currency")
    )
    return [
        {
            "payee": names.get(row["payee_id"], row["payee_id"]),
            "period": row["period"],
            "lines": row["lines"],
            "change": format_amount(row["delta_micros"], row["currency"]),
            "currency": row["currency"],
        }
        for row in sums.iter_rows(named=True)
    ]
