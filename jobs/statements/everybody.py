"""The statements of everybody whom the asker may see, and what they come to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import polars as pl
from sqlalchemy import Connection

from engine.money import format_amount
from jobs.access.visible import Sight
from jobs.books.material import batched, material, payees_in
from jobs.books.periods import named
from jobs.configuration import Configuration
from jobs.paying.dues import dues
from jobs.paying.told import told_payments
from jobs.statements.approved import told_short
from jobs.statements.figures import micros_of, paid, total
from jobs.statements.told import sealed_statement, told_open
from jobs.who import NotFound
from store import canonical, closing, ledger

Row = dict[str, Any]
OF_ACCOUNTS = ("earned", "brought_forward", "payout", "held", "carried_forward")
FIGURES = ("earned", "brought_forward", "payout", "paid", "due", "held", "carried_forward")
NO_ATTAINMENT = "-"


def statements(conn: Connection, period: str, configuration: Configuration, sight: Sight) -> Iterator[tuple[str, Row]]:
    """Payee id and statement of everybody who is seen and for whom something shows in the period, by id.

    Of a closed period as they were sealed. Raises NotFound where there is nobody.
    """
    shut = closing.closed(conn).get(period)
    payees = _seen(conn, period, sight)
    people = {row["person_id"]: row for row in canonical.whole(conn, "people").iter_rows(named=True)}
    for some in batched(payees):
        payments = told_payments(conn, configuration, some, period)
        if shut is not None:
            told = ((payee, sealed_statement(conn, people.get(payee, unknown(payee)), shut)) for payee in some)
        else:
            of = material(conn, some, period)
            told = (
                (payee, told_open(conn, people.get(payee, unknown(payee)), of.of(payee), configuration))
                for payee in some
            )
        for payee_id, said in told:
            yield payee_id, said | {"payments": payments[payee_id]}


def unknown(payee_id: str) -> Row:
    """Somebody whom the CRM no longer lists."""
    return {"person_id": payee_id, "name": payee_id, "email": None}


def _seen(conn: Connection, period: str, sight: Sight) -> list[str]:
    seen = sight.in_period(period)
    payees = [payee for payee in payees_in(conn, period) if seen.shows(payee)]
    if not payees:
        raise NotFound(f"Nothing that you may see shows in {period}; a period is written as 2026-11 or FY2026-Q3.")
    return payees


def summary(conn: Connection, period: str, configuration: Configuration, sight: Sight) -> Row:
    """What each payee who is seen earned, is paid out, was paid, is due, holds and carries forward; sums by currency.

    A payout is of the period and of each plan by itself; what is due is over all plans: all that became payable through
    the period less all that was paid for it and before; `due_beside` is that of those for whom nothing shows in the
    period, so that both are what payroll would pay. `ledger` is what the postings that show in the period come to
    for the same payees: it is what was earned.
    """
    shut = closing.closed(conn).get(period)
    said = list(statements(conn, period, configuration, sight))
    rows = [row for payee_id, answer in said for row in _rows(payee_id, answer)]
    return {
        "period": period,
        "closed": {"at": shut.at.isoformat(), "by": shut.by} if shut else None,
        "payees": [_told(row) for row in rows],
        "totals": _totals(rows),
        "due_beside": _due_beside(conn, period, configuration, sight, {payee_id for payee_id, _ in said}),
        "ledger": _booked(conn, period, [payee_id for payee_id, _ in said]),
    }


def _rows(payee_id: str, answer: Row) -> Iterator[Row]:
    """A row for each currency, in micro-units."""
    due = {of["currency"]: micros_of(of["due"]) for of in answer["payments"]["balances"]}
    owed = (currency for currency, micros in due.items() if micros)
    for currency in sorted({*answer["totals"], *(of["currency"] for of in answer["accounts"]), *owed}):
        yield {
            "payee": answer["payee"],
            "payee_id": payee_id,
            "attainment": _attainment(answer),
            "currency": currency,
            **{name: total(answer, name, currency) for name in OF_ACCOUNTS},
            "paid": paid(answer, currency),
            "due": due.get(currency, 0),
            "approved": told_short(answer["approval"]),
        }


def _attainment(answer: Row) -> str:
    """The attainments of the components that have a quota."""
    reached = (f"{part['component']} {part['attainment']}" for part in answer["components"] if part["attainment"])
    return ", ".join(reached) or NO_ATTAINMENT


def _told(row: Row) -> Row:
    return row | {name: format_amount(row[name], row["currency"]) for name in FIGURES}


def _totals(rows: list[Row]) -> list[Row]:
    """The sums of each currency."""
    currencies = sorted({row["currency"] for row in rows})
    return [
        {"currency": currency}
        | {
            name: format_amount(sum(row[name] for row in rows if row["currency"] == currency), currency)
            for name in FIGURES
        }
        for currency in currencies
    ]


def _due_beside(conn: Connection, period: str, configuration: Configuration, sight: Sight, told: set[str]) -> list[Row]:
    """To how many others who are seen anything is due through the period, and how much, by currency."""
    seen, micros = sight.in_period(period), defaultdict[str, list[int]](list)
    for each in dues(conn, configuration, named(period, configuration), later_payments=False):
        if each.due and each.payee_id not in told and seen.shows(each.payee_id):
            micros[each.currency].append(each.due)
    return [
        {"currency": currency, "payees": len(some), "due": format_amount(sum(some), currency)}
        for currency, some in sorted(micros.items())
    ]


def _booked(conn: Connection, period: str, payees: list[str]) -> list[Row]:
    """What the ledger holds for these payees in the period, by currency."""
    shown = ledger.booked(conn, payees, period=period).group_by("currency")
    sums = shown.agg(pl.col("delta_micros").cast(pl.Int128).sum()).sort("currency")
    return [{"currency": name, "earned": format_amount(int(micros), name)} for name, micros in sums.iter_rows()]
