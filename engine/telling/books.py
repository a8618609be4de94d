"""Books: which accounts each person looks after on a day, and what they pay a year."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import polars as pl

from engine.book import Book, Rules
from engine.deals.contracts import all_contracts, with_links
from engine.deals.holders import People, filled
from engine.deals.lots import Drums
from engine.deals.place import replaced
from engine.deals.pooled import pooled
from engine.deals.running import running_acv
from engine.documents.engagement.engagement import Engagement

BOOK = {"person_id": pl.String, "role": pl.String, "account_id": pl.String, "arr_micros": pl.Int64}


def books_on(day: date, book: Book, classified: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    """By person, role and account: the ACV that runs on the day, in the company's currency; 0 where nothing does.

    An account is where the facts of its last deal and the lists and holdings of the day put it; accounts without a won
    deal are in no book. Foreign currency counts at the rate of that last deal. Several holders are nobody's book.
    """
    accounts = classified.sort("dated_on", "deal_id").group_by("account_id", maintain_order=True).last()
    on_day = accounts.with_columns(deal_id="account_id", dated_on=pl.lit(day)).join(
        book.accounts.select("account_id", account_owner_id="owner_id"), on="account_id", how="left"
    )
    worth = _arr(on_day, book, classified, rules.company.currency)
    parts = [pl.DataFrame(schema=BOOK)]
    for engagement in rules.engagements:
        if engagement.effective.covers(day):
            held = pl.concat([parts[0].select("person_id", "role", "account_id"), *_held(on_day, engagement, book)])
            parts.append(held.join(worth, on="account_id", how="left").with_columns(pl.col("arr_micros").fill_null(0)))
    return pl.concat(parts)


def _held(on_day: pl.DataFrame, engagement: Engagement, book: Book) -> Iterator[pl.DataFrame]:
    """By role of the rules: who holds it for each account."""
    placed = replaced(on_day, engagement, book)
    drums = Drums(book.lots)
    members = {
        role: pooled(role, pool, placed, book, drums.of(f"pool {role}")) for role, pool in engagement.pools.items()
    }
    people = replace(People.of(book), pooled=members)
    for role in engagement.vacancies:
        found = filled(role, (), placed, people).filter(pl.col("person_id").is_not_null())
        yield found.select("person_id", role=pl.lit(role), account_id="deal_id")


def _arr(on_day: pl.DataFrame, book: Book, classified: pl.DataFrame, home: str) -> pl.DataFrame:
    """By account: what it has running, in the company's currency, rounded down to a micro-unit."""
    won = with_links(classified, book)
    asked = on_day.select("deal_id", "account_id", "currency", closed_on="dated_on")
    running = running_acv(asked, won, all_contracts(book.contracts, won), home)
    micros = pl.col("running_acv_micros").cast(pl.Int128) * pl.col("fx_num") // pl.col("fx_den")
    both = running.join(on_day.select("deal_id", "fx_num", "fx_den"), on="deal_id")
    worth: pl.DataFrame = both.select(account_id="deal_id", arr_micros=micros.cast(pl.Int64))
    return worth
