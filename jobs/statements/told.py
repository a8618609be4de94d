"""A payee's account for a period, as plain data: an open one from lines and ledgers, a closed one from its seal."""

from __future__ import annotations

from typing import Any

import polars as pl
from sqlalchemy import Connection

from engine.money import amount_text, format_amount
from engine.telling.settled import SETTLED, titles_of
from engine.telling.wording import attainment
from jobs.access.acknowledging import told as told_acknowledged
from jobs.access.visible import Sight
from jobs.books.material import Material, material, shown_periods
from jobs.books.moved import moved, told, totals
from jobs.configuration import Configuration
from jobs.outlooks import drawn, outlook
from jobs.paying.told import NOTHING_PAID, told_payments
from jobs.sentences import plan_of, told_lines
from jobs.statements.accounts import account, accounts
from jobs.statements.approved import approval_of
from jobs.statements.waterfall import by_version, changed, waterfalls
from jobs.who import find_payee, no_payee
from store import closing, ledger, results
from store.statements import sealed

Row = dict[str, Any]
NOTHING_YET = "Nothing is paid in {} yet: what a pay would take is known once a deal or result counts."


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
        raise no_payee(who)
    who_paid = told_payments(conn, configuration, [payee["person_id"]], chosen) if chosen else {}
    paid = who_paid.get(payee["person_id"], NOTHING_PAID)
    shut = closing.closed(conn).get(chosen or "")
    more = {"periods": periods, "payments": paid}
    if shut is not None:
        return (
            sealed_statement(conn, payee, shut) | more | _asked(goal, f"{chosen} is closed: nothing changes its pay.")
        )
    if chosen is None:
        nothing = nothing_shown(payee, None) | dict.fromkeys(("changed", "closed", "approval"))
        return nothing | more | _asked(goal, NOTHING_YET.format("any period"))
    of = material(conn, [payee["person_id"]], chosen)
    said = told_open(conn, payee, of, configuration, goal) | more
    return said if said["components"] else said | _asked(goal, NOTHING_YET.format(chosen))


def _asked(goal: int | None, said: str) -> dict[str, str]:
    """Why nothing is said of what a pay would take, where it was asked for."""
    return {} if goal is None else {"asked": said}


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
        "lines": told_lines(rows, of.told, configuration),
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


def _component(
    group: pl.DataFrame, lines: pl.DataFrame, configuration: Configuration, goal: int | None
) -> dict[str, Any]:
    ordered = group.sort(pl.col("kind").is_in(SETTLED), "dated_on", "source_id", descending=[True, False, False])
    last = ordered.row(-1, named=True)
    plan = plan_of(configuration, last["plan_version"])
    title = titles_of(plan).get(last["component"], "") if plan else ""
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
