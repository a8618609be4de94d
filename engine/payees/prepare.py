"""prepare: what all components of a plan file share, before any of them is computed (DESIGN 2).

Who is enrolled, which measures count a deal, what a credit is worth to them, and exchange rates.
"""

from __future__ import annotations

from dataclasses import dataclass

import dataframely as dy
import polars as pl

from engine import frames as f
from engine.book import Book, Rules
from engine.documents.measures.across import EVERYBODY
from engine.documents.plans.plan import Plan
from engine.matching import with_lists
from engine.model import MICROS, Issue, join_issues
from engine.payees.exchange import Exchange, with_rates
from engine.payees.measures.adjusted_measures import achievements
from engine.payees.measures.cash import cash_is_read, in_time, overpaid, paid_credits
from engine.payees.measures.imported import imported_rows, result_rows
from engine.payees.measures.measure import fits_column, missing_values, with_fits, with_worths
from engine.payees.trouble import held_sources, stale
from engine.payees.windows.enrol import enrol

NEEDED = [
    *("payee_id", "dated_on", "credit_id", "deal_id", "kind", "level", "event", "house", "currency"),
    *("amount_micros", "acv_micros", "units_micros", "share_num", "share_den"),
]
"""What of a credit decides its attainment."""


@dataclass(frozen=True, slots=True)
class Together:
    """Everybody's direct credits and cash on the days of a plan file, and the company's own results.

    With what the file's measures across people make of them; nothing where it has none.
    """

    credits: pl.DataFrame
    cash: pl.DataFrame
    results: pl.DataFrame


@dataclass(frozen=True, slots=True)
class Prepared:
    """For each plan file the credits (with what its measures make of them), cash and imported results that meet it.

    And the classified deals with their lists, the credits that are held in all components, and why.
    """

    deals: pl.DataFrame
    credits: tuple[pl.DataFrame, ...]
    cash: tuple[pl.DataFrame, ...]
    results: tuple[pl.DataFrame, ...]
    adjusted: tuple[pl.DataFrame, ...]
    """What people added to a component's measure, as `engine.payees.measures.adjusted_measures` gives it."""
    everybody: tuple[Together, ...]
    """For each plan file."""
    held: dy.DataFrame[f.HeldSources]
    issues: tuple[Issue, ...]


@dataclass(frozen=True, slots=True)
class _Facts:
    """What decides what credits are worth."""

    credits: dy.DataFrame[f.Credits]
    deals: pl.DataFrame
    book: Book
    exchange: Exchange

    def worth(self, tested: pl.DataFrame, plan: Plan) -> pl.DataFrame:
        """Credits that were tested by the measures of a plan, with rates and what each is worth to them."""
        return with_worths(
            with_rates(tested, plan, self.exchange), self.credits, self.deals, self.book.deal_lines, plan
        )

    def cash(self, rows: pl.DataFrame, plan: Plan) -> pl.DataFrame:
        """Rows of cash, tested by the measures of a plan, with rates."""
        return with_rates(in_time(with_fits(rows, self.deals, plan), self.deals, plan), plan, self.exchange)


def prepare(
    credits_: dy.DataFrame[f.Credits], classified: dy.DataFrame[f.Classified], book: Book, rules: Rules
) -> Prepared:
    """What all components of a plan file share: who is enrolled, which measures count a deal, exchange rates."""
    deals = with_lists(classified, book.list_entries)
    facts = _Facts(credits_, deals, book, Exchange(book.fx_rates, rules.company.currency))
    ordered = _ordered(credits_)
    enrolled = enrol(ordered, book, rules.plans)
    imported, adjusted = imported_rows(book, rules.plans), achievements(book, rules.plans)
    known, held, issues = [], [adjusted.held], [enrolled.issues, imported.issues, adjusted.issues]
    for plan, rows in zip(rules.plans, enrolled.rows, strict=True):
        tested, stray = _tested(rows, deals, plan)
        held += [held_sources(stray, plan, component) for component in plan.components]
        issues += [tuple(stale(deal) for deal in stray["deal_id"].unique().sort())]
        issues += [tuple(missing_values(rows, deals, plan))]
        known.append(facts.worth(tested, plan))
    paid, received = [rows.clear() for rows in known], ordered.clear()
    if cash_is_read(rules.plans):
        received = paid_credits(ordered, deals, book.deal_events)
        days = enrol(received, book, rules.plans).rows
        paid = [facts.cash(rows, plan) for plan, rows in zip(rules.plans, days, strict=True)]
        issues.append(tuple(overpaid(deals, book.deal_events)))
    together = tuple(_together(ordered, received, facts, plan) for plan in rules.plans)
    whole = tuple(dict.fromkeys(join_issues(*issues)))
    sources = f.HeldSources.cast(pl.concat(held))
    return Prepared(deals, tuple(known), tuple(paid), imported.rows, adjusted.rows, together, sources, whole)


def _tested(rows: pl.DataFrame, deals: pl.DataFrame, plan: Plan) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The credits with which measures count them, and those of deals that are not known."""
    tested = with_fits(rows, deals, plan)
    unknown = pl.any_horizontal(pl.col(fits_column(name)).is_null() for name in plan.measures)
    return tested.filter(~unknown), tested.filter(unknown)


def _together(ordered: pl.DataFrame, received: pl.DataFrame, facts: _Facts, plan: Plan) -> Together:
    """Everybody's credits, each deal once, as far as the plan measures across people."""
    own = _only_across(plan)
    if not own.measures:
        return Together(ordered.clear(), received.clear(), ordered.clear())
    tested, _ = _tested(_of_its_days(ordered, plan), facts.deals, own)
    results = result_rows(facts.book).filter(pl.col("payee_id") == EVERYBODY)
    by_cash = any(measure.sum == "cash" for measure in own.measures.values())
    cash = facts.cash(_of_its_days(received, plan), own) if by_cash else received.clear()
    return Together(facts.worth(tested, own), cash, _of_its_days(results, plan))


def _only_across(plan: Plan) -> Plan:
    """The plan with nothing but its measures across people."""
    measures = {name: measure for name, measure in plan.measures.items() if measure.across is not None}
    return plan.model_copy(update={"measures": measures, "components": (), "precedence": ()})


def _of_its_days(rows: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    """The direct credits, or results, of the days on which a plan file is in force."""
    day, until = pl.col("dated_on"), plan.effective.until_on
    begun = rows.filter((pl.col("kind") == "direct") & (day >= plan.effective.from_on))
    return begun if until is None else begun.filter(day < until)


def _ordered(credits_: pl.DataFrame) -> pl.DataFrame:
    """What the stage needs of the credits, by payee, day and credit id; numbers sort in half the time of text."""
    payee = pl.col("payee_id").cast(pl.Enum(credits_["payee_id"].unique().sort())).to_physical()
    day = pl.col("dated_on").to_physical()
    shared = credits_.with_columns(_share_of_deal()).select(NEEDED)
    return shared.sort(payee.cast(pl.Int64) * 2**32 + day, "credit_id")


def _share_of_deal() -> list[pl.Expr]:
    """The share of the whole deal, which of a credit for a portion is told in millionths (its units)."""
    whole = pl.col("portion") == "all"
    return [
        pl.when(whole).then("share_num").otherwise("units_micros").alias("share_num"),
        pl.when(whole).then("share_den").otherwise(MICROS).alias("share_den"),
    ]
