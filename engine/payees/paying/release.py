"""release: when what was earned becomes payable (DESIGN 5.15). Earned, payable and paid are never one number.

1. A plan that says `release` or `reserve` has an account of its own for what is payable, beside that of what it earns:
   rows of `Payables`, target less posted, by a key that names the line and what released it. What a plan without them
   earns is payable in the same statement; it has no second account, so nothing changes for it.
2. An earning is divided among the steps of its component's release by largest remainder (`unreleased`).
3. A step waits for an occasion (`occasions`): booking, start, delivery, invoice, cash, a delay, a last day, a leaving.
   Each part that is released is a row in the statement period of that day, whatever has been closed of earnings.
4. What a payment releases is `round(step x share so far)` less what was released before, so parts add up.
5. A reserve is a negative row beside each release, and a positive one when it is released.
6. What a component takes off by its own terms (a fee, what was paid before) waits as what others earn, line by line:
   so does what a refund gives back of it.
7. Clawbacks take from what is held before anything is to be paid back; the earned lines stay as they are.
8. Draws act on what was earned, or on what became payable, as the draw says; they are payable at once themselves.
9. Everything follows from lines, events, enrolments and one day, so that any order and any batching agree.
10. A payable balance below zero is carried into the next period (`balances`), it is not paid out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import groupby
from typing import Any, cast

import dataframely as dy
import polars as pl

from engine import frames as f
from engine.book import Book, Rules
from engine.calendar import period_of
from engine.documents.company.company import Company
from engine.documents.plans.plan import Plan
from engine.documents.plans.release import ReleaseStep
from engine.payees.attain import STATEMENT
from engine.payees.paid_before import TO_DATE, both_sides
from engine.payees.paying.clawback import clawed_part
from engine.payees.paying.occasions import Happened, Known, happened
from engine.payees.paying.unreleased import Line, Row, Unreleased, released_by
from engine.texts import text

TERMS = ["plan", "plan_version", "component"]
SOURCE = [*TERMS, "payee_id", "source_id"]
ON_BOOKING = (ReleaseStep(),)
Terms = Mapping[tuple[str, str, str], tuple[Plan, tuple[ReleaseStep, ...], int]]
"""By plan, version and component: its plan file, its steps, and its sign: -1 where it takes off by its own terms."""
AMOUNTS = ("amount_micros", "base_micros", "taken_micros")
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
        return f.Payables.empty()
    terms = _terms(rules.plans)
    waiting = pl.DataFrame(list(terms), schema=dict.fromkeys(TERMS, pl.String), orient="row")
    waits = mine.join(waiting, on=TERMS, how="semi").sort(*SOURCE, "dated_on", "part")
    sold = classified.join(waits, on="deal_id", how="semi")
    reach = through or _reach(lines, book, rules.company)
    case = _Case(happened(sold, book.deal_events), leavings(book), reach, rules.company)
    rows: list[Row] = []
    at_once: list[Line] = []
    for _, of_source in groupby(waits.iter_rows(named=True), _source):
        source = list(of_source)
        rows += _of_source(source, terms, case, at_once)
    others = mine.join(waiting, on=TERMS, how="anti")
    small = pl.DataFrame(at_once, schema=mine.schema, orient="row")
    return f.Payables.cast(pl.concat([payable_at_once(pl.concat([others, small])), _frame(rows, rules)]))


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
    terms = _terms(rules.plans)

    @cache
    def facts() -> tuple[Mapping[str, Happened], Mapping[str, date]]:
        return happened(classified, book.deal_events), leavings(book)

    def paid(line: Mapping[str, Any], day: date) -> int:
        plan, steps, takes = terms.get(_key(line)) or (_file(line, rules.plans), ON_BOOKING, 1)
        sign = takes if line["amount_micros"] < 0 else 1
        deals, left = facts()
        of_line = Known(deals.get(line["deal_id"]), left.get(line["payee_id"]), day, rules.company)
        return sign * released_by(_turned(line, sign), plan, steps, of_line)

    return paid


def _terms(plans: Sequence[Plan]) -> Terms:
    """The components whose earnings are not simply payable at once, with their steps; with a reserve alone: booking."""
    return {
        (plan.plan, plan.version, part.id): (plan, plan.release_of(part) or ON_BOOKING, -1 if part.takes_off else 1)
        for plan in plans
        for part in plan.components
        if plan.reserve is not None or plan.release_of(part)
    }


def _key(line: Mapping[str, Any]) -> tuple[str, str, str]:
    return line["plan"], line["plan_version"], line["component"]


def _file(line: Mapping[str, Any], plans: Sequence[Plan]) -> Plan:
    """The plan file that a line was computed with."""
    return next(plan for plan in plans if (plan.plan, plan.version) == (line["plan"], line["plan_version"]))


def _of_source(lines: Sequence[Line], terms: Terms, case: _Case, at_once: list[Line]) -> Iterator[Row]:
    """The payables of the lines of one source: what it gains with its clawbacks; all else goes to `at_once`.

    What a component takes off by its own terms waits as what others earn: its lines are turned, and turned back. A
    window to date earns what it adds to what the windows before were paid.
    """
    plan, steps, takes = terms[_key(lines[0])]
    lines = _net(lines)
    signs = _signs(lines, takes)
    lines = [_turned(line, signs[_of_part(line)]) for line in lines]
    deal, left_on = case.deals.get(lines[0]["deal_id"]), case.left.get(lines[0]["payee_id"])
    against: dict[str, list[Line]] = {line["part"]: [] for line in lines if _gains(line)}
    for line in lines:
        if line["kind"] == "clawback" and line["amount_micros"] < 0 and clawed_part(line["part"]) in against:
            against[clawed_part(line["part"])].append(line)
        elif not _gains(line):
            at_once.append(_turned(line, signs[_of_part(line)]))
    taken = (line["dated_on"] for clawbacks in against.values() for line in clawbacks)
    facts = (case.through, deal.last_fact() if deal else date.min, *taken)
    known = Known(deal, left_on, max(facts), case.company)
    for line in filter(_gains, lines):
        for row in Unreleased(plan, steps, known).run(line, against[line["part"]]):
            yield {**row, **{name: signs[line["part"]] * row[name] for name in AMOUNTS}}


def _signs(lines: Sequence[Line], takes: int) -> Mapping[str, int]:
    """By part: -1 of what is turned, each line by itself."""
    off = {line["part"] for line in lines if line["kind"] != "clawback" and line["amount_micros"] < 0}
    return defaultdict(lambda: 1, dict.fromkeys(off, takes))


def _of_part(line: Line) -> str:
    """The part that a line is, or takes back."""
    return clawed_part(line["part"]) if line["kind"] == "clawback" else str(line["part"])


def _source(line: Line) -> tuple[str, ...]:
    """What was earned together: on a deal, on a result, on a window to date."""
    return (*(line[name] for name in SOURCE[:-1]), both_sides(line["source_id"]))


def _net(lines: Sequence[Line]) -> Sequence[Line]:
    """The lines, or for a window to date the one that it comes to with what the windows before it were paid."""
    if not lines[0]["source_id"].startswith(TO_DATE):
        return lines
    return [{**lines[-1], "amount_micros": sum(line["amount_micros"] for line in lines)}]


def _turned(line: Line, sign: int) -> Line:
    return line if sign == 1 else {**line, "amount_micros": -line["amount_micros"]}


def _gains(line: Line) -> bool:
    return bool(line["kind"] != "clawback" and line["amount_micros"] > 0)


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
    types = f.Payables.dtypes()
    return pl.DataFrame([{name: row[name] for name in types} for row in rows], schema=types, orient="row")
