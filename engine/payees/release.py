"""release: when what was earned becomes payable (DESIGN 5.15). Earned, payable and paid are never one number.

1. A plan that says `release` or `reserve` has an account of its own for what is payable, beside that of what it earns:
   rows of `Payables`, target less posted, by a key that names the line and what released it. What a plan without them
   earns is payable in the same statement; it has no second account, so nothing changes for it.
2. An earning is divided among the steps of its component's release by largest remainder (`unreleased`).
3. A step waits for an occasion (`occasions`): booking, start, delivery, invoice, cash, a delay, a last day, a leaving.
   Each part that is released is a row in the statement period of that day, whatever has been closed of earnings.
4. What a payment releases is `round(step x share so far)` less what was released before, so parts add up.
5. A reserve is a negative row beside each release, and a positive one when it is released.
6. Clawbacks take from what is held before anything is to be paid back; the earned lines stay as they are.
7. Draws act on what was earned, or on what became payable, as the draw says; they are payable at once themselves.
8. Everything follows from lines, events, enrolments and one day, so that any order and any batching agree.
9. A payable balance below zero is carried into the next period (`balances`), it is not paid out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, cast

import dataframely as dy
import polars as pl

from engine import frames as f
from engine.book import Book, Rules
from engine.calendar import period_of
from engine.documents.company import Company
from engine.documents.plan import Plan
from engine.documents.release import ReleaseStep
from engine.payees.attain import STATEMENT
from engine.payees.clawback import clawed_part
from engine.payees.occasions import Happened, Known, happened
from engine.payees.unreleased import Row, Unreleased, released_by
from engine.texts import text

EARNING = ["plan", "plan_version", "component", "payee_id", "source_id"]
TERMS = ["plan", "plan_version", "component"]
OWN_KINDS = ["clawback", "cap", "draw_advance", "draw_recovery"]
"""Kinds of lines that are told apart among payables, too."""


def release(
    lines: dy.DataFrame[f.Lines],
    classified: dy.DataFrame[f.Classified],
    book: Book,
    rules: Rules,
    through: date | None,
) -> dy.DataFrame[f.Payables]:
    """The payables of the lines, of plans that defer; what time alone brings counts as far as `through`.

    Without `through` as far as the end of the month of the last line or event.
    """
    mine = lines.filter(pl.col("plan").is_in(list(deferring(rules.plans))))
    if mine.is_empty():
        return f.Payables.create_empty()
    waiting = _waiting(rules.plans)
    waits = mine.join(waiting, on=TERMS, how="semi", maintain_order="left")
    at_once = mine.join(waiting, on=TERMS, how="anti", maintain_order="left")
    reach = through or _reach(lines, book, rules.company)
    sold = classified.join(waits, on="deal_id", how="semi")
    case = _Case(happened(sold, book.deal_events), leavings(book), reach, rules.company)
    rows = [
        row
        for of_source in waits.partition_by(EARNING, maintain_order=True)
        for row in _of_source(of_source, *_terms(of_source.row(0, named=True), rules.plans), case)
    ]
    return f.Payables.cast(pl.concat([payable_at_once(at_once), _frame(rows, rules)]))


@dataclass(frozen=True, slots=True)
class _Case:
    """What releases look at beside lines and plans."""

    deals: Mapping[str, Happened]
    left: Mapping[str, date]
    through: date
    company: Company


def deferring(plans: Sequence[Plan]) -> frozenset[str]:
    """The plans (by name, whatever their file) that have an account of what is payable."""
    return frozenset(plan.plan for plan in plans if plan.defers)


def every_payable(lines: pl.DataFrame, payables: pl.DataFrame, plans: Sequence[Plan]) -> dy.DataFrame[f.Payables]:
    """The payables, and those of plans without an account of their own: what they earn is payable at once."""
    others = lines.filter(~pl.col("plan").is_in(list(deferring(plans))))
    return f.Payables.cast(pl.concat([payables, payable_at_once(others)]))


def payable_at_once(lines: pl.DataFrame) -> dy.DataFrame[f.Payables]:
    """Lines that become payable in the statement in which they are earned."""
    own = pl.col("kind").cast(pl.String)
    return f.Payables.cast(
        lines.with_columns(
            part=text("{}: 1 booking", "part"),
            line_part="part",
            kind=pl.when(own.is_in(OWN_KINDS)).then(own).otherwise(pl.lit("release")),
            state=pl.lit("payable"),
            earned_on="dated_on",
            earned_in="period",
            payable_on="dated_on",
            step=pl.lit(1, dtype=pl.Int64),
            occasion=pl.lit("booking"),
            since_on="dated_on",
            base_micros=pl.when(own == "clawback").then(-pl.col("amount_micros")).otherwise("amount_micros"),
            before=pl.lit("0"),
            after=pl.lit("1"),
            taken_micros=pl.lit(0, dtype=pl.Int64),
        )
    )


def leavings(book: Book) -> Mapping[str, date]:
    """The first day on which a payee is enrolled in no plan any more, and never again; only of those who left."""
    of_payee = book.enrolments.group_by("person_id").agg(
        pl.col("until_on").max(), stays=pl.col("until_on").is_null().any()
    )
    return dict(of_payee.filter(~pl.col("stays")).select("person_id", "until_on").iter_rows())


def paid_by(
    classified: dy.DataFrame[f.Classified], book: Book, rules: Rules
) -> Callable[[Mapping[str, Any], date], int]:
    """How much of a line had become payable by a day, a reserve not counted; asked for clawbacks of what was paid."""

    @cache
    def facts() -> tuple[Mapping[str, Happened], Mapping[str, date]]:
        return happened(classified, book.deal_events), leavings(book)

    def paid(line: Mapping[str, Any], day: date) -> int:
        plan, steps = _terms(line, rules.plans)
        deals, left = facts()
        of_line = Known(deals.get(line["deal_id"]), left.get(line["payee_id"]), day, rules.company)
        return released_by(line, plan, steps, of_line)

    return paid


def _waiting(plans: Sequence[Plan]) -> pl.DataFrame:
    """The components whose earnings are not simply payable at once."""
    terms = [
        (plan.plan, plan.version, part.id)
        for plan in plans
        for part in plan.components
        if plan.reserve is not None or plan.release_of(part)
    ]
    return pl.DataFrame(terms, schema=dict.fromkeys(TERMS, pl.String), orient="row")


def _terms(line: Mapping[str, Any], plans: Sequence[Plan]) -> tuple[Plan, tuple[ReleaseStep, ...]]:
    """The plan file of a line and the steps of its component; without any: on booking."""
    plan = next(plan for plan in plans if (plan.plan, plan.version) == (line["plan"], line["plan_version"]))
    component = next(part for part in plan.components if part.id == line["component"])
    return plan, plan.release_of(component) or (ReleaseStep(),)


def _of_source(rows: pl.DataFrame, plan: Plan, steps: tuple[ReleaseStep, ...], case: _Case) -> Iterator[Row]:
    """The payables of one source: earnings above zero with their clawbacks; all else at once."""
    first = rows.row(0, named=True)
    deal, left_on = case.deals.get(first["deal_id"]), case.left.get(first["payee_id"])
    is_clawback, amount = pl.col("kind").cast(pl.String) == "clawback", pl.col("amount_micros")
    gains, takes = ~is_clawback & (amount > 0), is_clawback & (amount < 0)
    clawbacks = rows.filter(takes).sort("dated_on", "part").rows(named=True)
    facts = (case.through, deal.last_fact() if deal else date.min, *(one["dated_on"] for one in clawbacks))
    known = Known(deal, left_on, max(facts), case.company)
    for line in rows.filter(gains).iter_rows(named=True):
        against = [one for one in clawbacks if clawed_part(one["part"]) == line["part"]]
        yield from Unreleased(plan, steps, known).run(line, against)
    yield from payable_at_once(rows.filter(~gains & ~takes)).iter_rows(named=True)


def _reach(lines: pl.DataFrame, book: Book, company: Company) -> date:
    """The end of the fiscal month of the last line or event."""
    days = pl.concat([lines["dated_on"], book.deal_events["happened_on"]])
    return period_of(cast("date", days.max()), "month", company).ends_on


def _frame(rows: Sequence[Row], rules: Rules) -> pl.DataFrame:
    """The rows with the statement period in which each became payable."""
    kinds = {plan.version: STATEMENT[plan.pays] for plan in rules.plans}
    for row in rows:
        waits = row["state"] == "held"
        kind = kinds[row["plan_version"]]
        row["period"] = None if waits else period_of(row["payable_on"], kind, rules.company).label
    types = {name: column.dtype for name, column in f.Payables.columns().items()}
    return pl.DataFrame([{name: row[name] for name in types} for row in rows], schema=types, orient="row")
