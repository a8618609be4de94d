"""Pooled: which member of a pool looks after the account of each deal (`engine.documents.engagement.pools`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from fractions import Fraction

import dataframely as dy
import polars as pl

from engine import frames as f
from engine.book import Book
from engine.deals.lots import Drum, Lot
from engine.deals.problems import problems
from engine.documents.engagement.pools import WEEKDAYS, Pool
from engine.matching import in_force
from engine.model import Severity
from engine.texts import text

PLACES = {"territory": "territory", "segment": "segment", "company": None}
"""Scopes of a pool from the most to the least specific, and the deal's column that must equal a holding's value."""
LONGEST_HOLIDAY = 400
"""More days in a row without work than any company has."""
NOT_GIVEN = "a pool that gives the account away when a deal is won"
FOUND = {"deal_id": pl.String, "person_id": pl.String, "rivals": pl.String, "how": pl.String}

Members = Mapping[str, int | None]
"""Capacity by person."""


def pooled(
    role: str,
    pool: Pool,
    deals: pl.DataFrame,
    book: Book,
    drum: Drum,
) -> pl.DataFrame:
    """By deal: the member who has its account (columns as of a found holder). New accounts are given away in turn.

    Accounts with a holder of their own are left alone; where every member is full or away, nobody is found. Where
    nothing may be given away, the members are rivals for a new account (`NOT_GIVEN`).
    """
    held = book.role_holdings.filter(pl.col("role") == role)
    working = deals.with_columns(worked_on=_working_day(deals["dated_on"], pool))
    rows: list[tuple[str, str | None, str | None, str]] = []
    for deal_id, account_id, day, place, members in _asking(working, held):
        lot = drum.kept(account_id, day, frozenset(members))
        if lot is None and not drum.giving:
            rows.append((deal_id, None, ", ".join(members), NOT_GIVEN))
            continue
        lot = lot or _given(pool, drum, _there(members, book.leaves, day), (place, account_id, day))
        if lot is not None:
            rows.append((deal_id, lot.drawn, None, _how(role, pool, lot)))
    return pl.DataFrame(rows, schema=FOUND, orient="row")


def without_capacity(role: str, pool: Pool, holdings: dy.DataFrame[f.RoleHoldings]) -> pl.DataFrame:
    """Members of a pool by capacity of whom nobody knows how much they can take."""
    lacking = holdings.filter(pl.col("role") == role, pl.col("scope") != "account", pl.col("capacity").is_null())
    return problems(
        lacking.select("person_id").unique() if pool.draw == "by_capacity" else lacking.clear(),
        "missing_capacity",
        Severity.WARNS,
        f"is in the pool of {role} without a capacity, and is given no account.",
        "Write the number of accounts into the column capacity of roles.csv.",
        subject=text("payee {}", "person_id"),
    )


def _asking(deals: pl.DataFrame, held: pl.DataFrame) -> Iterator[tuple[str, str, date, str, Members]]:
    """The deals whose account can be given away, by day and id, with their place and its members."""
    own = held.filter(pl.col("scope") == "account").with_columns(account_id="value")
    served = deals.join(own, on="account_id").filter(in_force(pl.col("dated_on"))).select("deal_id")
    open_ = deals.join(served, on="deal_id", how="anti").sort("dated_on", "deal_id")
    members: dict[tuple[str, str | None, date], Members] = {}
    for row in open_.select("deal_id", "account_id", "worked_on", "territory", "segment").iter_rows(named=True):
        for scope, column in PLACES.items():
            value, day = row[column] if column else None, row["worked_on"]
            if column and value is None:
                continue
            key = (scope, value, day)
            if key not in members:
                members[key] = _members(held, scope, value, day)
            if members[key]:
                place = f"{scope} {value}" if value is not None else scope
                yield row["deal_id"], row["account_id"], day, place, members[key]
                break


def _members(held: pl.DataFrame, scope: str, value: str | None, day: date) -> Members:
    """Who is there on the day, by id; of two holdings of one person the larger capacity counts."""
    here = held.filter((pl.col("scope") == scope) & pl.col("value").eq_missing(pl.lit(value)))
    on_day = here.filter(in_force(pl.lit(day))).sort("person_id", "capacity")
    return dict(on_day.select("person_id", "capacity").iter_rows())


def _there(members: Members, leaves: dy.DataFrame[f.Leaves], day: date) -> Members:
    """Those who are not on leave that day."""
    away = set(leaves.filter(in_force(pl.lit(day)))["person_id"])
    return {one: capacity for one, capacity in members.items() if one not in away}


def _given(pool: Pool, drum: Drum, members: Members, at: tuple[str, str, date]) -> Lot | None:
    """The next turn at a place, for an account on a day; None where nobody is there, or all are full."""
    place, account_id, day = at
    if pool.draw == "round_robin" and members:
        return drum.give(place, account_id, min(members, key=lambda one: (_turn(drum, place, one), one)), day)
    free = {one: capacity for one, capacity in members.items() if capacity and drum.holds[one] < capacity}
    if not free:
        return None
    least = min(free, key=lambda one: (Fraction(drum.holds[one], free[one] or 1), _turn(drum, place, one), one))
    return drum.give(place, account_id, least, day)


def _turn(drum: Drum, place: str, member: str) -> int:
    return drum.last_turn.get((place, member), 0)


def _how(role: str, pool: Pool, lot: Lot) -> str:
    by = "in turn" if pool.draw == "round_robin" else "by capacity"
    where = "the company" if lot.place == "company" else lot.place
    return f"{role} of {where}, given the account {by} on {lot.drawn_on}"


def _working_day(days: pl.Series, pool: Pool) -> pl.Expr:
    """The day itself, or the next working day."""
    known = days.unique().to_list()
    return pl.col("dated_on").replace_strict(known, [_next_working(day, pool) for day in known], return_dtype=pl.Date)


def _next_working(day: date, pool: Pool) -> date:
    for later in range(LONGEST_HOLIDAY):
        candidate = day + timedelta(days=later)
        if WEEKDAYS[candidate.weekday()] in pool.working_days and candidate not in pool.holidays:
            return candidate
    return day
