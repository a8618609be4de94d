"""The case of `plans`: four plans that use most kinds of component, over a year of credits of a whole sales force.

Account executives (marginal tiers with a cap per deal, a SPIFF by term, a bonus in steps, a kicker behind a gate),
account managers (retroactive tiers, rates by segment behind a gate, a multiplier), customer success managers (a small
rate with factors by term, amount tiers with a cap per window, an imported result paid between points), and directors,
who are paid an override on the credits of their people: half of all credits.
"""

from __future__ import annotations

from datetime import date
from typing import get_args, get_type_hints

import dataframely as dy
import polars as pl

from benchmarks import compute_case as one
from engine import frames as f
from engine.book import Book, Rules
from engine.documents.reading import read_company, read_plan

DIRECTORS = 20
SELLERS = {"ae": 300, "am": 90, "csm": 90}
PEOPLE = {**SELLERS, "director": DIRECTORS}
QUOTAS = {"ae": "sales", "am": "growth", "csm": "growth", "director": "team"}
SEGMENTS = ["SMB", "Mid-Market", "Enterprise"]
TERMS = [12, 24, 36]

HEAD = "plan: {plan}\ncurrency: USD\neffective: {{from: 2026-01-01, until: 2027-01-01}}\n"
PLANS = {
    "ae": """\
measures:
  new: {sum: acv, when: {motion: [new_business, upsell, cross_sell]}}
  long: {sum: acv, when: {motion: new_business, term_months: {min: 36}}}
components:
  - id: base
    kind: commission
    measure: new
    quota: sales
    accumulates: year
    tiers: marginal
    brackets: [{from: 0%, rate: 8%}, {from: 100%, rate: 12%}, {from: 125%, rate: 15%}]
    cap: {per: deal, amount: 650}
  - {id: long, kind: spiff, measure: long, rate: 1%, effective: {from: 2026-04-01, until: 2026-10-01}}
  - id: quarter
    kind: bonus
    measure: new
    quota: sales
    accumulates: quarter
    brackets: [{from: 0%, lump: 0}, {from: 90%, lump: 1_500}, {from: 101%, lump: 4_000}]
  - id: kicker
    kind: spiff
    measure: new
    rate: 0.5%
    accumulates: quarter
    only_if: {attainment_of: quarter, min: 95%}
""",
    "am": """\
measures:
  growth: {sum: acv, when: {motion: [upsell, cross_sell]}}
  renewed: {sum: acv, when: {motion: renewal}}
components:
  - id: growth
    kind: commission
    measure: growth
    quota: growth
    accumulates: quarter
    tiers: whole
    brackets: [{from: 0%, rate: 3%}, {from: 80%, rate: 4.5%}, {from: 100%, rate: 6%}]
  - id: renewals
    kind: commission
    measure: renewed
    rates:
      - {when: {segment: Enterprise}, rate: 1%}
      - {when: {segment: Mid-Market}, rate: 1.5%}
      - {otherwise: 2%}
""",
    "csm": """\
measures:
  renewed: {sum: acv, when: {motion: renewal}}
  expansion: {sum: acv, when: {motion: [upsell, cross_sell]}}
  nps: {import: nps, as: number}
components:
  - id: renewal
    kind: commission
    measure: renewed
    rate: 0.75%
    by_deal: [{when: {term_months: {min: 24}}, factor: 120%}, {otherwise: 100%}]
  - id: expansion
    kind: commission
    measure: expansion
    accumulates: month
    tiers: marginal
    brackets: [{from: 0, rate: 2%}, {from: 100_000, rate: 4%}]
    cap: {per: window, amount: 8_000}
  - id: nps
    kind: bonus
    measure: nps
    accumulates: quarter
    points: [{at: 0, pays: 0}, {at: 40, pays: 1_000}, {at: 80, pays: 3_000}]
    beyond: flat
""",
    "director": """\
measures:
  team: {sum: acv, credits: [rollup], when: {motion: [new_business, upsell, cross_sell]}}
  all_of_team: {sum: acv, credits: [rollup]}
components:
  - id: override
    kind: manager_override
    measure: team
    quota: team
    accumulates: quarter
    tiers: marginal
    brackets: [{from: 0%, rate: 0.5%}, {from: 100%, rate: 0.75%}]
  - {id: all, kind: manager_override, measure: all_of_team, rate: 0.1%}
""",
}


def rules() -> Rules:
    """The plans and their company."""
    company = read_company(one.COMPANY, "company.yaml")
    plans = [read_plan(HEAD.format(plan=name) + text, f"{name}.yaml") for name, text in PLANS.items()]
    issues = [*company.issues, *(issue for plan in plans for issue in plan.issues)]
    if issues or company.rows is None:
        raise ValueError(str(issues))
    return Rules(company.rows, (), tuple(plan.rows for plan in plans if plan.rows is not None))


def sellers() -> int:
    """How many people sell; what is left of all payees are directors."""
    return sum(SELLERS.values())


def person(number: pl.Expr) -> pl.Expr:
    """The id of a person by number: sellers in the order of their plans, then directors."""
    return pl.format("P{}", number.cast(pl.String).str.zfill(4))


def deals(rows: int) -> dy.DataFrame[f.Classified]:
    """A won deal for two credits: its seller's and its director's."""
    number = pl.int_range(rows // 2, dtype=pl.Int64)
    turn, turns = number // sellers(), max(1, rows // 2 // sellers())
    amount = one.CREDIT_MICROS + (number * 7919 % one.SPREAD) * one.CENT
    day = pl.lit(date(one.YEAR, 1, 1)) + pl.duration(days=turn * 364 // turns)
    made = pl.select(
        deal_id=one.crm_ids("006", number),
        account_id=pl.format("A{}", number // 20),
        motion=pl.lit(pl.Series(one.MOTIONS)).gather(turn % len(one.MOTIONS)),
        segment=pl.lit(pl.Series(SEGMENTS)).gather(number % len(SEGMENTS)),
        term_months=pl.lit(pl.Series(TERMS)).gather(number * 31 // 7 % len(TERMS)),
        classified_by=pl.lit("type"),
        dated_on=pl.min_horizontal(day.cast(pl.Date), pl.lit(date(one.YEAR, 12, 31))),
        amount_micros=amount,
        acv_micros=amount,
        currency=pl.lit("USD"),
        fx_num=pl.lit(1, pl.Int64),
        fx_den=pl.lit(1, pl.Int64),
        families=pl.lit(pl.Series([[]], dtype=pl.List(pl.String))).first(),
    )
    return one.completed(f.Classified, made)


def credits_of(classified: dy.DataFrame[f.Classified]) -> dy.DataFrame[f.Credits]:
    """Every deal to its seller, and rolled up to the director of that seller."""
    seller = pl.int_range(pl.len(), dtype=pl.Int64) % sellers()
    direct = classified.select(
        "deal_id",
        "amount_micros",
        "acv_micros",
        "currency",
        "dated_on",
        credit_id=pl.format("C{}", "deal_id"),
        payee_id=person(seller),
        role=pl.lit("AE"),
        kind=pl.lit("direct"),
        portion=pl.lit("all"),
        share_num=pl.lit(1, pl.Int64),
        share_den=pl.lit(1, pl.Int64),
        units_micros=pl.lit(one.MICROS, pl.Int64),
        rule=pl.lit("own"),
    )
    above = direct.with_columns(
        credit_id=pl.format("R{}", "deal_id"),
        payee_id=person(sellers() + seller % DIRECTORS),
        from_payee_id="payee_id",
        level=pl.lit(1, pl.Int64),
        kind=pl.lit("rollup"),
    )
    return one.completed(f.Credits, pl.concat([direct, above], how="diagonal"))


def _quota_micros(rows: int, plan: str) -> int:
    """A quota for the year that about half of the quarters reach."""
    each = rows // 2 // sellers() * (one.CREDIT_MICROS + one.SPREAD // 2 * one.CENT)
    counted = {
        "ae": 3 * each // 4,
        "am": each // 2,
        "csm": each // 2,
        "director": each * sellers() // DIRECTORS * 3 // 4,
    }
    return counted[plan] // one.MICROS * one.MICROS


def book(rows: int) -> Book:
    """Who is on which plan, quotas by quarter, and imported results; nothing else is looked at."""
    number = pl.int_range(sum(PEOPLE.values()))
    plan = pl.Series([name for name, count in PEOPLE.items() for _ in range(count)], dtype=pl.String)
    people = pl.select(person_id=person(number), plan=plan, number=number)
    quarters = pl.DataFrame({"from_on": [date(one.YEAR, month, 1) for month in (1, 4, 7, 10)]})
    quarters = quarters.with_columns(until_on=pl.col("from_on").dt.offset_by("3mo"))
    by_quarter = people.join(quarters, how="cross")
    quota = {name: _quota_micros(rows, name) // 4 // one.CENT * one.CENT for name in PEOPLE}
    quotas = by_quarter.select(
        "person_id",
        "from_on",
        "until_on",
        quota=pl.col("plan").replace_strict(QUOTAS),
        amount_micros=pl.col("plan").replace_strict(quota),
    )
    results = by_quarter.filter(pl.col("plan") == "csm").select(
        "person_id",
        "from_on",
        "until_on",
        result=pl.lit("nps"),
        value_micros=(pl.col("number") * 7 % 97).cast(pl.Int64) * one.MICROS,
        in_percent=pl.lit(value=False),
    )
    empty = {name: get_args(kind)[0].empty() for name, kind in get_type_hints(Book).items()}
    enrolled = people.select("person_id", "plan", from_on=pl.lit(date(one.YEAR, 1, 1)), until_on=pl.lit(None, pl.Date))
    made = {
        "enrolments": f.Enrolments.cast(enrolled),
        "quotas": f.Quotas.cast(quotas),
        "imported_results": f.ImportedResults.cast(results),
    }
    return Book(**empty | made)


def digest(lines: pl.DataFrame) -> str:
    """Cents by payee, component and quarter, of rows of `payee_id`, `component`, `quarter` and `cents`."""
    totals = lines.group_by("payee_id", period=pl.format("{} {}", "component", "quarter")).agg(pl.col("cents").sum())
    return one.digest(totals.filter(pl.col("cents") != 0).with_columns(pl.col("cents").cast(pl.Int64)))
