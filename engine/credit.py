"""Credit: who gets which share of a deal. Direct shares add up to the deal exactly; overlays come on top of it.

Every share is money to the micro-unit (largest remainder), so that the credits of a deal sum to the deal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import dataframely as dy
import polars as pl

from engine import frames as f
from engine.assign import in_force_by, with_circumstances
from engine.book import Book, Rules
from engine.documents.engagement import CreditShare
from engine.matching import fits
from engine.model import Found, Severity
from engine.problems import issues_of, problems, unheld
from engine.rollup import rolled_up
from engine.shares import MEASURES, PARTS_OF_A_SPLIT, divided, portion, reduced, weight_of
from engine.splits import crm_splits

_DIVIDED_TOGETHER = ("deal_id", "portion", "set")
"""The direct shares of a portion are divided together, each overlay by itself."""
_MOST_SPLITS = 1_000_000
"""More than a deal can have: shares keep their order in the rule, and splits theirs within a share."""

_ROWS = {
    "deal_id": pl.String,
    "payee_id": pl.String,
    "role": pl.String,
    "kind": pl.String,
    "portion": pl.String,
    "set": pl.Int64,
    "place": pl.Int64,
    "weight": pl.Int128,
    **dict.fromkeys(MEASURES, pl.Int128),
    "currency": pl.String,
    "dated_on": pl.Date,
    "rule": pl.String,
    "from_payee_id": pl.String,
}
"""A share on its way to a credit: its measures are its group's totals until they are divided."""


def credit(
    classified: dy.DataFrame[f.Classified],
    assignments: dy.DataFrame[f.Assignments],
    appointments: dy.DataFrame[f.Appointments],
    book: Book,
    rules: Rules,
) -> Found[dy.DataFrame[f.Credits]]:
    """Direct, overlay and roll-up credits of the assigned deals, sorted by id."""
    assigned = assignments.select("deal_id", "rule", "rules_of_engagement")
    deals = with_circumstances(classified.join(assigned, on="deal_id"), book)
    sharing = [*_sharing(deals, rules)]
    splits, found = crm_splits(
        book, pl.concat([deals.clear(), *(rows for rows, _, share in sharing if share.split_by)])
    )
    found += [_unportioned(rows) for rows, _, share in sharing if share.portion != "all"]
    filled = {role: appointments.filter(pl.col("role") == role) for role in appointments["role"].unique()}
    shares = [
        part for rows, place, share in sharing for part in _shares(unheld(rows, found), place, share, filled, splits)
    ]
    rows = divided(pl.concat([pl.DataFrame(schema=_ROWS), *shares]), _DIVIDED_TOGETHER)
    check_sums(rows, deals)
    single = _merged(rows.filter(pl.col("payee_id").is_not_null()).with_columns(credit_id=_credit_id()))
    up, loops = rolled_up(single.filter(pl.col("kind") == "direct"), book, rules)
    credited = reduced(pl.concat([single, up.with_columns(credit_id=_roll_up_id())]))
    return Found(
        f.Credits.validate(credited.select(f.Credits.column_names()).sort("credit_id"), cast=True),
        issues_of([*found, *loops]),
    )


def check_sums(rows: pl.DataFrame, deals: pl.DataFrame) -> None:
    """Direct shares sum to their deal in amount, ACV and units; anything else is our bug, and nothing may be paid."""
    sums = rows.filter(pl.col("kind") == "direct").group_by("deal_id").agg(pl.col(*MEASURES).sum())
    whole = deals.select("deal_id", *(expr.name.suffix("_due") for expr in portion("all")))
    wrong = sums.join(whole, on="deal_id").filter(
        pl.any_horizontal(pl.col(measure) != pl.col(f"{measure}_due") for measure in MEASURES)
    )
    if wrong.height:
        msg = f"the credits of deal {wrong['deal_id'].sort()[0]} do not add up to it"
        raise ArithmeticError(msg)


def _sharing(deals: pl.DataFrame, rules: Rules) -> Iterator[tuple[pl.DataFrame, int, CreditShare]]:
    """For each share of each rule (with its place in the rule): the deals that it is given on."""
    for engagement in rules.engagements:
        named = pl.col("rules_of_engagement") == engagement.rules_of_engagement
        governed = deals.filter(named & in_force_by(engagement))
        for rule in engagement.rules:
            decided = governed.filter(pl.col("rule") == rule.id)
            for place, share in enumerate(rule.credit):
                yield decided.filter(fits(share.when)), place, share


def _shares(
    deals: pl.DataFrame, place: int, share: CreditShare, filled: Mapping[str, pl.DataFrame], splits: pl.DataFrame
) -> Iterator[pl.DataFrame]:
    """One row a deal and payee of a share: the holder of its role, or the people among whom the CRM splits it."""
    rows = deals.with_columns(
        *portion(share.portion),
        role=pl.lit(share.to),
        kind=pl.lit("overlay" if share.overlay else "direct"),
        portion=pl.lit(share.portion),
        set=pl.lit(place if share.overlay else -1, dtype=pl.Int64),
        from_payee_id=pl.lit(None, dtype=pl.String),
    ).filter(pl.any_horizontal(pl.col(*MEASURES) != 0))
    weight, first = pl.lit(weight_of(share.share), dtype=pl.Int128), pl.lit(place * _MOST_SPLITS, dtype=pl.Int64)
    by_crm = pl.col("crm_splits") & bool(share.split_by)
    if share.to in filled:
        holders = filled[share.to].select("deal_id", payee_id="person_id")
        held = rows.filter(~by_crm).join(holders, on="deal_id")
        yield held.with_columns(place=first, weight=weight * PARTS_OF_A_SPLIT).select(_ROWS.keys())
    if share.split_by:
        split = rows.filter(by_crm).join(splits, on="deal_id")
        yield split.with_columns(place=first + pl.col("place"), weight=weight * pl.col("parts")).select(_ROWS.keys())


def _unportioned(deals: pl.DataFrame) -> pl.DataFrame:
    return problems(
        deals.filter(pl.col("expiring_acv_micros").is_null()),
        "missing_expiring_acv",
        Severity.HOLDS,
        "is to be divided at the expiring ACV, which is not known.",
        "Name the renewed contract or the prior deal in the CRM.",
    )


def _merged(rows: pl.DataFrame) -> pl.DataFrame:
    """Shares of one payee in one role, kind and portion of a deal are one credit."""
    repeated = pl.col("credit_id").is_duplicated()
    others = pl.col(*(name for name in rows.columns if name not in ("credit_id", "weight", *MEASURES)))
    merged = (
        rows.filter(repeated)
        .sort("credit_id", "place")
        .group_by("credit_id", maintain_order=True)
        .agg(others.first(), pl.col("weight", *MEASURES).sum())
    )
    return pl.concat([rows.filter(~repeated), merged.select(rows.columns)])


def _credit_id() -> pl.Expr:
    return pl.format("{}:{}:{}:{}:{}", "deal_id", "kind", "role", "portion", "payee_id")


def _roll_up_id() -> pl.Expr:
    return pl.format("{}:{}", _credit_id(), "from_payee_id")
