"""Preview: the next cycle's computation on what is already pulled, rolled back. The real path, without the commit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import polars as pl

from connectors.port import ConnectorError
from engine.model import Issue, Severity
from engine.money import format_amount
from jobs.access.visible import Sight
from jobs.books.drift import compute_noticing
from jobs.configuration import Configuration
from jobs.cycle import Crm
from jobs.owners.ahead import Ahead, fields_ahead, look_ahead, places_ahead
from jobs.owners.places import FieldPlace, owner_places
from jobs.people import refused
from jobs.publishing.ahead import records_ahead
from jobs.publishing.objects import pay_objects
from jobs.running import Run
from jobs.settings import SettingsProblem
from store import canonical, runs, writeback
from store.database import Store

WRITES_MAX = 1_000_000
"""Writes listed at most."""


def preview(
    configuration: Configuration,
    store: Store,
    clock: Callable[[], datetime],
    sight: Sight,
    connect: Callable[[], Crm] | None = None,
) -> dict[str, Any]:
    """What the next cycle would post per payee and write per CRM record; the guard does not stop a look.

    Of payees who are seen; what would be written on deals, and what is wrong, is for those who see everybody. Teams and
    splits that are set are read from the CRM.
    """
    with store.rehearse() as conn:
        run = Run(store, run_id=runs.start_run(conn, "preview", clock()), token=0, clock=clock)
        computed = compute_noticing(conn, configuration, run, guarded=False)
        changes = [
            {"object": change.object, "record": change.record_id, "fields": dict(change.fields)}
            for change in writeback.due(conn, configuration.mapping.deal_object, clock(), WRITES_MAX)
        ]
        names = dict(canonical.whole(conn, "people").select("person_id", "name").iter_rows())
        slips = refused(conn)
        pay = pay_objects(configuration)
        records = records_ahead(conn, pay, names, sight, clock()) if pay else []
        ahead = look_ahead(conn, configuration.mapping, computed.outcomes, clock())
    owners, unread = _owners(configuration, ahead, connect) if sight.everyone else ([], [])
    return {
        "full": computed.full,
        "payees": _per_payee(computed.postings, names, sight),
        "payable": _per_payee(computed.released, names, sight),
        "writes": changes if sight.everyone else [],
        "owners": owners,
        "records": records,
        "issues": [str(issue) for issue in (*unread, *slips, *computed.issues)] if sight.everyone else [],
    }


def _owners(
    configuration: Configuration, ahead: Ahead, connect: Callable[[], Crm] | None
) -> tuple[list[dict[str, Any]], list[Issue]]:
    """Whom deals would name; what the CRM does not answer is told, and the rest is shown."""
    mapping = configuration.mapping
    shown, unread = fields_ahead(ahead, mapping.ownership.fields), list[Issue]()
    if connect is None or not ahead.owned or not (mapping.ownership.members or mapping.ownership.splits):
        return shown, unread
    try:
        crm = connect()
        places = owner_places(mapping, crm.target, crm.team, crm.splits)
        shown += places_ahead(ahead, [each for each in places if not isinstance(each, FieldPlace)])
    except (ConnectorError, SettingsProblem) as problem:
        remedy = "Look again once the CRM answers; what is listed of owners is the owner fields alone."
        unread.append(Issue("owners_not_read", Severity.WARNS, "teams and splits in the CRM", str(problem), remedy))
    return shown, unread


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
