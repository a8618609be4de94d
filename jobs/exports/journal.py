"""The journal of a period as double entries: what was earned, what became payable, what was paid.

Earned: expense to accrued. Released: accrued to payable. Paid: payable to cash. What is taken back turns the sides.
Every entry is balanced by itself. What shows in a closed period cannot change, hence neither does its journal.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl
from sqlalchemy import Connection

from engine.calendar import Period
from engine.documents.company.journal import Account, Journal
from engine.money import format_amount, parse_amount
from engine.payees.paying.release import deferring
from jobs.books.periods import is_closed, named
from jobs.configuration import Configuration
from jobs.exports.files import csv_text
from jobs.exports.handing_out import Export, handed_out
from jobs.exports.tying import Tie, refuse_untied, tied
from jobs.paying.dues import payable_sums
from jobs.settings import SettingsProblem
from store import audit, closing, ledger
from store.database import Store
from store.payments import payments

ACTION = "export journal"
AMOUNTS = ("debit", "credit")
COLUMNS = (
    *("status", "period", "entry", "date", "state", "event", "role", "account", "account_name", *AMOUNTS, "currency"),
    *("plan", "component", "kind", "about", "reference"),
)
OWN_EVENTS = ("clawback", "adjustment", "draw_advance", "draw_recovery")
"""Kinds of lines that are an event of their own; others accrue."""
GROUP = ["event", "plan", "component", "kind", "about", "currency"]
LIABLE = {"earned": "accrued", "released": "payable", "paid": "cash"}
"""By state, the role on whose credit side an amount above zero stands."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A double entry of an amount above zero; below zero, the sides are turned."""

    state: str
    """earned, released or paid."""
    event: str
    date: str
    debit: tuple[str, Account]
    """Role and account."""
    credit: tuple[str, Account]
    micros: int
    currency: str
    about: tuple[str, str, str, str, str]
    """Plan, component, kind, the period it is about, and the reference of a payment."""


def export_journal(
    configuration: Configuration, store: Store, who: audit.Who, label: str, out: Path, *, preliminary: bool = False
) -> dict[str, Any]:
    """Write the journal of a period; answers the tie-out. Raises as the payroll export does."""
    with store.write() as conn:
        made = journal(conn, configuration, label, preliminary=preliminary)
        return handed_out(conn, who, made, out, now=store.clock())


def journal(conn: Connection, configuration: Configuration, label: str, *, preliminary: bool = False) -> Export:
    """The file and how it ties; SettingsProblem for an open period, NotTied where a sum differs."""
    period = named(label, configuration)
    if not preliminary and not is_closed(label, closing.closed(conn), configuration):
        raise SettingsProblem(f"{label} is not closed, so its journal may still change. Close it, or --preliminary.")
    entries = [
        *_earned(conn, configuration, period),
        *_released(conn, configuration, period),
        *_paid(conn, configuration.journal, period),
    ]
    status = "PRELIMINARY" if preliminary else "final"
    rows = [row for number, entry in enumerate(entries, 1) for row in _rows(entry, number, period, status)]
    text = csv_text(COLUMNS, rows, AMOUNTS)
    ties = _ties(conn, configuration, period, text)
    refuse_untied(ties)
    return Export(ACTION, label, text, ties, preliminary)


def _earned(conn: Connection, configuration: Configuration, period: Period) -> Iterator[Entry]:
    shown = ledger.booked(conn, None, period=period.label)
    event = (
        pl.when(pl.col("kind").is_in(OWN_EVENTS))
        .then("kind")
        .when(pl.col("booked_in") != pl.col("period"))
        .then(pl.lit("prior_period_adjustment"))
        .otherwise(pl.lit("accrual"))
    )
    sums = _summed(shown.with_columns(event=event, about="period"), GROUP)
    accounts = configuration.journal
    for event_, plan, component, kind, about, currency, micros in sums.iter_rows():
        sides = ("expense", accounts.against(kind)), ("accrued", accounts.accrued)
        of = (plan, component, kind, about, "")
        yield Entry("earned", event_, _last_day(period), *sides, micros, currency, of)


def _released(conn: Connection, configuration: Configuration, period: Period) -> Iterator[Entry]:
    """What became payable: by release, or at once where the plan has none."""
    defers = pl.col("plan").is_in(list(deferring(configuration.rules.plans)))
    at_once = ledger.booked(conn, None, period=period.label).filter(~defers)
    later = ledger.booked(conn, None, ledger.PAYABLE, period=period.label).filter(defers)
    sums = _summed(pl.concat([at_once, later]), ["plan", "component", "currency"])
    sides = ("accrued", configuration.journal.accrued), ("payable", configuration.journal.payable)
    for plan, component, currency, micros in sums.iter_rows():
        yield Entry("released", "release", _last_day(period), *sides, micros, currency, (plan, component, "", "", ""))


def _paid(conn: Connection, accounts: Journal, period: Period) -> Iterator[Entry]:
    """Payments by day and reference, as the bank's account shows them."""
    sums: dict[tuple[str, str, str, str], int] = defaultdict(int)
    for each in payments(conn):
        if each.booked_in == period.label:
            sums[each.paid_on.isoformat(), each.reference, each.period, each.currency] += each.amount_micros
    sides = ("payable", accounts.payable), ("cash", accounts.cash)
    for (day, reference, about, currency), micros in sorted(sums.items()):
        yield Entry("paid", "payment", day, *sides, micros, currency, ("", "", "", about, reference))


def _summed(rows: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """Sums that are not zero, in their order."""
    amount = pl.col("delta_micros").cast(pl.Int128).sum().cast(pl.Int64)
    return rows.group_by(by).agg(amount).filter(pl.col("delta_micros") != 0).sort(by)


def _last_day(period: Period) -> str:
    return (period.ends_on - timedelta(days=1)).isoformat()


def _rows(entry: Entry, number: int, period: Period, status: str) -> Iterator[tuple[str, ...]]:
    """Debit, then credit; nothing where nothing moved."""
    if entry.micros == 0:
        return
    sides = (entry.debit, entry.credit) if entry.micros > 0 else (entry.credit, entry.debit)
    amount = format_amount(abs(entry.micros), entry.currency).replace(",", "")
    for (role, account), amounts in zip(sides, ((amount, ""), ("", amount)), strict=True):
        head = (status, period.label, f"{period.label}/{number}", entry.date, entry.state, entry.event)
        yield (*head, role, account.number, account.name, *amounts, entry.currency, *entry.about)


def _ties(conn: Connection, configuration: Configuration, period: Period, text: str) -> list[Tie]:
    """The file, read back: debits are credits, and each state moved as its ledger did."""
    sides: dict[str, dict[str, int]] = {name: defaultdict(int) for name in AMOUNTS}
    moved: dict[str, dict[str, int]] = {state: defaultdict(int) for state in LIABLE}
    for row in csv.DictReader(io.StringIO(text)):
        debit, credit = (parse_amount(row[name] or "0") for name in AMOUNTS)
        sides["debit"][row["currency"]] += debit
        sides["credit"][row["currency"]] += credit
        if row["role"] == LIABLE[row["state"]]:
            moved[row["state"]][row["currency"]] += credit - debit
    ties = tied("debits = credits", sides["debit"], sides["credit"])
    for state, booked in _movements(conn, configuration, period).items():
        ties += tied(f"{state} in {period.label}", moved[state], booked)
    return ties


def _movements(conn: Connection, configuration: Configuration, period: Period) -> dict[str, dict[str, int]]:
    """What the ledgers say moved in the period, by currency."""
    booked: dict[str, dict[str, int]] = {state: defaultdict(int) for state in LIABLE}
    sums = {"earned": ledger.sums(conn, ledger.EARNED), "released": payable_sums(conn, configuration)}
    for state, of_state in sums.items():
        for each in of_state:
            booked[state][each.currency] += each.micros if each.booked_in == period.label else 0
    for payment in payments(conn):
        booked["paid"][payment.currency] += payment.amount_micros if payment.booked_in == period.label else 0
    return booked
