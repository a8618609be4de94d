"""Win rates, cycle length and ACV, of the deals that were closed in the days of the report."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import chain

from engine.calendar import period_of
from engine.documents.company.company import Company
from engine.reporting.deals import UNKNOWN, Sale
from engine.reporting.table import Cell, Column, Money, Span, Table, median, ratio

ALL = "all"
SALES = "Sales (deals but churn and downgrades)"
OF_ACV = ("total", "mean", "median")
COUNTS = (Column("won", "count"), Column("lost", "count"), Column("win rate", "share"))
MONEY = (Column("amount won", "money"), Column("amount lost", "money"), Column("win rate by amount", "share"))


def closed_in(sales: Iterable[Sale], span: Span) -> list[Sale]:
    """The deals that were won or lost in the days of the report."""
    return [sale for sale in sales if sale.closed and span.holds(sale.closed_on)]


def win_rates(sales: Sequence[Sale], span: Span, home: str, by: str) -> Table:
    """By segment, source or motion."""
    closed = closed_in(sales, span)
    groups = {ALL: closed, **_grouped(closed, lambda sale: sale.by[by])}
    return Table(
        id=f"win-rate-by-{by}",
        title=f"Win rate by {by}",
        definition=f"{SALES} won / won or lost, of those closed in {span.label}. By amount: the same of their amounts.",
        columns=(Column(by), *COUNTS, *MONEY),
        rows=tuple((name, *_rate(group), *_rate_of_money(group, home)) for name, group in groups.items()),
        notes=_unvalued(sale.amount for sale in closed),
    )


def win_rates_by_stage(sales: Sequence[Sale], span: Span, seen: Mapping[str, Sequence[str]]) -> Table:
    """By every stage in which a deal was seen before it was closed; `seen` holds them by deal."""
    closed = [sale for sale in closed_in(sales, span) if seen.get(sale.deal_id)]
    stages = sorted(set(chain.from_iterable(seen[sale.deal_id] for sale in closed)))
    groups = {stage: [sale for sale in closed if stage in seen[sale.deal_id]] for stage in stages}
    unseen = len(closed_in(sales, span)) - len(closed)
    return Table(
        id="win-rate-by-stage",
        title="Win rate by stage",
        definition=f"Of the sales that were seen open in a stage and closed in {span.label}: won / won or lost.",
        columns=(Column("stage"), *COUNTS),
        rows=tuple((stage, *_rate(group)) for stage, group in groups.items()),
        notes=(f"Sales first read when they were closed, so that no stage of theirs is known: {unseen}.",)
        if unseen
        else (),
    )


def cycles(sales: Sequence[Sale], span: Span, company: Company) -> Table:
    """Days from creation to signature, by the quarter of creation."""
    won = [sale for sale in closed_in(sales, span) if sale.won]
    timed = [
        (sale.created_on, sale) for sale in won if sale.created_on is not None and sale.created_on <= sale.closed_on
    ]
    groups: dict[str, list[int]] = defaultdict(list)
    for created_on, sale in sorted(timed, key=lambda each: each[0]):
        groups[period_of(created_on, "quarter", company).label].append((sale.closed_on - created_on).days)
    every = {ALL: [days for of in groups.values() for days in of], **groups}
    untimed = len(won) - len(timed)
    return Table(
        id="cycle-length",
        title="Cycle length by cohort",
        definition=f"Days from creation to closing of the sales won in {span.label}, by the quarter of their creation.",
        columns=(Column("created in"), Column("won", "count"), Column("median", "days"), Column("mean", "days")),
        rows=tuple((name, len(days), median(days), ratio(sum(days), len(days))) for name, days in every.items()),
        notes=(f"Left out, because they were not created before they were closed: {untimed}.",) if untimed else (),
    )


def contract_values(sales: Sequence[Sale], span: Span, home: str) -> Table:
    """ACV of what was won, by motion."""
    won = [sale for sale in closed_in(sales, span) if sale.won]
    groups = {ALL: won, **_grouped(won, lambda sale: sale.by["motion"])}
    return Table(
        id="acv",
        title="ACV",
        definition=f"Annual contract value of sales won in {span.label}: the CRM's, else a year's part of the amount.",
        columns=(Column("motion"), Column("won", "count"), *(Column(name, "money") for name in OF_ACV)),
        rows=tuple((name, *_values(group, home)) for name, group in groups.items()),
        notes=_unvalued(sale.acv for sale in won),
    )


def _values(sales: Sequence[Sale], home: str) -> tuple[Cell, ...]:
    """Count, total, mean and median of the ACVs that are known."""
    values = [sale.acv for sale in sales if sale.acv is not None]
    total = sum(values, Fraction(0))
    found = (total, ratio(total, len(values)), median(values))
    return (len(values), *(None if each is None else Money(each, home) for each in found))


def _grouped(sales: Iterable[Sale], key: Callable[[Sale], str]) -> dict[str, list[Sale]]:
    """By key in alphabetical order, what lacks it last."""
    groups: dict[str, list[Sale]] = defaultdict(list)
    for sale in sales:
        groups[key(sale)].append(sale)
    return dict(sorted(groups.items(), key=lambda each: (each[0] == UNKNOWN, each[0])))


def _rate(sales: Sequence[Sale]) -> tuple[int, int, Fraction | None]:
    won = sum(sale.won for sale in sales)
    return won, len(sales) - won, ratio(won, len(sales))


def _rate_of_money(sales: Sequence[Sale], home: str) -> tuple[Money, Money, Fraction | None]:
    won, lost = (
        sum((sale.amount for sale in sales if sale.won is wanted and sale.amount is not None), Fraction(0))
        for wanted in (True, False)
    )
    return Money(won, home), Money(lost, home), ratio(won, won + lost)


def _unvalued(values: Iterable[Fraction | None]) -> tuple[str, ...]:
    count = sum(value is None for value in values)
    return (f"In no sum of money, because they lack a value or an exchange rate: {count}.",) if count else ()
