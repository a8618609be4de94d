"""publish: what the CRM should say of each deal (DESIGN 6): owners, status, one amount and one line of reason.

The amount is that of the commercial owner, in the deal's own currency, because CRM amount fields have no other. No
one else's pay leaves through a deal.
"""

from __future__ import annotations

from collections.abc import Collection

import dataframely as dy
import polars as pl

from engine import frames as f
from engine.book import Expected

LONGEST_REASON = 255
"""What a text field of a CRM holds."""

CLEARED = "No longer a won deal."
RESPONSIBILITIES = ("value", "commercial", "execution")


def publish(
    classified: dy.DataFrame[f.Classified],
    assignments: dy.DataFrame[f.Assignments],
    lines: dy.DataFrame[f.Lines],
    people: dy.DataFrame[f.People],
    published: Collection[str] = (),
    *,
    expected: Expected | None = None,
) -> dy.DataFrame[f.DealOutcomes]:
    """One row for each assigned deal, and a cleared one for each of the `published` deals that is no longer won.

    `lines` are all lines of the deals' commercial owners; owners become CRM user ids. The open deals of `expected` show
    whose they will be, and never an amount.
    """
    deals = assignments.join(
        classified.select("deal_id", "account_id", "motion", deal_currency="currency"), on="deal_id", how="left"
    ).join(_earned(lines), left_on=["deal_id", "commercial_owner_id"], right_on=["deal_id", "payee_id"], how="left")
    shown = ~pl.col("held") & (pl.col("currency") == pl.col("deal_currency"))
    outcomes = _as_users(deals, people).select(
        "deal_id",
        "account_id",
        "motion",
        *(f"{name}_owner_id" for name in RESPONSIBILITIES),
        status=pl.when("held").then(pl.lit("held")).otherwise(pl.lit("credited")),
        amount_micros=pl.when(shown).then("amount_micros"),
        currency=pl.when(shown).then("currency"),
        reason=_short(pl.col("reason")),
    )
    ahead = _expected(expected or Expected.nothing(), people)
    gone = sorted(set(published) - set(assignments["deal_id"]) - set(ahead["deal_id"]))
    cleared = pl.DataFrame({"deal_id": gone}, schema={"deal_id": pl.String}).with_columns(
        status=pl.lit("cleared"), reason=pl.lit(CLEARED)
    )
    return f.DealOutcomes.validate(pl.concat([outcomes, ahead, cleared], how="diagonal").sort("deal_id"), cast=True)


def _expected(expected: Expected, people: dy.DataFrame[f.People]) -> pl.DataFrame:
    """What open deals show."""
    known = expected.classified.select("deal_id", "account_id", "motion")
    deals = expected.assignments.join(known, on="deal_id", how="left")
    return _as_users(deals, people).select(
        "deal_id",
        "account_id",
        "motion",
        *(f"{name}_owner_id" for name in RESPONSIBILITIES),
        status=pl.when("held").then(pl.lit("held")).otherwise(pl.lit("expected")),
        reason=_short(pl.col("reason")),
    )


def _earned(lines: dy.DataFrame[f.Lines]) -> pl.DataFrame:
    """What each payee earns on each deal, where that is in one currency."""
    of_deals = lines.filter(pl.col("deal_id").is_not_null()).group_by("deal_id", "payee_id")
    sums = of_deals.agg(
        pl.col("amount_micros").sum(), pl.col("currency").first(), currencies=pl.col("currency").n_unique()
    )
    return sums.filter(pl.col("currencies") == 1).drop("currencies")


def _as_users(deals: pl.DataFrame, people: dy.DataFrame[f.People]) -> pl.DataFrame:
    """The deals with CRM user ids in place of the owners' payee ids."""
    for name in RESPONSIBILITIES:
        column = f"{name}_owner_id"
        users = people.select(pl.col("person_id").alias(column), user="user_id")
        deals = deals.join(users, on=column, how="left").with_columns(pl.col("user").alias(column)).drop("user")
    return deals


def _short(text: pl.Expr) -> pl.Expr:
    """One line that fits the field."""
    line = text.str.replace_all(r"\s+", " ").str.strip_chars()
    cut = line.str.slice(0, LONGEST_REASON - 1) + "…"
    return pl.when(line.str.len_chars() > LONGEST_REASON).then(cut).otherwise(line)
