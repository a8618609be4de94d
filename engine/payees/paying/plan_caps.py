"""Caps over several components: what they pay together above the cap is taken off by lines of its own (DESIGN 5.7).

A cap is a curve over what was paid so far in its window. The line of a statement period is what the cap takes off the
total at the period's end, less what it took off before, so that the lines of a window add up exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, cast

import dataframely as dy
import polars as pl

from engine import frames as f
from engine.book import Book, Rules
from engine.calendar import period_named, period_of
from engine.documents.company.company import Company
from engine.documents.company.compensation import promise_rows
from engine.documents.plans.plan import Plan
from engine.documents.plans.plan_cap import PlanCap
from engine.model import Issue, Severity
from engine.money import round_ratio
from engine.payees.attain import STATEMENT
from engine.payees.curves.curve import Limit
from engine.payees.paying.carried import Carrying, with_carry
from engine.payees.paying.settle import SOURCE
from engine.payees.windows.cap_windows import in_turn, with_windows
from engine.payees.windows.compensation import promised_rows
from engine.payees.windows.quotas import fiscal, quota_of_windows
from engine.payees.windows.successive import Successive

WINDOW = ["payee_id", "window"]
Total = Mapping[str, Any]
"""A payee, window and statement period: what was `added`, the totals `before` and `after`, the cap's `height`."""


@dataclass(frozen=True, slots=True)
class Capped:
    """The lines of caps, earnings and caps that cannot be computed, and why."""

    lines: dy.DataFrame[f.Lines]
    held: dy.DataFrame[f.HeldSources]
    issues: tuple[Issue, ...]


def cap_plans(
    lines: dy.DataFrame[f.Lines],
    held: dy.DataFrame[f.HeldSources],
    classified: dy.DataFrame[f.Classified],
    book: Book,
    rules: Rules,
    *,
    through: date | None = None,
) -> Capped:
    """The lines of every plan's caps, in the order in which they are written.

    What is carried out of a period counts once that is over by `through` (None: at once).

    `held` are earnings that nobody knows: the caps of their payees in that plan stay as they were, and so does one that
    counts by contract where a deal is not known. Where nobody knows the height of a cap, what it covers is held.
    """
    made, issues = [f.Lines.empty()], list[Issue]()
    stuck: list[pl.DataFrame] = [f.HeldSources.empty()]
    for plan in rules.plans:
        for cap in plan.caps:
            unknown = pl.concat([held, *stuck]).filter(pl.col("plan") == plan.plan)["payee_id"]
            found = _counted(pl.concat([lines, *made]), plan, cap)
            counted = with_windows(found, plan, cap, book, classified=classified, company=rules.company)
            waiting = pl.concat([unknown, counted.filter(pl.col("window").is_null())["payee_id"]]).unique()
            totals = _totals(counted, plan, cap, book, rules.company)
            waits = pl.col("payee_id").is_in(waiting.implode())
            lacks = (
                totals.filter(pl.lit(cap.of is not None) & pl.col("height").is_null() & ~waits)["payee_id"]
                .unique()
                .sort()
            )
            known = totals.filter(~waits & ~pl.col("payee_id").is_in(lacks.implode()))
            made.append(
                _lines(
                    _carried(known, plan, cap, _Around(book, classified, rules.company, through)),
                    plan,
                    cap,
                    rules.company,
                )
            )
            stuck.append(counted.filter(pl.col("payee_id").is_in(lacks.implode())).select(SOURCE))
            stuck.append(_of_the_cap([*totals.filter(waits)["payee_id"].unique().sort(), *lacks], plan, cap))
            issues += (_waits(plan, cap, payee) for payee in totals.filter(waits)["payee_id"].unique().sort())
            issues += (_lacks(plan, cap, payee) for payee in lacks)
    whole = f.HeldSources.cast(pl.concat(stuck).unique(maintain_order=True))
    return Capped(f.Lines.cast(pl.concat(made)), whole, tuple(issues))


def _counted(lines: pl.DataFrame, plan: Plan, cap: PlanCap) -> pl.DataFrame:
    """The lines that a cap counts: of its components, and of caps before it that only cover some of these."""
    covered = [part.id for part in plan.components if cap.covers(part.id)]
    covered += [pool.id for pool in plan.bonus_pools if cap.covers(pool.id)]
    before = plan.caps[: plan.caps.index(cap)]
    covered += [one.id for one in before if not any(_escapes(part.id, one, cap) for part in plan.components)]
    of_plan = (pl.col("plan") == plan.plan) & (pl.col("plan_version") == plan.version)
    return lines.filter(of_plan & pl.col("component").is_in(covered))


def _escapes(component: str, earlier: PlanCap, cap: PlanCap) -> bool:
    """Whether an earlier cap covers the component and this one does not."""
    return earlier.covers(component) and not cap.covers(component)


def _totals(counted: pl.DataFrame, plan: Plan, cap: PlanCap, book: Book, company: Company) -> pl.DataFrame:
    """By payee, window and statement period in order of time: the totals before and after it, the cap's `height`."""
    added = counted.group_by(*WINDOW, "period").agg(
        pl.col("dated_on").max(), added=pl.col("amount_micros").sum(), currency=pl.col("currency").first()
    )
    running = added.sort(*WINDOW, "dated_on").with_columns(after=pl.col("added").cum_sum().over(WINDOW))
    windows = _heights(running, plan, cap, book, company)
    return running.join(windows, on=WINDOW, how="left", maintain_order="left").with_columns(
        before=pl.col("after") - pl.col("added")
    )


def _heights(running: pl.DataFrame, plan: Plan, cap: PlanCap, book: Book, company: Company) -> pl.DataFrame:
    """The height of the cap in each window, null where it is a share of a promise that nobody knows."""
    windows = running.select(WINDOW).unique()
    if cap.of is None or cap.share is None or running.is_empty():
        return windows.with_columns(height=pl.lit(cap.amount, dtype=pl.Int64))
    first, last = cast("Any", running["dated_on"].min()), cast("Any", running["dated_on"].max())
    days = period_of(first, "year", company).starts_on, period_of(last, "year", company).ends_on
    promised = promised_rows(plan, book, company, days)
    found = quota_of_windows(windows, promised, promise_rows(cap.of), fiscal(cap.per, company))
    heights = [None if of is None else _whole(of * cap.share, 1) for of in found["quota_micros"]]
    return found.select(WINDOW).with_columns(height=pl.Series(heights, dtype=pl.Int64))


@dataclass(frozen=True, slots=True)
class _Around:
    """Who is on the plan, for which deals, by which calendar, and how far time has come."""

    book: Book
    classified: pl.DataFrame
    company: Company
    through: date | None


def _carried(totals: pl.DataFrame, plan: Plan, cap: PlanCap, around: _Around) -> Iterator[Total]:
    """The totals, with what earlier windows carried into them."""
    book, company = around.book, around.company
    if cap.then != "carry":
        return totals.iter_rows(named=True)

    def height(payee: str, window: str) -> int | None:
        if cap.of is None:
            return cap.amount
        asked = pl.DataFrame(
            {"payee_id": [payee], "window": [window], "dated_on": [period_named(window, company).starts_on]}
        )
        return cast("int | None", _heights(asked, plan, cap, book, company)["height"].item())

    def left(total: int, height: int | None) -> int:
        return cut(total, _limit(height, cap), plan.unit_micros, cap.at_least)

    def windows(payee: str, deal: str) -> Successive:
        return in_turn(payee, deal, plan, cap, book, classified=around.classified, company=company)

    return with_carry(totals, Carrying(plan, cap, book, company, around.through, height, left, windows))


def _limit(height: int | None, cap: PlanCap) -> Limit | None:
    """The cap of a window; None where only little is not paid."""
    return None if height is None else Limit(Fraction(height), cap.then_pays or Fraction(0))


def _lines(totals: Iterable[Total], plan: Plan, cap: PlanCap, company: Company) -> dy.DataFrame[f.Lines]:
    return f.Lines.filled(row for total in totals for row in _row(total, plan, cap, company))


def _row(total: Total, plan: Plan, cap: PlanCap, company: Company) -> Iterator[dict[str, Any]]:
    """What the cap takes off in a period, or adds of what was carried: `before` and `after` are what it came to."""
    limit = _limit(total["height"], cap)
    before, after = (cut(total[end], limit, plan.unit_micros, cap.at_least) for end in ("before", "after"))
    amount = before - after + total["after"] - total["before"] - total["added"]
    if amount:
        yield {
            "plan": plan.plan,
            "component": cap.id,
            "payee_id": total["payee_id"],
            "period": total["period"],
            "source_id": cap.id,
            "part": _part(total, plan, company),
            "kind": "cap",
            "dated_on": total["dated_on"],
            "rated_on": total["dated_on"],
            "amount_micros": amount,
            "currency": plan.currency,
            "plan_version": plan.version,
            "base_micros": total["added"],
            "before_micros": total["before"],
            "after_micros": total["after"],
            "limit_micros": total["height"],
            "window": total["window"],
            "share": str(cap.then_pays or Fraction(0)),
        }


def _part(total: Total, plan: Plan, company: Company) -> str:
    """Of which window; and of which file, where it begins in a statement period of which the one before has a line."""
    period = period_of(total["dated_on"], STATEMENT[plan.pays], company)
    begun = period.starts_on >= plan.effective.from_on
    return f"cap {total['window']}" if begun else f"cap {total['window']} from {plan.effective.from_on}"


def cut(total: int, limit: Limit | None, unit: int, least: int | None = None) -> int:
    """What a cap takes off a total, rounded half up to the unit of the plan; all of what is less than the least."""
    if least is not None and 0 < total < least:
        return total
    if limit is None:
        return 0
    return _whole(total - limit.apply(Fraction(total)), unit)


def _whole(exact: Fraction, unit: int) -> int:
    return round_ratio(exact.numerator, exact.denominator, unit, "half_up")


def _of_the_cap(payees: Sequence[str], plan: Plan, cap: PlanCap) -> pl.DataFrame:
    """The cap's own lines of these payees, as what stays as it was."""
    rows = [(plan.plan, cap.id, payee, cap.id) for payee in payees]
    return pl.DataFrame(rows, schema=dict.fromkeys(SOURCE, pl.String), orient="row")


def _waits(plan: Plan, cap: PlanCap, payee: str) -> Issue:
    return Issue(
        code="cap_waits",
        severity=Severity.HOLDS,
        subject=f"payee {payee}",
        message=f"has held earnings of plan {plan.plan!r}, so its cap {cap.id!r} stays as it was.",
        remedy="Mend what holds the payee's deals.",
    )


def _lacks(plan: Plan, cap: PlanCap, payee: str) -> Issue:
    return Issue(
        code="cap_without_promise",
        severity=Severity.HOLDS,
        subject=f"payee {payee}",
        message=f"has no {cap.of} in people.csv, of which cap {cap.id!r} of plan {plan.plan!r} is a share;"
        " what it covers is held.",
        remedy="Add the payee's row to people.csv.",
    )
