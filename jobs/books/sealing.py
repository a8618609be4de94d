"""What is sealed of a statement when its period is closed: what it says, and all that it was made of."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

import polars as pl
from sqlalchemy import Connection

from engine.payees.paying.release import deferring
from engine.version import VERSION
from jobs.books.material import Material, batched, material, payees_in
from jobs.configuration import Configuration
from jobs.paying.told import told_payments
from jobs.statements.accounts import accounts
from jobs.statements.approved import approval_of
from jobs.statements.told import open_statement
from jobs.statements.waterfall import changed
from store import canonical, mirror
from store.computations import last_computation
from store.statements import seal

POSTING = [
    "number",
    "plan",
    "component",
    "period",
    "source_id",
    "part",
    "deal_id",
    "delta_micros",
    "currency",
    "reason",
]


def seal_all(conn: Connection, period: str, configuration: Configuration) -> int:
    """Seal the statements of everybody for whom something shows in the period; answers how many."""
    people = {row["person_id"]: row for row in canonical.whole(conn, "people").iter_rows(named=True)}
    made_with = _made_with(conn, configuration)
    payees = payees_in(conn, period)
    for some in batched(payees):
        read, paid = material(conn, some, period), told_payments(conn, configuration, some, period)
        for payee_id in some:
            payee = people.get(payee_id, {"person_id": payee_id, "name": payee_id, "email": None})
            of = read.of(payee_id)
            beside = {"made_with": made_with, "changed": changed(of), "payments": paid[payee_id]}
            beside["approval"] = approval_of(conn, configuration, payee_id, of)
            seal(conn, period, payee_id, content(payee, of, configuration) | beside)
    return len(payees)


def content(payee: dict[str, Any], of: Material, configuration: Configuration) -> dict[str, Any]:
    """The statement as it is told, and the lines, payables, postings and balances behind it, in micro-units."""
    shown = (rows.filter(pl.col("booked_in") == of.period).select(POSTING) for rows in (of.earned, of.released))
    earned, payable = ([list(row) for row in rows.iter_rows()] for rows in shown)
    return {
        "statement": open_statement(payee, of, configuration),
        "lines": _plain(of.rows),
        "payables": _plain(of.payables.filter(pl.col("period") == of.period)),
        "earned": earned,
        "payable": payable,
        "balances": [asdict(each) for each in accounts(of, configuration) if each.period == of.period],
    }


def _made_with(conn: Connection, configuration: Configuration) -> dict[str, Any]:
    """Engine, documents and records that the statement follows from; `plans` by name, as versions and terms."""
    computation = last_computation(conn)
    defers = deferring(configuration.rules.plans)
    plans: dict[str, Any] = {}
    for plan in configuration.rules.plans:
        plans.setdefault(plan.plan, {"versions": [], "releases": plan.plan in defers})["versions"].append(plan.version)
    return {
        "engine": VERSION,
        "configuration": configuration.fingerprint,
        "computation": computation.number if computation else None,
        "revision": mirror.last_revision(conn),
        "plans": plans,
    }


def _plain(rows: pl.DataFrame) -> list[dict[str, Any]]:
    return [{name: _text(value) for name, value in row.items()} for row in rows.iter_rows(named=True)]


def _text(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value
