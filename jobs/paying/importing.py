"""Payments from a file of the payroll or the bank: every row is good, or none is recorded.

Columns: payee, period, amount, currency, paid_on, reference, and reason where amounts are below zero: these correct
what was recorded, and take back no more than that.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from engine.calendar import business_date
from engine.money import format_amount, minor_unit_micros, parse_amount
from jobs.books.periods import named
from jobs.configuration import Configuration
from jobs.paying.recording import booked_in, keep, refuse_unlikely
from jobs.settings import SettingsProblem
from store import audit, canonical
from store.database import Store
from store.payments import Key, Payment, payments

COLUMNS = ("payee", "period", "amount", "currency", "paid_on", "reference")
LARGEST = 16 * 1024 * 1024
SHOWN = 20
"""Bad rows told at most."""


def import_payments(configuration: Configuration, store: Store, who: audit.Who, file: Path) -> dict[str, Any]:
    """Record every row of the file; raises SettingsProblem with each bad row as `file:line`, and records nothing."""
    rows = _read(file)
    today = business_date(store.clock(), configuration.rules.company.zone)
    with store.write() as conn:
        checked = _Checked(conn, configuration, today)
        problems = [problem for line, row in rows if (problem := _problem(checked, file.name, line, row))]
        if problems:
            more = [f"and {len(problems) - SHOWN} more."] if len(problems) > SHOWN else []
            raise SettingsProblem("\n".join(["Nothing was recorded:", *problems[:SHOWN], *more]))
        return keep(conn, store, who, file.name, checked.payments)


def _read(file: Path) -> list[tuple[int, dict[str, str]]]:
    """The rows with their line numbers."""
    if not file.is_file() or file.stat().st_size > LARGEST:
        raise SettingsProblem(
            f"{file}: there is no such file, or it is larger than {LARGEST // 1024 // 1024} MiB; name another."
        )
    try:
        reader = csv.DictReader(io.StringIO(file.read_text(encoding="utf-8-sig"), newline=""), strict=True)
        rows = [(reader.line_num, row) for row in reader]
    except (csv.Error, UnicodeDecodeError) as error:
        raise SettingsProblem(f"{file}: this is no CSV in UTF-8: {error}.") from None
    missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        raise SettingsProblem(f"{file}:1: the column {', '.join(missing)} is missing; needed: {', '.join(COLUMNS)}.")
    if not rows:
        raise SettingsProblem(f"{file}: there are no rows; write one for each payment.")
    return rows


class _Checked:
    """Takes rows one after another, each against what is recorded and the rows before it."""

    def __init__(self, conn: Connection, configuration: Configuration, today: date) -> None:
        self.payments: list[Payment] = []
        self._conn, self._configuration, self._today = conn, configuration, today
        self._used: set[Key] = set()
        self._paid: dict[tuple[str, str, str], int] = defaultdict(int)
        self._people: dict[str, set[str]] = defaultdict(set)
        for person in canonical.whole(conn, "people").select("person_id", "email", "name").iter_rows():
            for name in filter(None, person):
                self._people[name.casefold()].add(person[0])
        for each in payments(conn):
            self._count(each)

    def take(self, row: Mapping[str, Any]) -> None:
        """Keep the row as a payment; ValueError or a problem's own error says what is wrong with it."""
        payment = self._read(row)
        self._refuse(payment)
        self._count(payment)
        self.payments.append(payment)

    def _read(self, row: Mapping[str, Any]) -> Payment:
        if None in row or any(row[name] is None for name in COLUMNS):
            raise ValueError("the row has more or fewer cells than the header: write one under each name")
        cells = {name: row[name].strip() for name in COLUMNS}
        payee = self._payee(cells["payee"])
        label = named(cells["period"], self._configuration).label
        paid_on = date.fromisoformat(cells["paid_on"])
        refuse_unlikely(cells["reference"], paid_on, self._today)
        amount, unit = parse_amount(cells["amount"]), minor_unit_micros(cells["currency"])
        if amount == 0 or amount % unit:
            raise ValueError(
                f"{cells['amount']} {cells['currency']} is nothing, or no whole number of minor units, such as 150.00"
            )
        shown_in = booked_in(self._conn, label, paid_on, self._configuration.rules.company)
        reason = (row.get("reason") or "").strip()
        return Payment(payee, label, amount, cells["currency"], paid_on, shown_in, cells["reference"], reason)

    def _payee(self, who: str) -> str:
        found = self._people[who.casefold()]
        if len(found) != 1:
            raise ValueError(f"{len(found) or 'no'} people have the id, e-mail or name {who!r}: write the e-mail")
        return next(iter(found))

    def _refuse(self, payment: Payment) -> None:
        if payment.key in self._used:
            raise ValueError(
                f"reference {payment.reference} is recorded already for this payee, period and currency: leave the row "
                "out, or give a further payment another reference"
            )
        if payment.amount_micros > 0:
            return
        if not payment.reason:
            raise ValueError("an amount below zero corrects a payment and needs a reason: fill the column reason")
        paid = self._paid[payment.payee_id, payment.period, payment.currency]
        if paid + payment.amount_micros < 0:
            raise ValueError(
                f"only {format_amount(paid, payment.currency)} was paid for {payment.period}: take back no more"
            )

    def _count(self, payment: Payment) -> None:
        self._used.add(payment.key)
        self._paid[payment.payee_id, payment.period, payment.currency] += payment.amount_micros


def _problem(checked: _Checked, name: str, line: int, row: Mapping[str, Any]) -> str | None:
    try:
        checked.take(row)
    except (ValueError, SettingsProblem) as error:
        return f"{name}:{line}: {str(error).rstrip('.')}."
    return None
