"""What a statement tells about payments: what was paid for its period, what is due and what is carried forward."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection

from engine.money import format_amount
from jobs.books.periods import named
from jobs.configuration import Configuration
from jobs.paying.dues import Due, dues
from store.payments import Payment, payments

AMOUNTS = ("payable", "paid", "due", "carried_forward")
NOTHING_PAID: Mapping[str, Any] = MappingProxyType({"balances": [], "payments": []})


def told_payments(
    conn: Connection, configuration: Configuration, payee_ids: Collection[str], label: str
) -> dict[str, dict[str, Any]]:
    """By payee: balances by currency through the period, and the payments for it. Later payments change neither."""
    period = named(label, configuration)
    told: dict[str, dict[str, Any]] = {payee: {"balances": [], "payments": []} for payee in payee_ids}
    for each in dues(conn, configuration, period, payee_ids, later_payments=False):
        told[each.payee_id]["balances"].append(_balance(each))
    for payment in payments(conn, payee_ids):
        if payment.period == label:
            told[payment.payee_id]["payments"].append(_payment(payment))
    return told


def _balance(of: Due) -> dict[str, str]:
    return {"currency": of.currency, **{name: format_amount(getattr(of, name), of.currency) for name in AMOUNTS}}


def _payment(of: Payment) -> dict[str, str]:
    return {
        "paid_on": of.paid_on.isoformat(),
        "amount": format_amount(of.amount_micros, of.currency),
        "currency": of.currency,
        "reference": of.reference,
        "reason": of.reason,
    }
