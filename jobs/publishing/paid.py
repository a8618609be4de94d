"""What of each payment stands on which statement: a payment is for all plans of a payee, a statement's record for one.

A payment is divided over the plans under which something was due when it was recorded, in proportion to that: what had
become payable under the plan through the payment's period, less the plan's parts of earlier payments. A plan that owes
gets nothing; what it owes is taken from the others, and they get it back once the plan pays again. So the parts add up
to the payment, and each plan's parts to what it made payable, as soon as everything due is paid. Nothing is stored: the
ledgers only grow, and what was booked after the payment does not count.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from functools import cache
from typing import NamedTuple

import polars as pl
from sqlalchemy import Connection

from engine.calendar import period_named
from engine.money import allocate, minor_unit_micros
from engine.payees.paying.release import deferring
from jobs.books.material import Material
from jobs.configuration import Configuration
from store.payments import Entry, entries

COLUMNS = ("payee_id", "currency", "plan", "booked_in", "booked_at")


class Moved(NamedTuple):
    """What became payable under a plan at once."""

    plan: str
    booked_in: str
    """The statement period it shows in."""
    booked_at: str
    """When, in UTC."""
    micros: int


class Part(NamedTuple):
    """What was paid to a payee for a period under one plan, in micro-units."""

    payee_id: str
    period: str
    plan: str
    currency: str
    micros: int


def paid_parts(
    conn: Connection, configuration: Configuration, payees: Collection[str], of: Material
) -> Mapping[str, list[Part]]:
    """The payments to these payees, by payee, divided over their plans; `of` is what their statements are made of.

    A payment in a currency in which nothing was ever booked for the payee is under no plan, and in no part.
    """
    paid: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    for each in entries(conn, payees):
        paid[each.payment.payee_id, each.payment.currency].append(each)
    moved = _moved(of, configuration, {payee for payee, _ in paid})
    company = configuration.rules.company

    @cache
    def ends_on(label: str) -> date:
        return period_named(label, company).ends_on

    def ended_by(label: str, period: str) -> bool:
        return ends_on(label) <= ends_on(period)

    found: dict[str, list[Part]] = defaultdict(list)
    for (payee, currency), made in paid.items():
        parts = divided(moved.get((payee, currency), []), made, ended_by)
        found[payee] += [
            Part(payee, period, plan, currency, micros) for (period, plan), micros in parts.items() if micros
        ]
    return found


def _moved(
    of: Material, configuration: Configuration, payees: Collection[str]
) -> Mapping[tuple[str, str], list[Moved]]:
    """What became payable, by payee and currency: of plans without releases all that was earned."""
    defers = pl.col("plan").is_in(list(deferring(configuration.rules.plans)))
    mine = pl.col("payee_id").is_in(list(payees))
    rows = pl.concat([of.earned.filter(mine & ~defers), of.released.filter(mine & defers)])
    sums = rows.group_by(COLUMNS).agg(pl.col("delta_micros").sum()).sort(COLUMNS)
    found: dict[tuple[str, str], list[Moved]] = defaultdict(list)
    for payee, currency, *each in sums.iter_rows():
        found[payee, currency].append(Moved(*each))
    return found


def divided(
    moved: Sequence[Moved], made: Sequence[Entry], ended_by: Callable[[str, str], bool]
) -> Mapping[tuple[str, str], int]:
    """A payee's payments in one currency, in the order of recording, by period and plan; in whole minor units.

    `ended_by` tells whether a period, named first, has ended when another ends.
    """
    paid: dict[tuple[str, str], int] = defaultdict(int)
    for entry in made:
        payment, unit = entry.payment, minor_unit_micros(entry.payment.currency)
        weights = next(filter(None, map(_above_zero, _weights(moved, entry, paid, ended_by))), {})
        total = sum(weights.values())
        shares = [Fraction(weight, total) for weight in weights.values()]
        for plan, part in zip(weights, allocate(payment.amount_micros // unit, shares), strict=True):
            paid[payment.period, plan] += part * unit
    return paid


def _weights(
    moved: Sequence[Moved],
    entry: Entry,
    paid: Mapping[tuple[str, str], int],
    ended_by: Callable[[str, str], bool],
) -> Iterator[Mapping[str, int]]:
    """What decides on the plans' shares; where nothing of it is above zero, the next one does.

    A correction takes back what was paid for its period. A payment pays what is due; where nothing is, it goes with
    what became payable in the period, and where nothing did, to every plan alike.
    """
    payment = entry.payment
    if payment.amount_micros < 0:
        yield {plan: micros for (period, plan), micros in paid.items() if period == payment.period}
        return
    known = [each for each in moved if each.booked_at <= entry.at]
    through = ((each.plan, each.micros) for each in known if ended_by(each.booked_in, payment.period))
    yield _summed((*through, *((plan, -micros) for (_, plan), micros in paid.items())))
    yield _summed((each.plan, each.micros) for each in known if each.booked_in == payment.period)
    yield {each.plan: 1 for each in known}


def _summed(amounts: Iterable[tuple[str, int]]) -> Mapping[str, int]:
    sums: dict[str, int] = defaultdict(int)
    for plan, micros in amounts:
        sums[plan] += micros
    return sums


def _above_zero(weights: Mapping[str, int]) -> Mapping[str, int]:
    return {plan: weight for plan, weight in sorted(weights.items()) if weight > 0}
