"""Clawbacks: what a deal earned is taken back, all or in part, when its customer leaves or does not pay (DESIGN 5.16).

The line earned stays; a line against it is dated on the day of the cause, so that the statement of that period shows
it. Attainment is left as it was: what was sold was sold. Several causes of one deal add up to all of it at most: a line
takes back `round(earning * share so far)` less what the causes before it took, so that no cent is taken twice. Of what
was paid, each cause takes its own share of what had become payable by its day.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any, cast

import dataframely as dy
import polars as pl

from engine import frames as f
from engine.calendar import period_label
from engine.documents.company.company import Company
from engine.documents.company.events import CAUSES, LATE
from engine.documents.plans.clawback import Clawback
from engine.documents.plans.plan import Plan
from engine.model import Found, Issue, Severity
from engine.money import round_ratio
from engine.payees.attain import STATEMENT
from engine.payees.paying.unearned import share_taken, within

EARNING = "earning"
"""The part of a line that is all of what a credit earned; clawbacks of others end in theirs."""
TERM = ["starts_on", "term_months"]
Paid = Callable[[Mapping[str, Any], date], int]
"""How much of a line had become payable by a day."""


@dataclass(frozen=True, slots=True)
class Loss:
    """A cause of a deal and which part of the deal it is about."""

    on: date
    cause: str
    portion: Fraction


@dataclass(frozen=True, slots=True)
class Taking:
    """One step of what is taken back of a deal, and the shares that are taken before it and with it."""

    part: str
    on: date
    before: Fraction
    after: Fraction


@dataclass(slots=True)
class GivenUp:
    """Unpaid invoices that took something back: which part of the deal each was, and the share that it took."""

    left: list[tuple[Fraction, Fraction]] = field(default_factory=list)

    def add(self, loss: Loss, taken: Fraction) -> None:
        """What a loss took, if it is an unpaid invoice of something."""
        if loss.cause == "unpaid" and loss.portion:
            self.left.append((loss.portion, taken))

    def paid(self, portion: Fraction) -> Fraction:
        """What a late payment of a part of the deal gives back, of the earliest invoices first."""
        back, still = Fraction(0), []
        for open_, taken in self.left:
            part = min(portion, open_)
            back += taken * part / open_
            portion -= part
            if part < open_:
                still.append((open_ - part, taken * (open_ - part) / open_))
        self.left = still
        return back


def claw_back(
    lines: dy.DataFrame[f.Lines],
    classified: dy.DataFrame[f.Classified],
    events: dy.DataFrame[f.DealEvents],
    plans: Sequence[Plan],
    company: Company,
    *,
    paid: Paid,
) -> Found[dy.DataFrame[f.Lines]]:
    """The lines against those of deals with a cause within the plan's days or months after they were dated.

    `paid` says how much of a line had become payable by a day.
    """
    losses = losses_of(classified, events)
    lost = classified.filter(pl.col("deal_id").is_in(list(losses))).select("deal_id", *TERM)
    taken, issues = [f.Lines.empty()], set[Issue]()
    for plan in plans:
        if plan.clawback is not None and losses:
            concerned = _concerned(lines, plan).join(lost, on="deal_id", maintain_order="left")
            found = _against(concerned, losses, plan, paid)
            taken.append(_lines(found.rows, plan, company))
            issues.update(found.issues)
    return Found(f.Lines.cast(pl.concat(taken)), tuple(sorted(issues, key=lambda issue: issue.subject)))


def losses_of(classified: pl.DataFrame, events: dy.DataFrame[f.DealEvents]) -> Mapping[str, tuple[Loss, ...]]:
    """By deal its losses in order of day and cause, events of one day together; it is cancelled once, as classified.

    And the payments of deals with an unpaid invoice, which may give back, behind the losses of their day.
    """
    cancelled = classified.filter(pl.col("cancelled_on").is_not_null()).select(
        "deal_id", kind=pl.lit("cancelled"), happened_on="cancelled_on", amount_micros=pl.lit(None, dtype=pl.Int64)
    )
    happened = events.with_columns(pl.col("kind").cast(pl.String))
    given_up = happened.filter(pl.col("kind") == "unpaid")
    late = happened.filter(pl.col("kind") == "payment").join(given_up, on="deal_id", how="semi")
    others = happened.filter(pl.col("kind").is_in(CAUSES) & (pl.col("kind") != "cancelled"))
    whole = pl.col("amount_micros").is_null().any()
    days = (
        pl.concat([cancelled, others, late.with_columns(kind=pl.lit(LATE))])
        .group_by("deal_id", "kind", "happened_on")
        .agg(pl.when(~whole).then(pl.col("amount_micros").cast(pl.Int128).sum()))
        .join(classified.select("deal_id", worth="amount_micros", acv="acv_micros"), on="deal_id")
    )
    losses = defaultdict(list)
    for row in days.iter_rows(named=True):
        worth = row["acv"] if row["kind"] == "downgraded" else row["worth"]
        losses[row["deal_id"]].append(Loss(row["happened_on"], row["kind"], _portion(row["amount_micros"], worth)))
    order = (*CAUSES, LATE).index
    return {deal: tuple(sorted(of, key=lambda loss: (loss.on, order(loss.cause)))) for deal, of in losses.items()}


def _portion(amount: int | None, worth: int) -> Fraction:
    """Which part of the deal an amount is; all of it where none is given, or the deal is worth nothing."""
    return min(Fraction(amount, worth), Fraction(1)) if amount is not None and worth > 0 else Fraction(1)


def _concerned(lines: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    """The plan's lines that its clawback applies to."""
    of_plan = (pl.col("plan") == plan.plan) & (pl.col("plan_version") == plan.version)
    paid = pl.col("component").is_in(list(plan.clawed_back)) & (pl.col("amount_micros") != 0)
    return lines.filter(of_plan & paid)


def _against(
    lines: pl.DataFrame, losses: Mapping[str, tuple[Loss, ...]], plan: Plan, paid: Paid
) -> Found[list[dict[str, Any]]]:
    """Rows against the lines, not yet in their period; what a deal gives back is judged once for each of its days."""
    clawback = cast("Clawback", plan.clawback)
    judged: dict[tuple[str, date], Found[tuple[Taking, ...]]] = {}
    rows = []
    for line in lines.iter_rows(named=True):
        key = (line["deal_id"], line["dated_on"])
        if key not in judged:
            judged[key] = takings(line, losses[line["deal_id"]], clawback)
        for taking in judged[key].rows:
            base = line["amount_micros"] if clawback.of == "earned" else paid(line, taking.on)
            before, after = (_part_of(base, share, plan) for share in (taking.before, taking.after))
            if after != before:
                rows.append(_row(line, taking, base, before, after))
    return Found(rows, tuple(issue for found in judged.values() for issue in found.issues))


def takings(deal: Mapping[str, Any], losses: Sequence[Loss], clawback: Clawback) -> Found[tuple[Taking, ...]]:
    """What each loss of a deal takes back: never more than is left."""
    takings, issues, given_up = [], [], GivenUp()
    so_far, numbers = Fraction(0), Counter[str]()
    for loss in losses:
        if loss.cause == LATE:
            back = given_up.paid(loss.portion) if clawback.paid_late == "given_back" else Fraction(0)
            if back:
                numbers[LATE] += 1
                takings.append(Taking(_part(LATE, numbers[LATE]), loss.on, so_far, so_far - back))
                so_far -= back
            continue
        limit = getattr(clawback.when, loss.cause)
        if limit is None:
            continue
        if loss.on < deal["dated_on"]:
            issues.append(_backwards(deal, loss))
            continue
        share = share_taken(clawback.takes_back, limit, deal, loss.on) if within(limit, deal, loss.on) else Fraction(0)
        if share is None:
            issues.append(_endless(deal, loss))
            continue
        after = min(so_far + share * loss.portion, Fraction(1))
        if after > so_far:
            numbers[loss.cause] += 1
            takings.append(Taking(_part(loss.cause, numbers[loss.cause]), loss.on, so_far, after))
            given_up.add(loss, after - so_far)
            so_far = after
    return Found(tuple(takings), tuple(issues))


def _part_of(base: int, share: Fraction, plan: Plan) -> int:
    """A share as lines are rounded."""
    exact = base * share
    return round_ratio(exact.numerator, exact.denominator, plan.unit_micros, plan.rounding)


def _part(cause: str, number: int) -> str:
    """The part of a line's key: `clawback`, `clawback refunded`, `clawback refunded 2`."""
    words = ["clawback", *([] if cause == "cancelled" else [cause]), *([] if number == 1 else [str(number)])]
    return " ".join(words)


def clawed_part(part: str) -> str:
    """The part of the line that a clawback's part is against: `floor` of `clawback refunded 2 floor`."""
    words = part.split()[1:]
    words = words[1:] if words and words[0] in (*CAUSES, LATE) else words
    words = words[1:] if words and words[0].isdigit() else words
    return " ".join(words) or EARNING


def _row(line: Mapping[str, Any], taking: Taking, base: int, before: int, after: int) -> dict[str, Any]:
    """`base` is what was earned (or paid by then), `before` and `after` its shares before this cause and with it."""
    return {
        **line,
        "part": taking.part if line["part"] == EARNING else f"{taking.part} {line['part']}",
        "kind": "clawback",
        "dated_on": taking.on,
        "amount_micros": before - after,
        "base_micros": base,
        "before_micros": before,
        "after_micros": after,
        "quota_micros": None,
        "fx_num": None,
        "fx_den": None,
        "share": str(taking.after),
    }


def _lines(rows: Sequence[Mapping[str, Any]], plan: Plan, company: Company) -> dy.DataFrame[f.Lines]:
    types = f.Lines.dtypes()
    dated = pl.DataFrame([{name: row[name] for name in types} for row in rows], schema=types)
    return f.Lines.cast(dated.with_columns(period=period_label(pl.col("dated_on"), STATEMENT[plan.pays], company)))


def _backwards(deal: Mapping[str, Any], loss: Loss) -> Issue:
    return Issue(
        code=f"{loss.cause}_before_dated",
        severity=Severity.WARNS,
        subject=f"deal {deal['deal_id']}",
        message=f"was {loss.cause} on {loss.on}, before its own date {deal['dated_on']}; nothing is taken back.",
        remedy="Correct the deal's close date or the contract's cancellation in the CRM.",
    )


def _endless(deal: Mapping[str, Any], loss: Loss) -> Issue:
    return Issue(
        code="clawback_without_term",
        severity=Severity.WARNS,
        subject=f"deal {deal['deal_id']}",
        message=f"was {loss.cause} on {loss.on}, but without a term nobody can say what was unearned;"
        " nothing is taken back.",
        remedy="Fill the deal's term in the CRM, or write {unearned: window} for what was left of the window.",
    )
