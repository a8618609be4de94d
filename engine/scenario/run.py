"""Running a scenario: the real stages, then everything twice, then every line from its facts alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import dataframely as dy
import polars as pl

from engine import frames as f
from engine.book import Book, Credited, Outcome, Rules
from engine.cohorts.windows import Reach
from engine.compute import credit_classified
from engine.deals.classify import classify
from engine.documents.company.company import Company
from engine.documents.plans.plan import Plan
from engine.model import Found, Issue, join_issues
from engine.pay import pay
from engine.payees.paying.balances import Balance, balances
from engine.payees.paying.release import every_payable
from engine.payees.paying.settle import KEY
from engine.scenario.book import book_of
from engine.scenario.cohorts import stated_cohorts
from engine.scenario.document import Scenario
from engine.scenario.span import days_of_facts
from engine.scenario.stated import BEFORE, classified_of, credits_of, deal_lines_of, statements, with_stated_values
from engine.scenario.values import DEAL_DAY, days_of
from engine.telling.explain import explain
from engine.telling.facts import facts, recomputed
from engine.telling.payable_told import line_key, recomputed_payable, told_by_line

OF_BEFORE = pl.col("deal_id").str.starts_with(BEFORE)


@dataclass(frozen=True, slots=True)
class Ran:
    """What came out. `lines` and `before` are rows of `Lines` with `facts`, `sentence` and sentences on `payable`."""

    lines: tuple[dict[str, Any], ...]
    before: tuple[dict[str, Any], ...]
    """Lines of what was accumulated before the scenario."""
    postings: tuple[dict[str, Any], ...]
    assignments: tuple[dict[str, Any], ...]
    credits: tuple[dict[str, Any], ...]
    balances: tuple[Balance, ...]
    """What is earned, payable and held, by payee, plan and statement period."""
    issues: tuple[Issue, ...]
    company: Company
    """Whose fiscal calendar the labels of periods follow."""
    booked_twice: int
    """Postings of a second run on the first one's ledger; anything but 0 is our bug."""
    not_recomputed: tuple[str, ...]
    """Lines whose amount does not follow from their facts: our bug too."""


def run(scenario: Scenario, rules: Rules) -> Ran:
    """The scenario's facts through the stages."""
    book = book_of(scenario, rules)
    credited = credited_of(scenario, book, rules)
    book = _with_stated_lines(book, scenario, rules)
    through = _through(scenario, rules)

    def paid(posted: dy.DataFrame[f.Posted], released: dy.DataFrame[f.Posted] | None = None) -> Outcome:
        known, kept = (credited.credits, credited.classified), credited.cohorts
        return pay(*known, book, rules, posted, cohorts=kept, through=through, released=released)

    posted = _posted_before(scenario, paid)
    outcome = paid(posted)
    again = paid(_with(posted, outcome.postings), _with(f.Posted.empty(), outcome.released))
    own = ~OF_BEFORE.fill_null(value=False)
    payables = every_payable(outcome.lines, outcome.payables, rules.plans)
    freed = outcome.payables.rows(named=True)
    said = told_by_line(outcome.payables)
    told = [
        _told(line, credited, book, rules) | {"payable": said.get(line_key(line, line["period"], line["part"]), [])}
        for line in outcome.lines.iter_rows(named=True)
    ]
    return Ran(
        lines=tuple(line for line in told if not _is_before(line)),
        before=tuple(line for line in told if _is_before(line)),
        postings=tuple(outcome.postings.iter_rows(named=True)),
        assignments=tuple(credited.assignments.iter_rows(named=True)),
        credits=tuple(credited.credits.iter_rows(named=True)),
        balances=balances(outcome.lines.filter(own), payables.filter(own)),
        issues=tuple(dict.fromkeys(join_issues(credited.issues, outcome.issues))),
        company=rules.company,
        booked_twice=again.postings.height + again.released.height,
        not_recomputed=(
            *(_named(line) for line in told if recomputed(line["facts"]) != line["amount_micros"]),
            *(_named(row) for row in freed if recomputed_payable(row, _plan_of(row, rules)) != row["amount_micros"]),
        ),
    )


def _through(scenario: Scenario, rules: Rules) -> date | None:
    """Until when everything is over, where the scenario says so."""
    return days_of(scenario.through, rules.company)[1] if scenario.through else None


def _last_day(scenario: Scenario, rules: Rules) -> date:
    """The last day of which a fact says something: without `through`, windows that begin by then are over."""
    due = (fact.last_day for fact in scenario.contracts)
    return max([DEAL_DAY, *days_of_facts(scenario, rules), *(day for day in due if day is not None)])


def credited_of(scenario: Scenario, book: Book, rules: Rules) -> Credited:
    """Credits of the deals and of the stated achievements, and the cohorts of customers."""
    reach = Reach(_through(scenario, rules), _last_day(scenario, rules))
    found = classify(book, rules)
    classified = Found(with_stated_values(found.rows, scenario), found.issues)
    credited = credit_classified(classified, book, rules, reach)
    stated = statements(scenario, rules)
    return Credited(
        classified=f.Classified.validate(pl.concat([credited.classified, classified_of(stated)])),
        assignments=credited.assignments,
        credits=f.Credits.validate(pl.concat([credited.credits, credits_of(stated)])),
        cohorts=f.Cohorts.validate(pl.concat([credited.cohorts, stated_cohorts(scenario, rules)])),
        lots=credited.lots,
        issues=credited.issues,
    )


def _with_stated_lines(book: Book, scenario: Scenario, rules: Rules) -> Book:
    """The book with the lines of the deals that stand for stated achievements."""
    made = deal_lines_of(statements(scenario, rules))
    return replace(book, deal_lines=f.DealLines.validate(pl.concat([book.deal_lines, made])))


def _posted_before(scenario: Scenario, paid: Callable[[dy.DataFrame[f.Posted]], Outcome]) -> dy.DataFrame[f.Posted]:
    """The ledger at the start: what was booked for what was accumulated before."""
    nothing = f.Posted.empty()
    if not scenario.before:
        return nothing
    earlier = _with(nothing, f.Postings.validate(paid(nothing).postings.filter(OF_BEFORE)))
    amount = pl.col("amount_micros")
    for number, fact in enumerate(scenario.before, start=1):
        if fact.posted is not None:
            mine = pl.col("deal_id") == f"{BEFORE}{number:03}"
            if fact.component is not None:
                mine &= pl.col("component") == fact.component
            amount = pl.when(mine).then(fact.posted).otherwise(amount)
    return f.Posted.cast(earlier.with_columns(amount_micros=amount))


def _with(posted: dy.DataFrame[f.Posted], postings: dy.DataFrame[f.Postings]) -> dy.DataFrame[f.Posted]:
    """The ledger after the postings."""
    new = postings.select(pl.exclude("sequence", "delta_micros", "reason"), amount_micros="delta_micros", postings=1)
    both = pl.concat([posted, f.Posted.cast(new)])
    sums = pl.col("amount_micros", "postings").sum()
    return f.Posted.cast(both.group_by(KEY, maintain_order=True).agg(pl.exclude(*KEY, *SUMMED).first(), sums))


SUMMED = ("amount_micros", "postings")


def _told(line: Mapping[str, Any], credited: Credited, book: Book, rules: Rules) -> dict[str, Any]:
    """The line with what it was computed from and what it says."""
    plan = _plan_of(line, rules)
    deal = _row(credited.classified, "deal_id", line["deal_id"])
    credit = _row(credited.credits, "credit_id", line["source_id"])
    names = dict(book.people.select("person_id", "name").iter_rows())
    return {**line, "facts": facts(line, plan), "sentence": explain(line, plan, deal, credit, names)}


def _row(rows: pl.DataFrame, column: str, value: str | None) -> dict[str, Any] | None:
    """The row of the id; None where the line is of no deal."""
    if value is None:
        return None
    return next(rows.filter(pl.col(column) == value).iter_rows(named=True), None)


def _plan_of(line: Mapping[str, Any], rules: Rules) -> Plan:
    """The file that the line was computed with."""
    return next(plan for plan in rules.plans if (plan.plan, plan.version) == (line["plan"], line["plan_version"]))


def _is_before(line: Mapping[str, Any]) -> bool:
    return str(line["deal_id"] or "").startswith(BEFORE)


def _named(line: Mapping[str, Any]) -> str:
    return f"{line['payee_id']} {line['component']} {line['period']} {line['source_id']} {line['part']}"
