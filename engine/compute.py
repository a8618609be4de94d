"""The deal stages in order: classify, place, assign, credit, cohort. A pure function of the book and the rules.

What one account's deals come to never depends on another account, so recomputing the accounts that changed gives the
same credits as recomputing everything. Pools and experiments alone look further: what they gave away is in the book and
stays, and what they give away anew comes out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import dataframely as dy
import polars as pl

from engine import frames as f
from engine.book import Book, Credited, Expected, Rules
from engine.cohorts.cohort import cohorts
from engine.cohorts.windows import Reach
from engine.deals.assign import assign
from engine.deals.classify import classify, classify_qualified
from engine.deals.credit import credit
from engine.deals.lots import Drums
from engine.deals.milestones import counts_qualified, qualified_credits
from engine.deals.pipeline import as_if_won, expected_credits, of_deals, open_deals
from engine.deals.place import place
from engine.deals.problems import subject_of
from engine.model import Found, Issue, Severity, join_issues

EVERYTHING = Reach()


def credit_deals(book: Book, rules: Rules, reach: Reach = EVERYTHING) -> Credited:
    """Every won deal of the book either credited, or held with its reasons.

    Cohorts of customers are told for the windows within reach; without it, as far as anything happened.
    """
    return credit_classified(classify(book, rules), book, rules, reach)


def credit_classified(
    classified: Found[dy.DataFrame[f.Classified]], book: Book, rules: Rules, reach: Reach = EVERYTHING
) -> Credited:
    """What comes after classify, for deals of the book of which more may be known than the book says."""
    drums = Drums(book.lots)
    won = _credited(classified, book, rules, drums, reach)
    if not counts_qualified(rules):
        return won
    reached = _credited(classify_qualified(book, rules), book, rules, drums, None, draws=False)
    credited = reached.classified.join(reached.credits, on="deal_id", how="semi")
    not_won = credited.join(won.classified, on="deal_id", how="anti")
    return replace(
        won,
        classified=f.Classified.cast(pl.concat([won.classified, not_won]).sort("deal_id")),
        credits=f.Credits.cast(pl.concat([won.credits, qualified_credits(reached.credits)]).sort("credit_id")),
        lots=reached.lots,
        issues=tuple(dict.fromkeys(join_issues(won.issues, reached.issues))),
    )


def expected(book: Book, rules: Rules, today: date) -> Expected:
    """The open deals of the book, as if each were won on its close date (one that is overdue: today) at its amount.

    `book` holds whole accounts, and the lots that `credit_deals` gave away. Nothing more is given away: a deal that
    waits for its turn in a pool is held until it is won.
    """
    deals = open_deals(book)
    if not deals.height:
        return Expected.nothing()
    won, drums = as_if_won(book, today), Drums(book.lots, giving=False)
    classified = classify(won, rules)
    placed = place(classified.rows, won, rules, drums)
    asked = f.Classified.cast(placed.rows.join(deals.select("deal_id"), on="deal_id", how="semi"))
    assigned = assign(asked, won, rules, drums)
    credited = credit(asked, assigned.assignments, assigned.appointments, won, rules)
    issues = of_deals(join_issues(classified.issues, placed.issues, assigned.issues, credited.issues), deals)
    return Expected(
        classified=asked,
        assignments=with_held(assigned.assignments, deals, issues),
        credits=expected_credits(credited.rows),
        issues=issues,
    )


def _credited(
    classified: Found[dy.DataFrame[f.Classified]],
    book: Book,
    rules: Rules,
    drums: Drums,
    reach: Reach | None,
    *,
    draws: bool = True,
) -> Credited:
    """The stages after classify, once, with cohorts as far as `reach` says (None: none).

    `lots` are all that the drums have given away so far; `draws`: whether the deals draw their accounts into arms.
    """
    placed = place(classified.rows, book, rules, drums, draws=draws)
    assigned = assign(placed.rows, book, rules, drums)
    credited = credit(placed.rows, assigned.assignments, assigned.appointments, book, rules)
    kept = cohorts(placed.rows, book, rules, reach) if reach is not None else Found(f.Cohorts.empty())
    issues = join_issues(classified.issues, placed.issues, assigned.issues, credited.issues, kept.issues)
    return Credited(
        classified=placed.rows,
        assignments=with_held(assigned.assignments, book.deals, issues),
        credits=credited.rows,
        cohorts=kept.rows,
        lots=drums.new(),
        issues=issues,
    )


def with_held(
    assignments: dy.DataFrame[f.Assignments], deals: dy.DataFrame[f.Deals], issues: Sequence[Issue]
) -> dy.DataFrame[f.Assignments]:
    """The assignments, and a row without owners for every deal that an issue holds, with its reasons."""
    reasons: dict[str, list[str]] = {}
    for issue in issues:
        if issue.severity == Severity.HOLDS:
            reasons.setdefault(issue.subject, []).append(f"{issue.message} {issue.remedy}")
    named = {"subject": list(reasons), "reason": [f"Held: it {' It '.join(texts)}" for texts in reasons.values()]}
    held = (
        deals.select("deal_id", subject=subject_of(pl.col("deal_id")))
        .join(pl.DataFrame(named, schema={"subject": pl.String, "reason": pl.String}), on="subject")
        .select("deal_id", "reason", held=pl.lit(value=True), rules_of_engagement=pl.lit(""))
    )
    free = assignments.join(held, on="deal_id", how="anti")
    return f.Assignments.validate(pl.concat([free, held], how="diagonal").sort("deal_id"))
