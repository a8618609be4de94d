"""Answers to people's questions, as plain data: who owns this deal and why, what does this payee earn and why.

Everything is read from the store; the sentences come from the lines' own facts. The same data is printed and given as
JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
from sqlalchemy import Connection

from engine.documents.plan import Plan
from engine.money import amount_text, format_amount
from engine.telling.explain import RESPONSIBILITIES, explain, explain_assignment
from engine.telling.keys import line_key as key_of_line
from engine.telling.payable_told import line_key, told_by_line
from engine.telling.settled import SETTLED
from engine.telling.wording import attainment
from jobs.access.acknowledging import told as told_acknowledged
from jobs.access.visible import Sight, Visible
from jobs.books.adjusted import told_adjustments
from jobs.books.material import Material, Told, material, shown_periods
from jobs.books.moved import moved, told, totals
from jobs.configuration import Configuration
from jobs.outlooks import drawn, outlook, why_no_more
from jobs.paying.told import NOTHING_PAID, told_payments
from jobs.statements.accounts import account, accounts
from jobs.statements.approved import approval_of
from jobs.statements.waterfall import by_version, changed, waterfalls
from store import canonical, closing, ledger, results, runs
from store.statements import sealed

OUTDATED = "Computed under an earlier plan document; run sync to compute it again."


HELD = "Shown as it was last computed: the deal is held until its record is mended; worker.py issues says how."

Row = dict[str, Any]


class NotFound(Exception):  # noqa: N818  # shown to a person as it is
    """Nothing in the store has this name or id."""


def find_payee(conn: Connection, who: str, seen: Visible) -> dict[str, Any]:
    """The person with this id, e-mail or name among those who are seen.

    Raises `NotFound` naming what was looked for, also where two fit; somebody who is not seen is not told from nobody.
    """
    people = canonical.whole(conn, "people")
    if not seen.everyone:
        people = people.filter(pl.col("person_id").is_in(list(seen.payees)))
    wanted = who.casefold()
    fits = people.filter(
        (pl.col("person_id") == who)
        | (pl.col("email").str.to_lowercase() == wanted)
        | (pl.col("name").str.to_lowercase() == wanted)
    )
    if fits.height != 1:
        raise _no_payee(who, fits.height)
    return dict(fits.row(0, named=True))


def _no_payee(who: str, fits: int = 0) -> NotFound:
    problem = f"{fits} people" if fits else "No payee that you may see"
    return NotFound(f"{problem} with the id, e-mail or name {who!r}; use the e-mail or the CRM user id.")


def blame(conn: Connection, deal_id: str, sight: Sight) -> dict[str, Any]:
    """Owners and credits of a deal with the rule, the facts and the day behind each.

    A deal that never got as far as a rule has its issues; one that only qualified has its credits. Only credits of
    payees who are seen are shown, and only deals that such a payee owns or is credited for.
    """
    assignments, deals = results.assignments_of(conn, [deal_id]), results.classified_of(conn, [deal_id])
    names = _names(conn)
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
    said = _told(lines, Told.about(conn, lines), configuration)
    for line, answer in zip(lines.iter_rows(named=True), said, strict=True):
        answer["payable"] = payables.get(line_key(line, line["period"], line["part"]), [])
    answer = blame(conn, deal_id, sight)
    return answer | {"lines": said, "corrections": _corrections_for(conn, deal_id, sight)}


def _corrections_for(conn: Connection, deal_id: str, sight: Sight) -> list[Row]:
    """What people adjusted for a deal, of payees who are seen; what waits is shown to those who see everybody alone."""
    names = _names(conn)
    return [
        row | {"payee": names.get(row["payee_id"], row["payee_id"])}
        for row in told_adjustments(conn)
        if row["deal_id"] == deal_id
        and sight.in_period(row["period"]).shows(row["payee_id"])
        and (sight.everyone or row["state"] != "waits")
    ]


def statement(
    conn: Connection,
    who: str,
    period: str | None,
    configuration: Configuration,
    goal: int | None = None,
    *,
    sight: Sight,
) -> dict[str, Any]:
    """A payee's account for a period (the latest with lines where none is named): lines, sentences, totals, outlook.

    With a goal (micro-units) the outlook says what would bring each component's pay to it.
    """
    payee = find_payee(conn, who, sight.ever())
    every = periods_of(conn, payee["person_id"])
    periods = [label for label in every if sight.in_period(label).shows(payee["person_id"])]
    chosen = period or (periods[-1] if periods else None)
    if not (sight.in_period(chosen) if chosen else sight.on(sight.today)).shows(payee["person_id"]):
        raise _no_payee(who)
    who_paid = told_payments(conn, configuration, [payee["person_id"]], chosen) if chosen else {}
    paid = who_paid.get(payee["person_id"], NOTHING_PAID)
    shut = closing.closed(conn).get(chosen or "")
    if shut is not None:
        return sealed_statement(conn, payee, shut) | {"periods": periods, "payments": paid}
    of = material(conn, [payee["person_id"]], chosen)
    return told_open(conn, payee, of, configuration, goal) | {"periods": periods, "payments": paid}


def told_open(conn: Connection, payee: Row, of: Material, configuration: Configuration, goal: int | None = None) -> Row:
    """`open_statement`, with what changed since it was last shown and who approved it and its plan versions."""
    said = open_statement(payee, of, configuration, goal) | {"changed": changed(of), "closed": None}
    approval = approval_of(conn, configuration, payee["person_id"], of)
    return acknowledged(conn, payee, said) | {"approval": approval}


def sealed_statement(conn: Connection, payee: Row, shut: closing.Closing) -> Row:
    """What the statement of a closed period said when it was closed; plan versions may be acknowledged later."""
    found = sealed(conn, shut.number, payee["person_id"])
    content: Row = dict(found[0].content) if found else {}
    beside = {name: content.get(name) for name in ("changed", "approval")}
    said: Row = nothing_shown(payee, shut.period) | content.get("statement", {}) | beside
    seal = {"at": shut.at.isoformat(), "by": shut.by, "number": shut.number}
    return acknowledged(conn, payee, said | {"closed": seal})


def acknowledged(conn: Connection, payee: Row, said: Row) -> Row:
    """The statement with when the payee acknowledged its plan versions."""
    return said | {"plans": told_acknowledged(conn, payee["person_id"], said["plans"])}


def open_statement(payee: Row, of: Material, configuration: Configuration, goal: int | None = None) -> dict[str, Any]:
    """What shows in the statement of an open period, as lines and ledgers are now; `of` is that of the payee alone."""
    rows = of.rows.sort("component", "dated_on", "source_id")
    strayed = moved(of.earned, of.period)
    groups = rows.partition_by("plan", "component")
    balances = accounts(of, configuration)
    return nothing_shown(payee, of.period) | {
        "plans": _computed_with(rows),
        "components": [_component(group, of.lines, configuration, goal) for group in groups],
        "lines": _told(rows, of.told, configuration),
        "corrections": _corrections(of),
        **told(strayed, of.told, set(of.earned["deal_id"].drop_nulls())),
        "totals": totals(rows, strayed),
        **account(balances, of.payables, of.period),
        "waterfall": waterfalls(of, strayed, balances, by_version(configuration)),
    }


def nothing_shown(payee: Row, period: str | None) -> dict[str, Any]:
    """The statement of a period in which nothing shows for the payee."""
    of_lines = ("plans", "components", "lines", "corrections", "adjustments", "booked_elsewhere")
    parts = (*of_lines, "accounts", "released", "held", "waterfall")
    head = {"payee": payee["name"], "email": payee["email"], "period": period}
    return {**head, **{part: [] for part in parts}, "totals": {}}


def _corrections(of: Material) -> list[Row]:
    """What people adjusted about the period and what became of it; what waits for approval is not the payee's yet."""
    return [row for row in of.told.adjustments.values() if row["period"] == of.period and row["state"] != "waits"]


def _computed_with(rows: pl.DataFrame) -> list[dict[str, str]]:
    """The plan versions that the lines were computed with."""
    versions = rows.select("plan", "plan_version").unique().sort("plan", "plan_version")
    return [{"plan": plan, "version": version} for plan, version in versions.iter_rows()]


def periods_of(conn: Connection, payee_id: str) -> list[str]:
    """Every period in whose statement something of the payee shows, or may show, in the order of their labels."""
    lines, payables = results.lines_of(conn, [payee_id]), results.payables_of(conn, [payee_id])
    shown = (ledger.booked(conn, [payee_id], each) for each in (ledger.EARNED, ledger.PAYABLE))
    return sorted(shown_periods(lines, payables, *shown))


def told_lines(conn: Connection, lines: pl.DataFrame, configuration: Configuration) -> list[dict[str, Any]]:
    """Lines of any payees and periods with their sentences."""
    return _told(lines, Told.about(conn, lines), configuration)


def _told(lines: pl.DataFrame, of: Told, configuration: Configuration) -> list[dict[str, Any]]:
    """Lines with their sentences, made from the lines' own facts."""
    told = []
    for line in lines.iter_rows(named=True):
        deal, credit = of.deals.get(line["deal_id"]), of.credits.get(line["source_id"])
        said = {
            "sentence": _sentence(line, configuration, deal, credit, of),
            "why_not_more": why_no_more(line, plan_of(configuration, line["plan_version"])),
        }
        told.append(_line(line, deal or {}, of.names) | said)
    return told


def _sentence(line: Row, configuration: Configuration, deal: Row | None, credit: Row | None, of: Told) -> str:
    plan = plan_of(configuration, line["plan_version"])
    if plan is None:
        return OUTDATED
    if line["deal_id"] is not None and (deal is None or credit is None):
        return HELD
    return explain(line, plan, deal, credit, of.names, adjustment=of.adjustments.get(line["source_id"]))


def plan_of(configuration: Configuration, version: str) -> Plan | None:
    """The plan document with this content hash, among those in force."""
    return next((plan for plan in configuration.rules.plans if plan.version == version), None)


def _line(line: dict[str, Any], deal: dict[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "key": key_of_line(line),
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


def _component(
    group: pl.DataFrame, lines: pl.DataFrame, configuration: Configuration, goal: int | None
) -> dict[str, Any]:
    ordered = group.sort(pl.col("kind").is_in(SETTLED), "dated_on", "source_id", descending=[True, False, False])
    last = ordered.row(-1, named=True)
    plan = plan_of(configuration, last["plan_version"])
    title = next((c.title for c in plan.components if c.id == last["component"]), "") if plan else ""
    quota = None if last["kind"] in SETTLED else last["quota_micros"]
    return {
        "plan": last["plan"],
        "component": last["component"],
        "title": title,
        "window": last["window"] if quota else None,
        "attainment": attainment(last["after_micros"], quota) if quota else None,
        "achieved": amount_text(last["after_micros"], 2) if quota else None,
        "quota": amount_text(quota, 2) if quota else None,
        "amount": format_amount(int(group["amount_micros"].sum()), last["currency"]),
        "currency": last["currency"],
        "outlook": outlook(group, lines, plan, goal),
        "curve": drawn(group, plan),
    }


def _names(conn: Connection) -> dict[str, str]:
    people = canonical.whole(conn, "people")
    return {row["person_id"]: row["name"] or row["email"] or row["person_id"] for row in people.iter_rows(named=True)}
