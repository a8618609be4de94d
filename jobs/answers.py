"""Answers about a deal, as plain data: who owns it and why, who is credited, and what each earns.

Everything is read from the store; the sentences come from the lines' own facts. The same data is printed and given as
JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
from sqlalchemy import Connection

from engine.money import format_amount
from engine.telling.explain import RESPONSIBILITIES, explain_assignment
from engine.telling.payable_told import line_key, told_by_line
from jobs.access.visible import Sight
from jobs.books.adjusted import told_adjustments
from jobs.books.material import Told
from jobs.configuration import Configuration
from jobs.sentences import told_lines
from jobs.who import NotFound, names_of
from store import results, runs

Row = dict[str, Any]


def blame(conn: Connection, deal_id: str, sight: Sight) -> dict[str, Any]:
    """Owners and credits of a deal with the rule, the facts and the day behind each.

    A deal that never got as far as a rule has its issues; one that only qualified has its credits. Only credits of
    payees who are seen are shown, and only deals that such a payee owns or is credited for.
    """
    assignments, deals = results.assignments_of(conn, [deal_id]), results.classified_of(conn, [deal_id])
    names = names_of(conn)
    credited = sight.dated(results.credits_of(conn, None, [deal_id]))
    credits_ = [_credit(row, names) for row in credited.iter_rows(named=True)]
    if not credits_ and not _owns_one(assignments, sight):
        raise _no_deal(deal_id)
    issues = [str(found.issue) for found in runs.open_issues(conn) if _is_of(deal_id, found.issue.subject, sight)]
    if deals.is_empty() or assignments.is_empty():
        if not issues and assignments.is_empty() and not credits_:
            raise _no_deal(deal_id)
        known = {"deal": {"deal_id": deal_id}, "held": bool(issues), "why": [], "owners": {}}
        return {**known, "credits": credits_, "issues": issues}
    assignment, deal = assignments.row(0, named=True), deals.row(0, named=True)
    return {
        "deal": deal,
        "rule": assignment["rule"],
        "held": assignment["held"],
        "why": explain_assignment(assignment, deal, names),
        "owners": {part: names.get(assignment[f"{part}_owner_id"]) for part in RESPONSIBILITIES},
        "credits": credits_,
        "issues": issues,
    }


def _no_deal(deal_id: str) -> NotFound:
    known = "it is unknown, deleted, not won, or none that you may see"
    return NotFound(f"Deal {deal_id} is not in the results: {known}.")


def _owns_one(assignments: pl.DataFrame, sight: Sight) -> bool:
    """Whether somebody who is seen owns the deal."""
    owners = [f"{part}_owner_id" for part in RESPONSIBILITIES]
    return sight.everyone or any(
        sight.on(sight.today).shows(row[name]) for row in assignments.to_dicts() for name in owners
    )


def _is_of(deal_id: str, subject: str, sight: Sight) -> bool:
    """Whether an issue is one of the deal; one that names somebody beside it is for those who see everybody."""
    return deal_id in subject if sight.everyone else subject == f"deal {deal_id}"


def explain_deal(conn: Connection, deal_id: str, configuration: Configuration, sight: Sight) -> dict[str, Any]:
    """`blame`, every line that the deal earns for payees who are seen, and what people adjusted for the deal."""
    lines = sight.rows(results.lines_of(conn, None, [deal_id]))
    payables = told_by_line(results.payables_of(conn, None, [deal_id]))
    said = told_lines(lines, Told.about(conn, lines), configuration)
    for line, answer in zip(lines.iter_rows(named=True), said, strict=True):
        answer["payable"] = payables.get(line_key(line, line["period"], line["part"]), [])
    answer = blame(conn, deal_id, sight)
    return answer | {"lines": said, "corrections": _corrections_for(conn, deal_id, sight)}


def _corrections_for(conn: Connection, deal_id: str, sight: Sight) -> list[Row]:
    """What people adjusted for a deal, of payees who are seen; what waits is shown to those who see everybody alone."""
    names = names_of(conn)
    return [
        row | {"payee": names.get(row["payee_id"], row["payee_id"])}
        for row in told_adjustments(conn)
        if row["deal_id"] == deal_id
        and sight.in_period(row["period"]).shows(row["payee_id"])
        and (sight.everyone or row["state"] != "waits")
    ]


def _credit(row: dict[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "payee": names.get(row["payee_id"], row["payee_id"]),
        "role": row["role"],
        "kind": row["kind"],
        "portion": row["portion"],
        "share": f"{row['share_num']}/{row['share_den']}",
        "acv": format_amount(row["acv_micros"], row["currency"]),
        "currency": row["currency"],
        "rule": row["rule"],
        "how": row["how"],
        "on": row["dated_on"].isoformat(),
        "from": names.get(row["from_payee_id"]),
    }
