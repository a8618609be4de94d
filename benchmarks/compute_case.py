"""The case of `compute`: one plan, a year of credits, each determined by its number, as the engine's frames.

A commission of 8 % up to the quota, 12 % to a quarter above it, 15 % beyond, each rate for its own slice, rounded half
up to the cent, over one fiscal year; every fourth deal is a renewal, which the plan does not count.
"""

from __future__ import annotations

import hashlib
from datetime import date
from typing import TypeVar, get_args, get_type_hints

import dataframely as dy
import polars as pl

from engine import frames as f
from engine.book import Book, Rules
from engine.documents.reading import read_company, read_plan

PAYEES = 500
S = TypeVar("S", bound=f.Frame)
MICROS = 1_000_000
CENT = 10_000
YEAR = 2026
CREDIT_MICROS = 5_000 * MICROS
SPREAD = 99_991
"""Prime, so that amounts repeat as rarely as they do in life."""

COMPANY = "company: Bench\nzone: UTC\ncurrency: USD\nfiscal_year_starts: 01-01\n"
PLAN = """\
plan: ae
title: Account Executive
currency: USD
effective: {from: 2026-01-01, until: 2027-01-01}
pays: monthly
rounding: half_up
measures:
  new_acv:
    sum: acv
    dated_by: closed_on
    credits: [direct]
    when: {motion: [new_business, upsell, cross_sell]}
components:
  - id: base
    title: Commission on new annual contract value
    kind: commission
    measure: new_acv
    quota: new_acv
    accumulates: year
    tiers: marginal
    brackets:
      - {from: 0%, rate: 8%}
      - {from: 100%, rate: 12%}
      - {from: 125%, rate: 15%}
"""
MOTIONS = ["new_business", "upsell", "cross_sell", "renewal"]


def rules() -> Rules:
    """The plan and its company."""
    company, plan = read_company(COMPANY, "company.yaml"), read_plan(PLAN, "ae.yaml")
    if company.rows is None or plan.rows is None:
        raise ValueError(f"{company.issues} {plan.issues}")
    return Rules(company.rows, (), (plan.rows,))


def crm_ids(prefix: str, number: pl.Expr) -> pl.Expr:
    """Record ids as Salesforce makes them; the last three letters are a checksum, AAA where there are only digits."""
    return pl.format("{}{}AAA", pl.lit(prefix), number.cast(pl.String).str.zfill(12))


def completed(schema: type[S], frame: pl.DataFrame) -> dy.DataFrame[S]:
    """The frame with nulls for what nobody filled in."""
    absent = [name for name in schema.columns() if name not in frame.columns]
    return schema.cast(frame.with_columns(pl.lit(None).alias(name) for name in absent))


def payees(rows: int) -> int:
    """How many people share the credits."""
    return min(PAYEES, rows)


def quota_micros(rows: int) -> int:
    """What two thirds of a payee's counted year come to, so that all three rates are used."""
    counted = rows // payees(rows) * 3 // 4
    return counted * (CREDIT_MICROS + SPREAD // 2 * CENT) * 2 // 3 // CENT * CENT


def deals(rows: int) -> dy.DataFrame[f.Classified]:
    """A won deal for each credit."""
    number = pl.int_range(rows, dtype=pl.Int64)
    amount = CREDIT_MICROS + (number * 7919 % SPREAD) * CENT
    day = pl.lit(date(YEAR, 1, 1)) + pl.duration(days=(number // payees(rows)) * 364 // max(1, rows // payees(rows)))
    made = pl.select(
        deal_id=crm_ids("006", number),
        account_id=pl.format("A{}", number // 20),
        motion=pl.lit(pl.Series(MOTIONS)).gather(number // payees(rows) % len(MOTIONS)),
        classified_by=pl.lit("type"),
        dated_on=day.cast(pl.Date),
        amount_micros=amount,
        acv_micros=amount,
        currency=pl.lit("USD"),
        fx_num=pl.lit(1, pl.Int64),
        fx_den=pl.lit(1, pl.Int64),
        families=pl.lit(pl.Series([[]], dtype=pl.List(pl.String))).first(),
    )
    return completed(f.Classified, made)


def credits_of(classified: dy.DataFrame[f.Classified]) -> dy.DataFrame[f.Credits]:
    """The whole of every deal to one payee."""
    number = pl.int_range(pl.len(), dtype=pl.Int64)
    return completed(
        f.Credits,
        classified.select(
            "deal_id",
            "amount_micros",
            "acv_micros",
            "currency",
            "dated_on",
            credit_id=pl.format("C{}", "deal_id"),
            payee_id=pl.format("P{}", (number % payees(classified.height)).cast(pl.String).str.zfill(4)),
            role=pl.lit("AE"),
            kind=pl.lit("direct"),
            portion=pl.lit("all"),
            share_num=pl.lit(1, pl.Int64),
            share_den=pl.lit(1, pl.Int64),
            units_micros=pl.lit(MICROS, pl.Int64),
            rule=pl.lit("new-business"),
        ),
    )


def book(rows: int) -> Book:
    """Who is on the plan, and their quotas; nothing else is looked at."""
    people = pl.select(person_id=pl.format("P{}", pl.int_range(payees(rows)).cast(pl.String).str.zfill(4)))
    first, last = pl.lit(date(YEAR, 1, 1)), pl.lit(date(YEAR + 1, 1, 1))
    quotas = people.with_columns(
        quota=pl.lit("new_acv"), from_on=first, until_on=last, amount_micros=pl.lit(quota_micros(rows), pl.Int64)
    )
    enrolments = people.with_columns(plan=pl.lit("ae"), from_on=first, until_on=pl.lit(None, pl.Date))
    empty = {name: get_args(kind)[0].empty() for name, kind in get_type_hints(Book).items()}
    return Book(**empty | {"enrolments": f.Enrolments.cast(enrolments), "quotas": f.Quotas.cast(quotas)})


def digest(totals: pl.DataFrame) -> str:
    """Pay by payee and month in whole cents, in a form that two contenders can be compared by."""
    ordered = totals.sort("payee_id", "period").select("payee_id", "period", "cents")
    print_ = hashlib.sha256(ordered.write_csv().encode()).hexdigest()[:12]
    return f"{ordered['cents'].sum():,} cents in {ordered.height:,} statements, fingerprint {print_}"
