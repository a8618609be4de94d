"""A plain loop over records with Decimal: what most home-made commission scripts do, here with care for the cents."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import polars as pl

from benchmarks import compute_case as case
from benchmarks.child import measured

Credit = tuple[str, date, str, Decimal, str]
Line = tuple[str, str, str, date, Decimal, Decimal, Decimal, Decimal]
"""Payee, period, credit, day, what it added, the running total before and after, and the pay."""

CENTS = Decimal("0.01")
RATES = Decimal("0.08"), Decimal("0.12"), Decimal("0.15")


def earned(total: Decimal, quota: Decimal) -> Decimal:
    """Pay for a running total."""
    accelerated = quota * Decimal("1.25")
    pay = min(total, quota) * RATES[0]
    if total > quota:
        pay += (min(total, accelerated) - quota) * RATES[1]
    if total > accelerated:
        pay += (total - accelerated) * RATES[2]
    return pay.quantize(CENTS, rounding=ROUND_HALF_UP)


def lines(credits_: Iterable[Credit], quota: Decimal) -> Iterator[Line]:
    """Every counted credit with what it pays and why."""
    running: dict[str, Decimal] = defaultdict(Decimal)
    for payee, day, key, amount, motion in sorted(credits_):
        if motion != "renewal":
            before = running[payee]
            after = running[payee] = before + amount
            pay = earned(after, quota) - earned(before, quota)
            yield payee, f"{day:%Y-%m}", key, day, amount, before, after, pay


def statements(made: Iterable[Line]) -> dict[tuple[str, str], Decimal]:
    """Totals by payee and month."""
    totals: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for line in made:
        totals[line[0], line[1]] += line[-1]
    return totals


def records(rows: int) -> list[Credit]:
    """The credits as a program without frames would hold them."""
    deals = case.deals(rows)
    columns = case.credits_of(deals).join(deals.select("deal_id", "motion"), on="deal_id", maintain_order="left")
    chosen = columns.select("payee_id", "dated_on", "credit_id", "acv_micros", "motion").iter_rows()
    return [(payee, day, key, Decimal(acv) / case.MICROS, motion) for payee, day, key, acv, motion in chosen]


def main(rows: int) -> None:
    """Lines of all credits and totals by payee and month."""
    credits_, quota = records(rows), Decimal(case.quota_micros(rows)) / case.MICROS
    with measured() as work:
        made = list(lines(credits_, quota))
        totals = statements(made)
    shown = [(payee, period, int(amount * 100)) for (payee, period), amount in totals.items()]
    frame = pl.DataFrame(shown, schema=["payee_id", "period", "cents"], orient="row")
    work.report(rows, pay=case.digest(frame))


if __name__ == "__main__":
    main(int(sys.argv[1]))
