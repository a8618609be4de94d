"""Draws: the greater of earnings and draw is paid, and advances are recovered from later earnings (DESIGN 5.14).

A draw is judged for statement periods that are over, because only then it is known what was earned. What was advanced
and is not recovered yet is one balance for each payee and plan, across the plan's files.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import dataframely as dy
import polars as pl

from engine import frames as f
from engine.book import Book, Rules
from engine.calendar import Period, period_label, period_of, periods_between
from engine.documents.company.company import Company
from engine.documents.plans.component import DRAW
from engine.documents.plans.draw import Draw
from engine.documents.plans.plan import Plan
from engine.documents.values import Window
from engine.model import Issue, Severity
from engine.money import round_ratio
from engine.payees.attain import STATEMENT
from engine.payees.paying.promised_draws import NoPromiseError, Promises
from engine.payees.windows.presence import common, presences, share_of_draw_away


@dataclass(frozen=True, slots=True)
class Drawn:
    """The lines of draws, what of them cannot be computed, and why."""

    lines: dy.DataFrame[f.Lines]
    held: dy.DataFrame[f.HeldSources]
    issues: tuple[Issue, ...]


@dataclass(frozen=True, slots=True)
class Account:
    """A payee in a plan: when enrolled, and the first day of the statement period in which that began."""

    payee: str
    spans: tuple[Window, ...]
    begins_on: date
    leave: tuple[Window, ...] = ()
    """Leave that shrinks the draw."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A draw of a plan file, and the place of the period from which its own are counted."""

    plan: Plan
    rule: Draw
    since: int


@dataclass(frozen=True, slots=True)
class Step:
    """One period of an account: what was earned, the draw, the open advances before and after, and what that pays."""

    earned: int
    floor: int
    before: int
    after: int
    amount: int


def draw(
    lines: dy.DataFrame[f.Lines],
    held: dy.DataFrame[f.HeldSources],
    book: Book,
    rules: Rules,
    through: date | None,
    *,
    payables: dy.DataFrame[f.Payables],
) -> Drawn:
    """Advances and recoveries of the book's enrolled payees for the periods that end by `through`.

    Without `through` those up to the end of the period of the last line. `held` are the earnings that nobody knows:
    their payees' draws in that plan are held with them.
    """
    rows: list[dict[str, Any]] = []
    waiting: list[tuple[str, str]] = []
    lacks: list[tuple[str, str, NoPromiseError]] = []
    for files in _by_name(rules.plans):
        name = files[0].plan
        unknown = set(held.filter(pl.col("plan") == name)["payee_id"])
        basis = _basis(lines, payables, files)
        earned = _earned(basis, files, rules.company)
        end = through or _end(basis, files, rules.company)
        accounts = list(_accounts(book, files, rules.company))
        begins_on = min((account.begins_on for account in accounts), default=end)
        promises = Promises.of(files, book, rules.company, (begins_on, end))
        for account in accounts:
            if account.payee in unknown:
                waiting.append((name, account.payee))
                continue
            periods = _periods(account, files, end, rules.company)
            try:
                rows += list(_drawn(account, periods, earned, files, rules.company, promises=promises))
            except NoPromiseError as lacking:
                lacks.append((name, account.payee, lacking))
    named = [(plan, DRAW, payee, DRAW) for plan, payee in (*waiting, *(lack[:2] for lack in lacks))]
    return Drawn(
        lines=_lines(rows),
        held=f.HeldSources.cast(pl.DataFrame(named, schema=f.HeldSources.column_names(), orient="row")),
        issues=(*(_waits(plan, payee) for plan, payee in waiting), *(_lacks(*lack) for lack in lacks)),
    )


def _by_name(plans: Sequence[Plan]) -> list[list[Plan]]:
    """The files of each plan that has a draw, in order of time."""
    files: dict[str, list[Plan]] = defaultdict(list)
    for plan in sorted(plans, key=lambda plan: plan.effective.from_on):
        files[plan.plan].append(plan)
    return [of for of in files.values() if any(plan.draw for plan in of)]


def _accounts(book: Book, files: Sequence[Plan], company: Company) -> Iterator[Account]:
    """The accounts of everybody who was ever enrolled in the plan, in order of payees."""
    for payee, known in presences(files[0], book).items():
        begins = period_of(known.begins_on, STATEMENT[files[0].pays], company).starts_on
        yield Account(payee, known.spans, begins, known.unprotected)


def _basis(lines: pl.DataFrame, payables: pl.DataFrame, files: Sequence[Plan]) -> pl.DataFrame:
    """What the plan's draw is compared with: what was earned, or what became payable where the plan has releases."""
    against_payable = any(plan.draw is not None and plan.draw.against == "payable" for plan in files)
    if not against_payable or not any(plan.defers for plan in files):
        return lines
    return payables.filter(pl.col("state") == "payable").rename({"payable_on": "dated_on"})


def _earned(lines: pl.DataFrame, files: Sequence[Plan], company: Company) -> Mapping[tuple[str, str], int]:
    """What payees earned in the plan, by payee and period."""
    mine = lines.filter((pl.col("plan") == files[0].plan) & (pl.col("currency") == files[0].currency))
    label = period_label(pl.col("dated_on"), STATEMENT[files[0].pays], company)
    sums = mine.group_by("payee_id", label.alias("label")).agg(pl.col("amount_micros").sum())
    return {(payee, period): amount for payee, period, amount in sums.iter_rows()}


def _end(lines: pl.DataFrame, files: Sequence[Plan], company: Company) -> date:
    """The end of the period of the last line."""
    last = lines["dated_on"].max()
    return period_of(last, STATEMENT[files[0].pays], company).ends_on if isinstance(last, date) else date.min


def _periods(account: Account, files: Sequence[Plan], end: date, company: Company) -> Iterator[Period]:
    """The statement periods that are over, from the first of the enrolment and the plan on."""
    day = max(account.begins_on, files[0].effective.from_on)
    while day < end:
        period = period_of(day, STATEMENT[files[0].pays], company)
        if period.ends_on > end:
            return
        yield period
        day = period.ends_on


def _drawn(
    account: Account,
    periods: Iterator[Period],
    earned: Mapping[tuple[str, str], int],
    files: Sequence[Plan],
    company: Company,
    *,
    promises: Promises,
) -> Iterator[dict[str, Any]]:
    """A line for each period with an advance or a recovery."""
    balance, last = 0, None
    for period in periods:
        place = periods_between(account.begins_on, period.starts_on, period.kind, company)
        plan = next((plan for plan in reversed(files) if _is_on(account, plan, period)), None)
        turn = _turn(plan, plan.draw, place) if plan is not None and plan.draw is not None else None
        due = _due(turn.rule, place - turn.since, period) if turn is not None else None
        drawn = (
            _amount(due, turn, account, period, company, promises=promises)
            if turn is not None and due is not None
            else None
        )
        if turn is not None and drawn is not None:
            last = replace(turn, since=turn.since or (place if last is None else last.since))
        if last is not None:
            step = _step(last, drawn, place - last.since, earned.get((account.payee, period.label), 0), balance)
            balance = step.after
            if step.amount:
                yield _row(account.payee, period, last, step)


def _turn(plan: Plan, rule: Draw, place: int) -> Turn:
    """The draw of a plan whose turn it is in a payee's how-many-eth period, and the first of its own."""
    since = 0
    while rule.then is not None and rule.periods is not None and place >= since + rule.periods:
        since, rule = since + rule.periods, rule.then
    return Turn(plan, rule, since)


def _step(turn: Turn, drawn: int | None, since: int, earned: int, balance: int) -> Step:
    """What a draw does in a period `since` periods after its first; `drawn` is None where none is due."""
    plan, rule, floor = turn.plan, turn.rule, drawn or 0
    if rule.recovers.ends_after is not None and since >= rule.recovers.ends_after:
        balance = 0
    above = earned - floor
    if drawn is not None and (rule.on_top or above < 0):
        advance = _advance(floor if rule.on_top else -above, turn, balance)
        return Step(earned, floor, balance, balance + (advance if rule.kind == "recoverable" else 0), advance)
    recovered = min(balance, max(_down(above, rule, plan), 0)) if since >= rule.recovers.starts_after else 0
    return Step(earned, floor, balance, balance - recovered, -recovered)


def _advance(wanted: int, turn: Turn, balance: int) -> int:
    """What is paid above the earnings: all that is wanted, as far as so much more may be open."""
    most = _most_open(turn)
    return wanted if most is None else min(wanted, max(most - balance, 0))


def _most_open(turn: Turn) -> int | None:
    """The most that may be open, in whole units of the plan."""
    most = turn.rule.most_open
    return None if most is None else most // turn.plan.unit_micros * turn.plan.unit_micros


def _due(rule: Draw, place: int, period: Period) -> Fraction | int | None:
    """The draw of the period, the payee's how-many-eth (from 0); None where none is paid."""
    in_time = rule.effective is None or rule.effective.covers(period.starts_on)
    return rule.of_period(place) if in_time else None


def _amount(
    due: Fraction | int, turn: Turn, account: Account, period: Period, company: Company, *, promises: Promises
) -> int:
    """The draw of a period, less what leave takes off; of what is promised that is taken off already."""
    plan = turn.plan
    if isinstance(due, Fraction):
        exact = due * promises.in_period(plan, turn.rule, account.payee, period)
    else:
        exact = due * (1 - share_of_draw_away(period, plan, account.leave, company))
    return round_ratio(exact.numerator, exact.denominator, plan.unit_micros, plan.rounding)


def _is_on(account: Account, plan: Plan, period: Period) -> bool:
    """Whether the payee is on the plan file on any day of the period."""
    return any(common(period.starts_on, period.ends_on, span, plan.effective) for span in account.spans)


def _down(above: int, rule: Draw, plan: Plan) -> int:
    """What may be recovered of earnings above the draw."""
    share = rule.recovers.max_share * above
    return round_ratio(share.numerator, share.denominator, plan.unit_micros, "down")


def _row(payee: str, period: Period, turn: Turn, step: Step) -> dict[str, Any]:
    """`base` is what was earned, `quota` the draw, `before` and `after` the open advances, `limit` the most of them.

    `share` is how much of what lies above may be recovered; of a draw that is paid on top of everything, all of it.
    """
    plan = turn.plan
    kind = "draw_advance" if step.amount > 0 else "draw_recovery"
    last_day = period.ends_on - timedelta(days=1)
    return {
        "plan": plan.plan,
        "component": DRAW,
        "payee_id": payee,
        "period": period.label,
        "source_id": DRAW,
        "part": kind,
        "kind": kind,
        "dated_on": last_day,
        "rated_on": last_day,
        "amount_micros": step.amount,
        "currency": plan.currency,
        "plan_version": plan.version,
        "base_micros": step.earned,
        "before_micros": step.before,
        "after_micros": step.after,
        "quota_micros": step.floor,
        "limit_micros": _most_open(turn) if step.amount > 0 else None,
        "window": period.label,
        "share": str(turn.rule.recovers.max_share) if step.amount < 0 else "1" if turn.rule.on_top else None,
    }


def _lines(rows: Sequence[Mapping[str, Any]]) -> dy.DataFrame[f.Lines]:
    return f.Lines.filled(rows)


def _waits(plan: str, payee: str) -> Issue:
    return Issue(
        code="draw_waits",
        severity=Severity.HOLDS,
        subject=f"payee {payee}",
        message=f"has held earnings of plan {plan!r}, so nobody can say what its draw comes to; it stays as it was.",
        remedy="Mend what holds the payee's deals.",
    )


def _lacks(plan: str, payee: str, lacking: NoPromiseError) -> Issue:
    return Issue(
        code="draw_without_promise",
        severity=Severity.HOLDS,
        subject=f"payee {payee}",
        message=f"has no {lacking.of} in people.csv for {lacking.period}, of which the draw of plan {plan!r} is a part;"
        " it stays as it was.",
        remedy="Add the payee's row to people.csv.",
    )
