"""pay: the payee stages from credits to postings, for whole plan years of the payees given (DESIGN 2)."""

from __future__ import annotations

from datetime import date

import dataframely as dy
import polars as pl

from engine import frames as f
from engine.book import Book, Outcome, Rules
from engine.model import join_issues
from engine.payees.components import earn_all
from engine.payees.paying.adjusted_pay import pay_adjusted
from engine.payees.paying.clawback import claw_back
from engine.payees.paying.draws import draw
from engine.payees.paying.plan_caps import Capped, cap_plans
from engine.payees.paying.release import deferring, paid_by, payable_at_once, release
from engine.payees.paying.residuals import repeat
from engine.payees.paying.settle import SOURCE, settle


def pay(
    credits_: dy.DataFrame[f.Credits],
    classified: dy.DataFrame[f.Classified],
    book: Book,
    rules: Rules,
    posted: dy.DataFrame[f.Posted],
    *,
    cohorts: dy.DataFrame[f.Cohorts] | None = None,
    through: date | None = None,
    kept: dy.DataFrame[f.Lines] | None = None,
    released: dy.DataFrame[f.Posted] | None = None,
    kept_payables: dy.DataFrame[f.Payables] | None = None,
) -> Outcome:
    """Lines of the payees of `credits_` and what is still to be posted.

    The caller passes all credits of those payees in the plan years concerned, the deals of these credits, and all that
    is posted for the same payees and years: what is posted without a line is withdrawn.

    What is owed by the mere passing of time (draws, residuals, contests) is computed for the periods that end by
    `through`, of everybody whom the book enrols; without it, as far as there are lines. `kept` are lines of those
    payees that stay as they are although their deals cannot be computed now: they count as earned. `cohorts` are the
    customers of those payees; ValueError where a plan measures retention and nobody passed them. `released` is what
    is posted to the account of what is payable, and `kept_payables` are the payables of the lines that are kept.
    """
    earned = earn_all(credits_, classified, _known(cohorts, rules), book, rules, through=through)
    repeated = repeat(earned.lines, classified, rules.plans, rules.company, through)
    paid = paid_by(classified, book, rules)
    clawed = claw_back(repeated, classified, book.deal_events, rules.plans, rules.company, paid=paid)
    made = [repeated, clawed.rows]
    counted = f.Lines.cast(pl.concat([*made, *([] if kept is None else [kept])]))
    capped = cap_plans(counted, earned.held, classified, book, rules, through=through)
    held = f.HeldSources.cast(pl.concat([earned.held, capped.held]))
    adjusted = pay_adjusted(book, rules)
    held = f.HeldSources.cast(pl.concat([held, adjusted.held]))
    computed, capped_known = (_with(rows, capped) for rows in (pl.concat(made), counted))
    sound, known = (f.Lines.cast(pl.concat([rows, adjusted.lines])) for rows in (computed, capped_known))
    waiting = release(sound, classified, book, rules, through)
    payable = waiting if kept_payables is None else f.Payables.cast(pl.concat([waiting, kept_payables]))
    drawn = draw(known, held, book, rules, through, payables=payable)
    lines = f.Lines.cast(pl.concat([sound, drawn.lines]))
    held = f.HeldSources.cast(pl.concat([held, drawn.held]))
    payables = f.Payables.cast(pl.concat([waiting, _of_draws(drawn.lines, rules)]))
    settled = settle(lines, posted, held)
    due = f.Payables.cast(payables.filter(pl.col("state") == "payable"))
    freed = settle(due, f.Posted.empty() if released is None else released, held, first="released")
    before = (earned.issues, clawed.issues, capped.issues, adjusted.issues, drawn.issues)
    issues = join_issues(*before, settled.issues, freed.issues)
    return Outcome(lines=lines, postings=settled.rows, held=held, payables=payables, released=freed.rows, issues=issues)


def _with(lines: pl.DataFrame, capped: Capped) -> dy.DataFrame[f.Lines]:
    """The lines whose cap is known, and those of the caps."""
    if capped.held.is_empty() and capped.lines.is_empty():
        return f.Lines.cast(lines)  # mostly there is no such cap, and a join over every line is dear
    return f.Lines.cast(pl.concat([lines, capped.lines]).join(capped.held, on=SOURCE, how="anti"))


def _of_draws(drawn: dy.DataFrame[f.Lines], rules: Rules) -> dy.DataFrame[f.Payables]:
    """Draws are payable at once."""
    return payable_at_once(drawn.filter(pl.col("plan").is_in(list(deferring(rules.plans)))))


def _known(cohorts: dy.DataFrame[f.Cohorts] | None, rules: Rules) -> dy.DataFrame[f.Cohorts]:
    """The cohorts, none where no plan asks for any."""
    if cohorts is not None:
        return cohorts
    if any(measure.retention is not None for plan in rules.plans for measure in plan.measures.values()):
        msg = "a plan measures retention, but no cohorts were passed"
        raise ValueError(msg)
    return f.Cohorts.empty()
