"""Held over: who had a role before it changed hands, for the deals of the days after (`engagement.holdover`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

import polars as pl

from engine.book import Book
from engine.deals.blanks import blanks
from engine.deals.holders import People, filled
from engine.deals.place import replaced
from engine.documents.engagement.engagement import Engagement
from engine.documents.engagement.holdover import PARTS, Holdover
from engine.matching import fits
from engine.texts import text

FORMER = {"deal_id": pl.String, "person_id": pl.String, "how": pl.String, "parts": pl.Int64}


def held_over(
    role: str,
    engagement: Engagement,
    deals: pl.DataFrame,
    present: pl.DataFrame,
    book: Book,
    *,
    teams: pl.DataFrame,
) -> pl.DataFrame:
    """By deal: the former holder of the role, and the parts of its credit that are still his.

    Who holds the role on the deal's team (`teams`) held it before, too.
    """
    holdover, people = engagement.holdovers[role], replace(People.of(book), teams=teams)
    created = book.deals.select("deal_id", "created_on")
    asked = deals.join(created, on="deal_id", how="left").join(present.select("deal_id", now="person_id"), on="deal_id")
    parts = [pl.DataFrame(schema=FORMER)]
    for change in sorted(_changes(role, engagement, book), reverse=True):
        soon = asked.filter(_in_time(holdover, change))
        if soon.height:
            then = replaced(soon.with_columns(dated_on=pl.lit(change - timedelta(days=1))), engagement, book)
            found = filled(role, (), then, people).filter(pl.col("rivals").is_null())
            other = found.join(soon.select("deal_id", "now", "dated_on"), on="deal_id").filter(
                pl.col("person_id").ne_missing(pl.col("now"))
            )
            how = text("{} until {}, held over for {} days", "how", pl.lit(str(change)), pl.lit(holdover.all_days))
            parts.append(other.select("deal_id", "person_id", how=how, parts=_parts(holdover, change)))
            asked = asked.join(other, on="deal_id", how="anti")
    return pl.concat(parts)


def eligible(
    former: Mapping[str, pl.DataFrame], placed: pl.DataFrame, engagement: Engagement
) -> tuple[dict[str, pl.DataFrame], list[pl.DataFrame]]:
    """Of those held over by role: those whose deals fit the holdover's `when`; and where a missing value decided."""
    found: list[pl.DataFrame] = []
    for role, rows in former.items():
        asked = placed.join(rows, on="deal_id", how="semi").with_columns(place=pl.lit(1))
        found.append(blanks(asked, [(f"the holdover of {role}", engagement.holdovers[role].when)]))
    return {
        role: rows.join(placed.filter(fits(engagement.holdovers[role].when)), on="deal_id", how="semi")
        for role, rows in former.items()
    }, found


def _in_time(holdover: Holdover, change: date) -> pl.Expr:
    """Deals of the days after a change, where asked for those that were open by then."""
    day = pl.col("dated_on")
    after = (day >= pl.lit(change)) & (day < pl.lit(change) + pl.duration(days=holdover.all_days))
    return after if holdover.of == "all_deals" else after & (pl.col("created_on") < pl.lit(change))


def _parts(holdover: Holdover, change: date) -> pl.Expr:
    """How much is still the former holder's, by the stretch of days in which the deal lies."""
    day, kept = pl.col("dated_on"), pl.lit(0, dtype=pl.Int64)
    for until, share in reversed(list(holdover.stretches(change))):
        here = pl.lit(int(share * PARTS), dtype=pl.Int64)
        kept = pl.when(day < pl.lit(until)).then(here).otherwise(kept)
    return kept


def _changes(role: str, engagement: Engagement, book: Book) -> set[date]:
    """Every day on which the role may have changed hands."""
    held = book.role_holdings.filter(pl.col("role") == role)
    days = [held["from_on"], held["until_on"]]
    if engagement.segments or engagement.territories:
        days += [book.list_entries["from_on"], book.list_entries["until_on"]]
    known = pl.concat(days).drop_nulls().unique()
    drawn = [each.effective for each in (*engagement.segments, *engagement.territories) if each.effective is not None]
    redrawn = {day for window in drawn for day in (window.from_on, window.until_on) if day is not None}
    return redrawn | set(known.filter(known.dt.year() > 1).to_list())
