"""A hand-written polars script of the plans of `plans_case`: what somebody who knows them by heart would write.

It is as exact as the engine and gives the amount of every credit, but it knows these plans, checks nothing, explains
nothing and books nothing.
"""

from __future__ import annotations

import sys
from datetime import date

import polars as pl

from benchmarks import compute_case as one
from benchmarks import plans_case as case
from benchmarks.child import measured

ACV, QUOTA = pl.col("acv_micros"), pl.col("quota_micros")
UNIT = one.CENT
TWO_YEARS, THREE_YEARS = 24, 36
NEW = pl.col("motion") != "renewal"
GROWTH = pl.col("motion").is_in(["upsell", "cross_sell"])


def cents(micros: pl.Expr, per_100k: pl.Expr | int) -> pl.Expr:
    """Micro-units times a rate in 1/100,000, in cents rounded half up."""
    whole = 100_000 * UNIT
    return (micros * per_100k + whole // 2) // whole


def running(frame: pl.DataFrame, *window: str) -> pl.DataFrame:
    """The total of the payee's window before and after each credit."""
    return frame.with_columns(after=ACV.cum_sum().over("payee_id", *window)).with_columns(before=pl.col("after") - ACV)


def slices(total: pl.Expr, tiers: list[tuple[pl.Expr, int]]) -> pl.Expr:
    """Cents of a total by marginal tiers: each rate for what lies between its bound and the next."""
    bounds = [bound for bound, _ in tiers[1:]] + [total]
    parts = [
        (pl.min_horizontal(total, above) - bound).clip(lower_bound=0) * rate
        for (bound, rate), above in zip(tiers, bounds, strict=True)
    ]
    return cents(pl.sum_horizontal(parts), 1)


def steps(total: pl.Expr, rows: list[tuple[pl.Expr, pl.Expr]], first: pl.Expr) -> pl.Expr:
    """What the highest row pays that the total has reached."""
    paid = first
    for bound, pays in rows:
        paid = pl.when(total >= bound).then(pays).otherwise(paid)
    return paid


def gained(frame: pl.DataFrame, curve: dict[str, pl.Expr]) -> pl.DataFrame:
    """What each credit adds to the curve, which is given before and after it."""
    return frame.with_columns(cents=curve["after"] - curve["before"])


def told(frame: pl.DataFrame, component: str) -> pl.DataFrame:
    """The columns in which all components are compared."""
    return frame.select("payee_id", "quarter", "credit_id", "cents", component=pl.lit(component))


def account_executives(mine: pl.DataFrame, quotas: pl.DataFrame) -> list[pl.DataFrame]:
    """Tiers of the year with a cap per deal, a SPIFF, the bonus of a quarter, and a kicker behind its gate."""
    new = mine.filter(NEW)
    yearly = quotas.group_by("payee_id").agg(QUOTA.sum())
    base = running(new.join(yearly, on="payee_id"))
    tiers = [(pl.lit(0), 8_000), (QUOTA, 12_000), (QUOTA * 5 // 4, 15_000)]
    base = gained(base, {at: slices(pl.col(at), tiers) for at in ("after", "before")})
    base = base.with_columns(pl.min_horizontal("cents", pl.lit(65_000)))
    in_window = pl.col("dated_on").is_between(date(2026, 4, 1), date(2026, 10, 1), closed="left")
    long = new.filter((pl.col("motion") == "new_business") & (pl.col("term_months") >= THREE_YEARS) & in_window)
    long = long.with_columns(cents=cents(ACV, 1_000))
    quarter = running(new.join(quotas, on=["payee_id", "quarter"]), "quarter")
    bonus = {
        at: steps(pl.col(at) * 100, [(QUOTA * 90, pl.lit(150_000)), (QUOTA * 101, pl.lit(400_000))], pl.lit(0))
        for at in ("after", "before")
    }
    reached = pl.col("after").last().over("payee_id", "quarter") * 100 >= QUOTA * 95
    flat = {at: cents(pl.col(at), 500) for at in ("after", "before")}
    kicker = gained(quarter, flat).filter(reached)
    return [told(base, "base"), told(long, "long"), told(gained(quarter, bonus), "quarter"), told(kicker, "kicker")]


def account_managers(mine: pl.DataFrame, quotas: pl.DataFrame) -> list[pl.DataFrame]:
    """The rate reached for the whole quarter, and rates by segment."""
    growth = running(mine.filter(GROWTH).join(quotas, on=["payee_id", "quarter"]), "quarter")
    curve = {}
    for at in ("after", "before"):
        total = pl.col(at)
        rate = steps(total * 100, [(QUOTA * 80, pl.lit(4_500)), (QUOTA * 100, pl.lit(6_000))], pl.lit(3_000))
        curve[at] = cents(total, rate)
    by_segment = {"Enterprise": 1_000, "Mid-Market": 1_500, "SMB": 2_000}
    rate = pl.col("segment").replace_strict(by_segment, return_dtype=pl.Int64)
    renewals = mine.filter(~NEW).with_columns(cents=cents(ACV, rate))
    return [told(gained(growth, curve), "growth"), told(renewals, "renewals")]


def success_managers(mine: pl.DataFrame, results: pl.DataFrame) -> list[pl.DataFrame]:
    """A rate with factors by term, amount tiers of the month under a cap, and a bonus between points."""
    factor = pl.when(pl.col("term_months") >= TWO_YEARS).then(900).otherwise(750)
    renewal = mine.filter(~NEW).with_columns(cents=cents(ACV, factor))
    expansion = running(mine.filter(GROWTH).with_columns(month=pl.col("dated_on").dt.month()), "month")
    tiers = [(pl.lit(0), 2_000), (pl.lit(100_000 * one.MICROS), 4_000)]
    capped = {at: pl.min_horizontal(slices(pl.col(at), tiers), pl.lit(800_000)) for at in ("after", "before")}
    value = pl.col("value_micros").clip(upper_bound=80 * one.MICROS)
    nps = results.with_columns(
        cents=pl.when(value <= 40 * one.MICROS)
        .then((value * 2_500 + one.MICROS // 2) // one.MICROS)
        .otherwise(100_000 + ((value - 40 * one.MICROS) * 5_000 + one.MICROS // 2) // one.MICROS),
        credit_id=pl.lit("nps"),
    )
    return [told(renewal, "renewal"), told(gained(expansion, capped), "expansion"), told(nps, "nps")]


def directors(mine: pl.DataFrame, quotas: pl.DataFrame) -> list[pl.DataFrame]:
    """An override in tiers of the quarter, and a small one on everything."""
    team = running(mine.filter(NEW).join(quotas, on=["payee_id", "quarter"]), "quarter")
    tiers = [(pl.lit(0), 500), (QUOTA, 750)]
    team = gained(team, {at: slices(pl.col(at), tiers) for at in ("after", "before")})
    return [told(team, "override"), told(mine.with_columns(cents=cents(ACV, 100)), "all")]


def lines(credits_: pl.DataFrame, deals: pl.DataFrame, book: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Every credit with what it pays, by plan and component."""
    facts = deals.select("deal_id", "motion", "segment", "term_months")
    known = (
        credits_.select("credit_id", "deal_id", "payee_id", "dated_on", "acv_micros")
        .join(facts, on="deal_id")
        .join(book["plans"], on="payee_id")
        .with_columns(quarter=pl.col("dated_on").dt.quarter())
        .sort("payee_id", "dated_on", "credit_id")
    )
    of = {str(name): rows for (name,), rows in known.partition_by("plan", as_dict=True).items()}
    made = (
        account_executives(of["ae"], book["quotas"])
        + account_managers(of["am"], book["quotas"])
        + success_managers(of["csm"], book["results"])
        + directors(of["director"], book["quotas"])
    )
    return pl.concat(
        [frame.with_columns(pl.col("cents").cast(pl.Int64), pl.col("quarter").cast(pl.Int8)) for frame in made]
    )


def main(rows: int) -> None:
    """Lines of all credits, added up by payee, component and quarter."""
    deals, book = case.deals(rows), case.book(rows)
    credits_ = case.credits_of(deals)
    at = [pl.col("person_id").alias("payee_id"), pl.col("from_on").dt.quarter().alias("quarter")]
    tables = {
        "plans": book.enrolments.select("plan", payee_id="person_id"),
        "quotas": book.quotas.select(*at, quota_micros="amount_micros"),
        "results": book.imported_results.select(*at, value_micros="value_micros"),
    }
    with measured() as work:
        made = lines(credits_, deals, tables)
        totals = made.group_by("payee_id", "component", "quarter").agg(pl.col("cents").sum())
    work.report(rows, pay=case.digest(totals))


if __name__ == "__main__":
    main(int(sys.argv[1]))
