"""pay: the payee stages from credits to postings, for whole plan years of the payees given (DESIGN 2)."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from engine import frames as f
from engine.book import Book, Outcome, Rules
from engine.clawback import claw_back
from engine.components import earn_all
from engine.model import join_issues
from engine.settle import settle


def pay(
    credits_: dy.DataFrame[f.Credits],
    classified: dy.DataFrame[f.Classified],
    book: Book,
    rules: Rules,
    posted: dy.DataFrame[f.Posted],
) -> Outcome:
    """Lines of the payees of `credits_` and what is still to be posted.

    The caller passes all credits of those payees in the plan years concerned, the deals of these credits, and all that
    is posted for the same payees and years: what is posted without a line is withdrawn.
    """
    earned = earn_all(credits_, classified, book, rules)
    clawed = claw_back(earned.lines, classified, book.deal_events, rules.plans, rules.company)
    lines = f.Lines.cast(pl.concat([earned.lines, clawed.rows]))
    settled = settle(lines, posted, earned.held)
    issues = join_issues(earned.issues, clawed.issues, settled.issues)
    return Outcome(lines=lines, postings=settled.rows, held=earned.held, issues=issues)
