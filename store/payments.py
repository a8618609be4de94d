"""Payments: what the payroll paid, appended to and chained as the ledgers are. Nothing computed ever writes here."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

import sqlalchemy as sa

from store.bulk import among
from store.chain import PAYMENT, append_row
from store.instants import instant_text

Key = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment, or the correction of one: an amount below zero with a reason."""

    payee_id: str
    period: str
    """The period it pays."""
    amount_micros: int
    currency: str
    paid_on: date
    booked_in: str
    """The period in whose journal it shows."""
    reference: str
    reason: str = ""

    @property
    def key(self) -> Key:
        """A reference names one payment per payee, period and currency."""
        return self.reference, self.payee_id, self.period, self.currency


class Entry(NamedTuple):
    """A payment as it was recorded."""

    number: int
    at: str
    """When, in UTC."""
    payment: Payment


def record(conn: sa.Connection, payments: Iterable[Payment], login: str, now: datetime) -> int:
    """Append payments, in the caller's write transaction; answers how many. The database refuses a key twice."""
    count = 0
    for each in payments:
        row = {name: getattr(each, name) for name in Payment.__slots__} | {"paid_on": each.paid_on.isoformat()}
        append_row(conn, PAYMENT, {**row, "login": login, "at": instant_text(now)})
        count += 1
    return count


def payments(conn: sa.Connection, payee_ids: Collection[str] | None = None) -> list[Payment]:
    """The payments to these payees (or all), in the order in which they were recorded."""
    return [each.payment for each in entries(conn, payee_ids)]


def entries(conn: sa.Connection, payee_ids: Collection[str] | None = None, *, after: int = 0) -> list[Entry]:
    """The payments to these payees (or all) with number and instant; those recorded after the one of a number."""
    chosen = sa.select(PAYMENT).where(PAYMENT.c.number > after).order_by(PAYMENT.c.number)
    if payee_ids is not None:
        chosen = chosen.where(PAYMENT.c.payee_id.in_(among(payee_ids)))
    return [Entry(row.number, row.at, _payment(row)) for row in conn.execute(chosen)]


def paid_sums(conn: sa.Connection) -> dict[str, int]:
    """Everything paid so far, by currency, in micro-units."""
    sums = sa.select(PAYMENT.c.currency, sa.func.sum(PAYMENT.c.amount_micros)).group_by(PAYMENT.c.currency)
    return {currency: int(micros) for currency, micros in conn.execute(sums)}


def _payment(row: sa.Row[tuple[object, ...]]) -> Payment:
    values = {name: getattr(row, name) for name in Payment.__slots__}
    return Payment(**values | {"paid_on": date.fromisoformat(row.paid_on)})
