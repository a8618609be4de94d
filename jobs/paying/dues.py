"""What is due: payable so far less paid so far, per payee and currency.

A balance below zero is not paid back: it stays, and is taken from whatever becomes payable next, under any plan in the
same currency. So is what is smaller than the currency's smallest coin.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from sqlalchemy import Connection

from engine.calendar import Period, period_named
from engine.documents.company.company import Company
from engine.money import minor_unit_micros
from engine.payees.paying.release import deferring
from jobs.configuration import Configuration
from store import ledger
from store.payments import Payment, payments


@dataclass(frozen=True, slots=True)
class Due:
    """A payee's balance in a currency at the end of a period, in micro-units."""

    payee_id: str
    currency: str
    payable: int
    """Everything that became payable through the period."""
    paid: int
    due: int
    """To be paid now, in whole minor units."""
    carried_forward: int
    """payable - paid - due: below zero what the payee owes."""


def dues(
    conn: Connection,
    configuration: Configuration,
    period: Period,
    payee_ids: Collection[str] | None = None,
    *,
    later_payments: bool = True,
) -> list[Due]:
    """The balances of these payees (or all) through a period, by payee and currency.

    A payment for a later period counts, too, so that nothing is paid twice; `later_payments=False` leaves it out, to
    tell how the period itself stood.
    """
    company = configuration.rules.company
    earlier = through(ledger.periods(conn), period, company)
    payable: dict[tuple[str, str], int] = defaultdict(int)
    paid: dict[tuple[str, str], int] = defaultdict(int)
    for each in payable_sums(conn, configuration, payee_ids):
        if each.booked_in in earlier:
            payable[each.payee_id, each.currency] += each.micros
    for one in payments(conn, payee_ids):
        if later_payments or _ends_by(one, period, company):
            paid[one.payee_id, one.currency] += one.amount_micros
    return [_due(*key, payable[key], paid[key]) for key in sorted({*payable, *paid})]


def payable_sums(
    conn: Connection, configuration: Configuration, payee_ids: Collection[str] | None = None
) -> Iterator[ledger.Sum]:
    """What became payable, by statement period: of plans without releases all that was earned."""
    defers = deferring(configuration.rules.plans)
    yield from (each for each in ledger.sums(conn, ledger.EARNED, payee_ids) if each.plan not in defers)
    yield from (each for each in ledger.sums(conn, ledger.PAYABLE, payee_ids) if each.plan in defers)


def through(labels: Collection[str], period: Period, company: Company) -> set[str]:
    """The periods, of any kind, that end by the end of this one."""
    return {label for label in labels if period_named(label, company).ends_on <= period.ends_on}


def _ends_by(payment: Payment, period: Period, company: Company) -> bool:
    return period_named(payment.period, company).ends_on <= period.ends_on


def _due(payee_id: str, currency: str, payable: int, paid: int) -> Due:
    unit = minor_unit_micros(currency)
    due = max(payable - paid, 0) // unit * unit
    return Due(payee_id, currency, payable, paid, due, payable - paid - due)
