"""Which credits meet which plan file: the payee was enrolled in the plan and the file in force on the credit's day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import dataframely as dy
import polars as pl

from engine import frames as f
from engine.book import Book
from engine.documents.measures.across import EVERYBODY
from engine.documents.plans.plan import Plan
from engine.matching import in_force
from engine.model import Found, Issue, Severity

LAST_DAY = date.max


def enrol(credits_: pl.DataFrame, book: Book, plans: Sequence[Plan]) -> Found[tuple[pl.DataFrame, ...]]:
    """For each plan file its credits, in the given order; a direct or overlay credit that meets none is an issue.

    Roll-ups and team credits of people who are on no plan that day are no issue. Days of leave on which a plan pays
    nothing count as days on it.
    """
    placed = credits_.with_row_index("place")
    met = placed.join(_coverage(book.enrolments, plans), on="payee_id", maintain_order="left")
    met = met.filter(in_force(pl.col("dated_on"))).drop("from_on", "until_on")
    of_plans = tuple(
        _there(met.filter(pl.col("file") == file).drop("file", "place"), book.leaves, plan)
        for file, plan in enumerate(plans)
    )
    own = ~pl.col("kind").is_in(["rollup", "overlay_rollup", "team"]) & (pl.col("payee_id") != EVERYBODY)
    unmet = placed.filter(own & ~pl.col("place").is_in(met["place"].implode()))
    return Found(of_plans, tuple(_unmet(unmet)))


def _there(rows: pl.DataFrame, leaves: dy.DataFrame[f.Leaves], plan: Plan) -> pl.DataFrame:
    """The credits that are paid: of days of leave only where the plan pays them, or the leave is protected."""
    if plan.leave.deals == "paid" or leaves.is_empty():
        return rows
    away = rows.join(leaves.filter(~pl.col("protected")), left_on="payee_id", right_on="person_id")
    gone = away.filter(in_force(pl.col("dated_on")))
    return rows.join(gone, on=["credit_id", "dated_on"], how="anti", maintain_order="left")


def _coverage(enrolments: dy.DataFrame[f.Enrolments], plans: Sequence[Plan]) -> pl.DataFrame:
    """Payee, plan file and the days on which both the enrolment and the file are in force."""
    files = pl.DataFrame(
        [
            (plan.plan, file, plan.effective.from_on, plan.effective.until_on, plan.days_after_leaving)
            for file, plan in enumerate(plans)
        ],
        schema={"plan": pl.String, "file": pl.Int64, "file_from": pl.Date, "file_until": pl.Date, "more": pl.Int64},
        orient="row",
    )
    left = pl.col("until_on") == pl.col("until_on").fill_null(LAST_DAY).max().over("person_id")
    longer = pl.when("left").then(pl.col("until_on") + pl.duration(days="more")).otherwise("until_on")
    return (
        merged(enrolments)
        .with_columns(left=left)
        .join(files, on="plan")
        .with_columns(until_on=longer)
        .select(
            "file",
            payee_id="person_id",
            from_on=pl.max_horizontal("from_on", "file_from"),
            until_on=pl.min_horizontal("until_on", "file_until"),
        )
        .filter(pl.col("until_on").is_null() | (pl.col("from_on") < pl.col("until_on")))
    )


def merged(enrolments: dy.DataFrame[f.Enrolments]) -> pl.DataFrame:
    """Enrolments without overlaps, so that a day enrolled twice still counts a credit once."""
    key = ["person_id", "plan"]
    until = pl.col("until_on").fill_null(LAST_DAY)
    block = (pl.col("from_on") > until.cum_max().shift(1).over(key)).fill_null(value=True).cum_sum()
    blocks = enrolments.sort(*key, "from_on").with_columns(until_on=until).with_columns(block=block)
    ranges = blocks.group_by(*key, "block").agg(pl.col("from_on").min(), pl.col("until_on").max())
    return ranges.drop("block").with_columns(until_on=pl.when(pl.col("until_on") < LAST_DAY).then("until_on"))


def _unmet(rows: pl.DataFrame) -> list[Issue]:
    """One issue a payee, with the range of days, in the order of payees."""
    found = rows.group_by("payee_id").agg(pl.len(), pl.col("dated_on").min().alias("first"), pl.col("dated_on").max())
    return [
        Issue(
            code="no_plan",
            severity=Severity.WARNS,
            subject=f"payee {payee}",
            message=f"is credited on days without a plan ({first} to {last}, credits: {count}); that earns nothing.",
            remedy="Enrol the payee in a plan that is in force on those days, or leave it so.",
        )
        for payee, count, first, last in found.sort("payee_id").iter_rows()
    ]
