"""Answers to people's questions, as plain data: who owns this deal and why, what does this payee earn and why.

Everything is read from the store; the sentences come from the lines' own facts. The same data is printed and given as
JSON.
"""

from __future__ import annotations

from typing import Any

import polars as pl
from sqlalchemy import Connection

from engine.documents.plan import Plan
from engine.money import format_amount
from engine.telling.explain import RESPONSIBILITIES, explain, explain_assignment
from engine.telling.payable_told import line_key, told_by_line
from engine.telling.settled import SETTLED
from engine.telling.wording import attainment
from jobs.accounts import account
from jobs.configuration import Configuration
from jobs.outlooks import outlook, why_no_more
from store import canonical, results, runs

OUTDATED = "Computed under an earlier plan document; run sync to compute it again."


HELD = "Shown as it was last computed: the deal is held until its record is mended; worker.py issues says how."

Row = dict[str, Any]


class NotFound(Exception):  # noqa: N818  # shown to a person as it is
    """Nothing in the store has this name or id."""


def find_payee(conn: Connection, who: str) -> dict[str, Any]:
    """The person with this id, e-mail or name; raises `NotFound` naming what was looked for, also where two fit."""
    people = canonical.whole(conn, "people")
    wanted = who.casefold()
    fits = people.filter(
        (pl.col("person_id") == who)
        | (pl.col("email").str.to_lowercase() == wanted)
        | (pl.col("name").str.to_lowercase() == wanted)
    )
    if fits.height != 1:
        problem = "No payee" if fits.is_empty() else f"{fits.height} people"
        raise NotFound(f"{problem} with the id, e-mail or name {who!r}; use the e-mail or the CRM user id.")
    return dict(fits.row(0, named=True))


def blame(conn: Connection, deal_id: str) -> dict[str, Any]:
    """Owners and credits of a deal with the rule, the facts and the day behind each.

    A deal that never got as far as a rule has its issues; one that only qualified has its credits.
    """
    assignments, deals = results.assignments_of(conn, [deal_id]), results.classified_of(conn, [deal_id])
    issues = [str(found.issue) for found in runs.open_issues(conn) if deal_id in found.issue.subject]
    names = _names(conn)
    credits_ = [_credit(row, names) for row in results.credits_of(conn, None, [deal_id]).iter_rows(named=True)]
    if deals.is_empty() or assignments.is_empty():
        if not issues and assignments.is_empty() and not credits_:
            raise NotFound(f"Deal {deal_id} is not in the results: it is unknown, deleted, or not won.")
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


def explain_deal(conn: Connection, deal_id: str, configuration: Configuration) -> dict[str, Any]:
    """`blame`, and every line that the deal earns with its sentence."""
    lines = results.lines_of(conn, None, [deal_id])
    payables = told_by_line(results.payables_of(conn, None, [deal_id]))
    told = _told(conn, lines, configuration)
    for line, answer in zip(lines.iter_rows(named=True), told, strict=True):
        answer["payable"] = payables.get(line_key(line, line["period"], line["part"]), [])
    return blame(conn, deal_id) | {"lines": told}


def statement(
    conn: Connection, who: str, period: str | None, configuration: Configuration, goal: int | None = None
) -> dict[str, Any]:
    """A payee's account for a period (the latest with lines where none is named): lines, sentences, totals, outlook.

    With a goal (micro-units) the outlook says what would bring each component's pay to it.
    """
    payee = find_payee(conn, who)
    lines = results.lines_of(conn, [payee["person_id"]])
    payables = results.payables_of(conn, [payee["person_id"]])
    periods = sorted({*lines["period"], *payables["period"].drop_nulls()})
    chosen = period or (periods[-1] if periods else None)
    rows = lines.filter(pl.col("period") == chosen).sort("component", "dated_on", "source_id")
    return {
        "payee": payee["name"],
        "email": payee["email"],
        "period": chosen,
        "periods": periods,
        "components": [
            _component(group, lines, configuration, goal) for group in rows.partition_by("plan", "component")
        ],
        "lines": _told(conn, rows, configuration),
        "totals": _totals(rows),
        **account(lines, payables, chosen, configuration),
    }


def _told(conn: Connection, lines: pl.DataFrame, configuration: Configuration) -> list[dict[str, Any]]:
    """Lines with their sentences, made from the lines' own facts."""
    deals = _by_key(results.classified_of(conn, lines["deal_id"].drop_nulls().unique().to_list()), "deal_id")
    credits_ = _by_key(results.credits_of(conn, lines["payee_id"].unique().to_list()), "credit_id")
    names = _names(conn)
    told = []
    for line in lines.iter_rows(named=True):
        deal, credit = deals.get(line["deal_id"]), credits_.get(line["source_id"])
        said = {
            "sentence": _sentence(line, configuration, deal, credit, names),
            "why_not_more": why_no_more(line, plan_of(configuration, line["plan_version"])),
        }
        told.append(_line(line, deal or {}, names) | said)
    return told


def _sentence(
    line: Row, configuration: Configuration, deal: Row | None, credit: Row | None, names: dict[str, str]
) -> str:
    plan = plan_of(configuration, line["plan_version"])
    if plan is None:
        return OUTDATED
    if line["deal_id"] is not None and (deal is None or credit is None):
        return HELD
    return explain(line, plan, deal, credit, names)


def _by_key(frame: pl.DataFrame, key: str) -> dict[str, dict[str, Any]]:
    return {row[key]: row for row in frame.iter_rows(named=True)}


def plan_of(configuration: Configuration, version: str) -> Plan | None:
    """The plan document with this content hash, among those in force."""
    return next((plan for plan in configuration.rules.plans if plan.version == version), None)


def _line(line: dict[str, Any], deal: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    return {
        "deal_id": line["deal_id"],
        "deal": deal.get("name"),
        "payee": names.get(line["payee_id"], line["payee_id"]),
        "plan": line["plan"],
        "component": line["component"],
        "kind": line["kind"],
        "period": line["period"],
        "dated_on": line["dated_on"].isoformat(),
        "amount": format_amount(line["amount_micros"], line["currency"]),
        "currency": line["currency"],
    }


def _credit(row: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
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


def _component(
    group: pl.DataFrame, lines: pl.DataFrame, configuration: Configuration, goal: int | None
) -> dict[str, Any]:
    ordered = group.sort(pl.col("kind").is_in(SETTLED), "dated_on", "source_id", descending=[True, False, False])
    last = ordered.row(-1, named=True)
    plan = plan_of(configuration, last["plan_version"])
    title = next((c.title for c in plan.components if c.id == last["component"]), "") if plan else ""
    quota = None if last["kind"] in SETTLED else last["quota_micros"]
    return {
        "component": last["component"],
        "title": title,
        "window": last["window"] if quota else None,
        "attainment": attainment(last["after_micros"], quota) if quota else None,
        "amount": format_amount(int(group["amount_micros"].sum()), last["currency"]),
        "currency": last["currency"],
        "outlook": outlook(group, lines, plan, goal),
    }


def _totals(rows: pl.DataFrame) -> dict[str, str]:
    sums = rows.group_by("currency").agg(pl.col("amount_micros").sum()).sort("currency")
    return {currency: format_amount(amount, currency) for currency, amount in sums.iter_rows()}


def _names(conn: Connection) -> dict[str, str]:
    people = canonical.whole(conn, "people")
    return {row["person_id"]: row["name"] or row["email"] or row["person_id"] for row in people.iter_rows(named=True)}
