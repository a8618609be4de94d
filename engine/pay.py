"""pay: the payee stages from credits to postings, for whole plan years of the payees given (DESIGN 2)."""

from __future__ import annotations

from datetime import date

import dataframely as dy
import polars as pl

from engine import frames as f
from engine.book import Book, Outcome, Rules
from engine.model import join_issues
from engine.payees.clawback import claw_back
from engine.payees.components import earn_all
from engine.payees.draws import draw
from engine.payees.plan_caps import Capped, cap_plans
from engine.payees.residuals import repeat
from engine.payees.settle import SOURCE, settle


def pay(
    credits_: dy.DataFrame[f.Credits],
    classified: dy.DataFrame[f.Classified],
    book: Book,
    rules: Rules,
    posted: dy.DataFrame[f.Posted],
    *,
    through: date | None = None,
    kept: dy.DataFrame[f.Lines] | None = None,
) -> Outcome:
    """Lines of the payees of `credits_` and what is still to be posted.

    The caller passes all credits of those payees in the plan years concerned, the deals of these credits, and all that
    is posted for the same payees and years: what is posted without a line is withdrawn.

    What is owed by the mere passing of time (draws, residuals, contests) is computed for the periods that end by
    `through`, of everybody whom the book enrols; without it, as far as there are lines. `kept` are lines of those
    payees that stay as they are although their deals cannot be computed now: they count as earned.
    """
    earned = earn_all(credits_, classified, book, rules, through)
    repeated = repeat(earned.lines, classified, rules.plans, rules.company, through)
    clawed = claw_back(repeated, classified, book.deal_events, rules.plans, rules.company)
    made = [repeated, clawed.rows]
    counted = f.Lines.cast(pl.concat([*made, *([] if kept is None else [kept])]))
    capped = cap_plans(counted, earned.held, book, rules)
    held = f.HeldSources.cast(pl.concat([earned.held, capped.held]))
    paid, known = (_with(rows, capped) for rows in (pl.concat(made), counted))
    drawn = draw(known, held, book, rules, through)
    lines = f.Lines.cast(pl.concat([paid, drawn.lines]))
    held = f.HeldSources.cast(pl.concat([held, drawn.held]))
    settled = settle(lines, posted, held)
    issues = join_issues(earned.issues, clawed.issues, capped.issues, drawn.issues, settled.issues)
    return Outcome(lines=lines, postings=settled.rows, held=held, issues=issues)


def _with(lines: pl.DataFrame, capped: Capped) -> dy.DataFrame[f.Lines]:
    """The lines whose cap is known, and those of the caps."""
    return f.Lines.cast(pl.concat([lines.join(capped.held, on=SOURCE, how="anti"), capped.lines]))
