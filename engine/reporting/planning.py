"""What is still to come: whether the pipeline covers the goal, and how many reps a goal takes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction

import polars as pl

from engine.book import Book
from engine.calendar import Period, months_later, months_of_a_year, period_of
from engine.documents.company.company import Company
from engine.documents.plans.plan import Plan
from engine.payees.exchange import Exchange
from engine.reporting.deals import Sale
from engine.reporting.standing import Group
from engine.reporting.table import Cell, Column, Money, Span, Table, ratio

YEARLY = ("acv", "arr")


def coverage(groups: Sequence[Group], sales: Sequence[Sale], span: Span, exchange: Exchange, home: str) -> Table:
    """Of the windows that still run."""
    running = [group for group in groups if not group.is_over and _by_own_deals(group)]
    return Table(
        id="pipeline-coverage",
        title="Pipeline coverage",
        definition=(
            "Of quotas of money that payees fill with deals of their own: open deals of these payees that are expected "
            f"to close from {span.as_of} to the end of the window (ACV where the quota is of ACV, else amount) / what "
            "is missing to their quotas, added up payee by payee."
        ),
        columns=(
            *(Column(name) for name in ("plan", "component", "window")),
            *(Column(name, "money") for name in ("quota", "achieved", "missing", "open pipeline")),
            Column("coverage", "times"),
        ),
        rows=tuple(_covered(group, sales, span, exchange, home) for group in running),
    )


def _covered(group: Group, sales: Sequence[Sale], span: Span, exchange: Exchange, home: str) -> tuple[Cell, ...]:
    """The row of one window, in the plan's currency."""
    payees = {each.payee for each in group.standings}
    mine = [sale for sale in sales if not sale.closed and sale.owner in payees]
    ahead = [sale for sale in mine if span.as_of <= sale.closed_on < group.window.ends_on]
    yearly = group.plan.measures[group.component.measure].sum in YEARLY
    worths = [sale.acv if yearly else sale.amount for sale in ahead]
    rate = exchange.rate(home, group.plan.currency, span.as_of)
    pipeline = None if rate is None else sum((worth * rate for worth in worths if worth is not None), Fraction(0))
    missing = Fraction(sum(max(each.quota - each.achieved, 0) for each in group.standings))
    numbers = (_quota(group), Fraction(sum(each.achieved for each in group.standings)), missing, pipeline)
    told = (None if number is None else Money(number, group.plan.currency) for number in numbers)
    return (*_named(group), *told, None if pipeline is None else ratio(pipeline, missing))


def _named(group: Group) -> tuple[str, str, str]:
    return group.plan.plan, group.component.id, group.window.label


def _quota(group: Group) -> Fraction:
    """The quotas of everybody, added up."""
    return Fraction(sum(each.quota for each in group.standings))


def _by_own_deals(group: Group) -> bool:
    """Whether the quota is one of money that payees bring in themselves."""
    measure = group.plan.measures[group.component.measure]
    return measure.unit == "amount" and "direct" in measure.credits and measure.imported is None


def capacity(
    groups: Sequence[Group], recent: Sequence[Group], book: Book, company: Company, span: Span, *, goal: int | None
) -> Table:
    """By the newest window of each component with a quota of money; `recent` are the windows of the last year."""
    newest = {(group.plan.plan, group.component.id): group for group in groups if _by_own_deals(group)}
    past = {key: [group for group in recent if _named(group)[:2] == key] for key in newest}
    return Table(
        id="capacity",
        title="Capacity",
        definition=(
            "Reps needed = goal / (quota x expected attainment x productive share), rounded up. Goal: as asked, else "
            "the quotas of the window added up. Quota: their mean. Expected attainment: achieved / quota of the "
            f"windows that ended in the twelve months up to {span.over_until}. Attrition: who left the plan in the "
            f"twelve months up to {span.as_of} / the mean of those on it at both ends. Productive share: 1 - attrition "
            f"x fiscal months lost by a ramp / {months_of_a_year(company)}; a ramp loses what its months lack of the "
            "whole quota. To hire: reps needed + attrition x reps needed x days of the window / days of its year - "
            "reps today, rounded up."
        ),
        columns=(
            *(Column(name) for name in ("plan", "component", "window")),
            *(Column(name, "money") for name in ("goal", "quota")),
            *(Column(name, "share") for name in ("expected attainment", "attrition", "productive share")),
            *(Column(name, "count") for name in ("reps today", "reps needed", "to hire")),
        ),
        rows=tuple(_capacity(group, past[key], book, company, span, goal=goal) for key, group in newest.items()),
    )


def _capacity(
    group: Group, past: Sequence[Group], book: Book, company: Company, span: Span, *, goal: int | None
) -> tuple[Cell, ...]:
    """The row of one component, in the plan's currency."""
    mean = _quota(group) / len(group.standings)
    over = [each for of in past for each in of.standings]
    expected = ratio(sum(each.achieved for each in over), sum(each.quota for each in over))
    leaving = attrition(book, group.plan.plan, span.as_of)
    productive = 1 - leaving * months_lost(group.plan) / months_of_a_year(company)
    today = len(_on_plan(book, group.plan.plan, span.as_of))
    aim = _quota(group) if goal is None else Fraction(goal)
    amounts = (Money(each, group.plan.currency) for each in (aim, mean))
    numbers: tuple[Cell, ...] = (*_named(group), *amounts, expected, leaving, productive, today)
    brings = mean * (expected or 0) * productive
    if brings <= 0:
        return (*numbers, None, None)
    needed = _up(aim / brings)
    leavers = leaving * needed * _part_of_the_year(group.window, company)
    return (*numbers, needed, max(_up(needed + leavers - today), 0))


def attrition(book: Book, plan: str, day: date) -> Fraction:
    """Leavers of the twelve months before a day, over the mean of those on the plan at both ends; 0 of nobody."""
    before, now = (_on_plan(book, plan, each) for each in (months_later(day, -12), day))
    left = book.enrolments.filter(
        (pl.col("plan") == plan) & pl.col("until_on").is_between(months_later(day, -12), day, closed="right")
    )
    gone = set(left["person_id"]) - now
    return ratio(len(gone) * 2, len(before) + len(now)) or Fraction(0)


def _part_of_the_year(window: Period, company: Company) -> Fraction:
    """By days, so that windows of weeks and years of thirteen periods need no rule of their own."""
    year = period_of(window.starts_on, "year", company)
    return Fraction((window.ends_on - window.starts_on).days, (year.ends_on - year.starts_on).days)


def months_lost(plan: Plan) -> Fraction:
    """Fiscal months of a whole quota that a new payee does not have to bring, by the plan's ramp."""
    return sum((1 - step.quota for step in plan.ramp), Fraction(0))


def _on_plan(book: Book, plan: str, day: date) -> set[str]:
    enrolled = book.enrolments.filter(
        (pl.col("plan") == plan)
        & (pl.col("from_on") <= day)
        & (pl.col("until_on").is_null() | (pl.col("until_on") > day))
    )
    return set(enrolled["person_id"])


def _up(value: Fraction) -> int:
    return -(-value.numerator // value.denominator)
