"""Preview: the next cycle's computation on what is already pulled, rolled back. The real path, without the commit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import polars as pl

from engine.money import format_amount
from jobs.access.visible import Sight
from jobs.books.drift import compute_noticing
from jobs.configuration import Configuration
from jobs.owners.ahead import owners_ahead
from jobs.publishing.ahead import records_ahead
from jobs.publishing.desire import pay_objects
from jobs.running import Run
from store import canonical, runs, writeback
from store.database import Store

WRITES_MAX = 1_000_000
"""Writes listed at most."""


def preview(configuration: Configuration, store: Store, clock: Callable[[], datetime], sight: Sight) -> dict[str, Any]:
    """What the next cycle would post per payee and write per CRM record; the guard does not stop a look.

    Of payees who are seen; what would be written on deals, and what is wrong, is for those who see everybody.
    """
    with store.rehearse() as conn:
        run = Run(store, run_id=runs.start_run(conn, "preview", clock()), token=0, clock=clock)
        computed = compute_noticing(conn, configuration, run, guarded=False)
        changes = [
            {"object": change.object, "record": change.record_id, "fields": dict(change.fields)}
            for change in writeback.due(conn, configuration.mapping.deal_object, clock(), WRITES_MAX)
        ]
        names = dict(canonical.whole(conn, "people").select("person_id", "name").iter_rows())
        pay = pay_objects(configuration)
        records = records_ahead(conn, pay, names, sight, clock()) if pay else []
        owners = owners_ahead(conn, configuration.mapping, computed.outcomes, clock())
    return {
        "full": computed.full,
        "payees": _per_payee(computed.postings, names, sight),
        "payable": _per_payee(computed.released, names, sight),
        "writes": changes if sight.everyone else [],
        "owners": owners if sight.everyone else [],
        "records": records,
        "issues": [str(issue) for issue in computed.issues] if sight.everyone else [],
    }


def _per_payee(every: pl.DataFrame, names: dict[str, str], sight: Sight) -> list[dict[str, Any]]:
    postings = every if every.is_empty() else sight.rows(every)
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
