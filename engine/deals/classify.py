"""Classify: from the book's won deals to deals that rules can test (motion, ACV, uplift, what the account says).

Dirt never gets further: a deal that lacks what pay depends on is held with an issue that names it.
"""

from __future__ import annotations

import dataframely as dy
import polars as pl

from engine import frames as f
from engine.book import Book, Rules
from engine.deals.contracts import (
    all_contracts,
    cancellations,
    contracts_of,
    ended,
    expiring,
    link_problems,
    signings,
    unclear_churns,
)
from engine.deals.dirt import dirt, plausible
from engine.deals.milestones import as_qualified
from engine.deals.motions import motion_problems, with_motion
from engine.deals.problems import issues_of, unheld
from engine.deals.running import running_acv
from engine.documents.tested import tested_fields
from engine.matching import in_force
from engine.model import LARGEST_MICROS, Found
from engine.texts import text

_SUMMED = ("cost_micros", "list_micros")
"""What a deal may leave to its lines."""
_SIZES = frozenset({"running_acv", "growth"})
"""Fields that need what the account has running: it is worked out only where one of them is asked for."""
_ACCOUNT_FACTS = ("segment", "territory", "industry", "country", "employees", "revenue_micros")


def classify(book: Book, rules: Rules) -> Found[dy.DataFrame[f.Classified]]:
    """Won deals, sorted by id, with their motion and every fact that rules may test."""
    won = with_motion(_won(book, rules.company.currency))
    return _with_facts(won, won, book, rules)


def classify_qualified(book: Book, rules: Rules) -> Found[dy.DataFrame[f.Classified]]:
    """Deals that passed their qualifying stage, as they were on that day; what became of them is not looked at."""
    home = rules.company.currency
    return _with_facts(with_motion(_won(as_qualified(book), home)), with_motion(_won(book, home)), book, rules)


def _with_facts(asked: pl.DataFrame, won: pl.DataFrame, book: Book, rules: Rules) -> Found[dy.DataFrame[f.Classified]]:
    """The deals asked about with every fact; contracts and relationships are those of won deals."""
    home = rules.company.currency
    contracts = contracts_of(book.contracts, won)
    renewals = expiring(asked, won, contracts, home)
    found = [
        *dirt(asked),
        *motion_problems(asked),
        *link_problems(renewals),
        unclear_churns(book.contracts, won),
    ]
    sized = asked if _SIZES & _asked_for(rules) else asked.clear()
    facts = (
        unheld(asked, found)
        .join(renewals.select("deal_id", "expiring_acv_micros"), on="deal_id", how="left")
        .join(signings(asked, won, contracts), on="deal_id", how="left")
        .join(running_acv(sized, won, all_contracts(book.contracts, won), home), on="deal_id", how="left")
        .join(cancellations(contracts), on="deal_id", how="left")
        .with_columns(cancelled_on=pl.min_horizontal("cancelled_on", "ended_on"))
        .join(_families(book.deal_lines), on="deal_id", how="left")
        .join(_sums_of_lines(book.deal_lines), on="deal_id", how="left")
        .with_columns(pl.coalesce(column, f"{column}_of_lines").alias(column) for column in _SUMMED)
    )
    return Found(_classified(facts), issues_of(found))


def _asked_for(rules: Rules) -> frozenset[str]:
    """The fields of deals that conditions test, and that rates follow."""
    followed = {part.rate_by.deal for plan in rules.plans for part in plan.components if part.rate_by is not None}
    return tested_fields((*rules.engagements, *rules.plans)) | followed


def acv_of(amount: pl.Expr, term_months: pl.Expr) -> pl.Expr:
    """ACV of a total over a term, in Int128: a year's part, rounded half away from zero to a micro-unit.

    Without a term the amount is the year's; null for a term below one month.
    """
    total, term = amount.cast(pl.Int128), term_months.cast(pl.Int128)
    yearly = total.sign() * ((total.abs() * 24 + term) // (term * 2))
    return pl.when(term_months.is_null()).then(total).when(term_months >= 1).then(yearly)


def _won(book: Book, home: str) -> pl.DataFrame:
    """Won deals with their account's facts, their ACV, and whether what they name is known."""
    accounts = book.accounts.select(
        "account_id", *_ACCOUNT_FACTS, account_name="name", account_facts="facts", account_known=pl.lit(value=True)
    )
    owners = book.people.select(owner_id="user_id", owner_known=pl.lit(value=True)).unique()
    return (
        book.deals.filter("is_won", "is_closed")
        .join(accounts, on="account_id", how="left")
        .join(owners, on="owner_id", how="left")
        .join(_home_rates(book), on=["currency", "closed_on"], how="left")
        .join(ended(book.deal_events), on="deal_id", how="left")
        .with_columns(
            pl.col("account_known", "owner_known").fill_null(value=False),
            fx_num=pl.when(pl.col("currency") == home).then(1).otherwise("fx_num"),
            fx_den=pl.when(pl.col("currency") == home).then(1).otherwise("fx_den"),
            dated_on=pl.col("closed_on"),
            closed_on=plausible(pl.col("closed_on")),
            exact_acv=pl.coalesce(
                pl.col("acv_micros").cast(pl.Int128), acv_of(pl.col("amount_micros"), pl.col("term_months"))
            ),
        )
        .with_columns(
            acv_micros=pl.when(pl.col("exact_acv").abs() <= LARGEST_MICROS).then(
                pl.col("exact_acv").cast(pl.Int64, strict=False)
            )
        )
        .sort("deal_id")
    )


def _joined_facts() -> pl.Expr:
    """The JSON object with the facts of account and deal; the mapping gives no name to both."""
    account, deal = pl.col("account_facts"), pl.col("facts")
    both = text("{},{}", account.str.head(-1), deal.str.slice(1))
    return pl.coalesce(both, deal, account)


def _home_rates(book: Book) -> pl.DataFrame:
    """By currency and day of the deals: the exchange rate into the company's currency, where there is just one."""
    days = book.deals.filter("is_won").select("currency", "closed_on").unique()
    rated = days.join(book.fx_rates, on="currency").filter(in_force(pl.col("closed_on")))
    single = rated.filter(pl.len().over("currency", "closed_on") == 1)
    return single.select("currency", "closed_on", fx_num="rate_num", fx_den="rate_den")


def _families(lines: dy.DataFrame[f.DealLines]) -> pl.DataFrame:
    named = lines.filter(pl.col("family").is_not_null())
    return named.group_by("deal_id").agg(families=pl.col("family").unique().sort())


def _sums_of_lines(lines: dy.DataFrame[f.DealLines]) -> pl.DataFrame:
    """Cost and list price of whole deals, null where one of the lines does not say or the sum is out of range."""
    whole = pl.col(*_SUMMED).cast(pl.Int128).sum()
    known = (pl.col(*_SUMMED).null_count() == 0) & (whole.abs() <= LARGEST_MICROS)
    sums = pl.when(known).then(whole).cast(pl.Int64, strict=False).name.suffix("_of_lines")
    return lines.group_by("deal_id").agg(sums)


def _classified(facts: pl.DataFrame) -> dy.DataFrame[f.Classified]:
    base = pl.col("expiring_acv_micros")
    filled = facts.with_columns(
        uplift_num=pl.when(base > 0).then(pl.col("acv_micros") - base),
        uplift_den=pl.when(base > 0).then(base),
        families=pl.col("families").fill_null(pl.lit([], dtype=pl.List(pl.String))),
        windows=pl.lit([], dtype=pl.List(pl.String)),
        arms=pl.lit([], dtype=pl.List(pl.String)),
        facts=_joined_facts(),
    )
    return f.Classified.validate(filled.select(f.Classified.column_names()).sort("deal_id"))
