"""Who answers for an owner's customers: the owner, and everybody above whose measure takes the team's customers."""

from __future__ import annotations

import polars as pl

from engine.book import Book
from engine.cohorts.owners import SPAN
from engine.deals.holders import People
from engine.deals.rollup import chains_above
from engine.documents.measures.measure import Levels, Measure
from engine.matching import in_force


def answerable(
    owned: pl.DataFrame, windows: pl.DataFrame, measure: Measure, plan: str, book: Book
) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """The spans (`SPAN`) of everybody who is on the plan on the last day of the window, and what is wrong above them.

    A manager answers for a customer who only changes hands below as for one who stays.
    """
    parts, found = [owned.filter(pl.lit("direct" in measure.credits))], list[pl.DataFrame]()
    if "rollup" in measure.credits:
        team = owned.select("payee_id", dated_on="since_on").unique()
        chains, found = chains_above(team, People.of(book))
        above = chains.filter(_within(measure.levels or Levels()))
        rolled = owned.join(above, left_on=["payee_id", "since_on"], right_on=["payee_id", "dated_on"])
        parts.append(rolled.with_columns(payee_id="to_payee_id").select(SPAN))
    return _enrolled(_joined(pl.concat(parts)), windows, plan, book), found


def _within(levels: Levels) -> pl.Expr:
    near = pl.col("level") >= levels.min
    return near if levels.max is None else near & (pl.col("level") <= levels.max)


def _joined(spans: pl.DataFrame) -> pl.DataFrame:
    """Spans of one payee for one customer that follow each other, as one."""
    key = ["window", "account_id", "payee_id"]
    ordered = spans.unique().sort(*key, "since_on")
    begins = (pl.col("since_on") > pl.col("till_on").cum_max().shift(1).over(key)).fill_null(value=True)
    blocks = ordered.with_columns(block=begins.cum_sum().over(key))
    whole = blocks.group_by(*key, "block").agg(pl.col("since_on").min(), pl.col("till_on").max())
    return whole.select(SPAN)


def _enrolled(spans: pl.DataFrame, windows: pl.DataFrame, plan: str, book: Book) -> pl.DataFrame:
    """The spans of those who are on the plan when the window ends."""
    people = book.enrolments.filter(pl.col("plan") == plan).select("from_on", "until_on", payee_id="person_id")
    last_day = pl.col("closes_on").dt.offset_by("-1d")
    there = windows.select("window", "closes_on").join(people, how="cross").filter(in_force(last_day))
    return spans.join(there, on=["window", "payee_id"], how="semi")
