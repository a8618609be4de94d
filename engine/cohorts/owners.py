"""Whose customers they are: the owner of an account on a day, and for a window who answers for it from when to when."""

from __future__ import annotations

from datetime import date

import polars as pl

from engine.book import Book, Rules
from engine.deals.holders import People, filled
from engine.deals.place import in_force_by
from engine.deals.problems import problems
from engine.documents.measures.retention import Retention
from engine.model import Severity
from engine.texts import text

ASKED = ["account_id", "dated_on"]
SPAN = ["window", "account_id", "payee_id", "since_on", "till_on"]
"""In which window who answers for which account, from which day until which."""


class Owners:
    """Who owns which account when, by the role that a measure names."""

    def __init__(self, book: Book, rules: Rules) -> None:
        self._people, self._rules, self._holdings = People.of(book), rules, book.role_holdings
        self._places = book.accounts.select("account_id", "territory", "segment", account_owner_id="owner_id")

    def on(self, asked: pl.DataFrame, role: str) -> tuple[pl.DataFrame, pl.DataFrame]:
        """The owner (`payee_id`) of each account and day that has one, and where several hold the role."""
        placed = (
            asked.select(ASKED)
            .unique()
            .join(self._places, on="account_id")
            .with_columns(deal_id=text("{} {}", *ASKED), owner_id=pl.lit(None, dtype=pl.String))
        )
        parts = [
            filled(role, chain, rows, self._people)
            for chain, rows in ((chain, placed.filter(days)) for chain, days in self._chains(role))
        ]
        found = placed.select("deal_id", *ASKED).join(pl.concat(parts), on="deal_id")
        single = found.filter(pl.col("person_id").is_not_null()).select(*ASKED, payee_id="person_id")
        return single, _rivals(found.filter(pl.col("rivals").is_not_null()), role)

    def _chains(self, role: str) -> list[tuple[tuple[str, ...], pl.Expr]]:
        """Who steps in for the role, by the days on which rules of engagement say so."""
        engagements = self._rules.engagements
        governed = [(tuple(each.vacancies.get(role) or ()), in_force_by(each)) for each in engagements]
        none = ~pl.any_horizontal(pl.lit(value=False), *(days for _, days in governed))
        return [*governed, ((), none)]

    def handovers(self, since: date, until: date) -> list[date]:
        """The days inside a window on which somebody's holding begins or ends."""
        days = pl.concat([self._holdings["from_on"], self._holdings["until_on"]]).drop_nulls().unique().sort()
        return [day for day in days if since < day < until]


def spans(accounts: pl.DataFrame, retention: Retention, owners: Owners) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Who answers for the accounts (rows with `window`, `account_id`, `opens_on`, `closes_on`), and several owners.

    The rule for customers who change hands is the measure's.
    """
    first = accounts.with_columns(dated_on="opens_on")
    last = accounts.with_columns(dated_on=pl.col("closes_on").dt.offset_by("-1d"))
    if retention.transferred == "divides":
        return _divided(accounts, retention, owners)
    owned, rivals = owners.on(pl.concat([first, last]), retention.owner)
    whole = {"since_on": pl.col("opens_on"), "till_on": pl.col("closes_on")}
    of_first, of_last = (rows.join(owned, on=ASKED).with_columns(**whole).select(SPAN) for rows in (first, last))
    if retention.transferred == "stays":
        return of_first, rivals
    return (of_last if retention.transferred == "follows" else of_first.join(of_last, on=SPAN, how="semi")), rivals


def _divided(accounts: pl.DataFrame, retention: Retention, owners: Owners) -> tuple[pl.DataFrame, pl.DataFrame]:
    """One span for every stretch of days with one owner."""
    windows = accounts.select("window", "opens_on", "closes_on").unique()
    days = [
        (window, day)
        for window, since, until in windows.iter_rows()
        for day in (since, *owners.handovers(since, until))
    ]
    asked = accounts.join(
        pl.DataFrame(days, schema={"window": accounts.schema["window"], "dated_on": pl.Date}, orient="row"),
        on="window",
    )
    owned, rivals = owners.on(asked, retention.owner)
    held = asked.join(owned, on=ASKED, how="left").sort("window", "account_id", "dated_on")
    key = ["window", "account_id"]
    changed = pl.col("payee_id").ne_missing(pl.col("payee_id").shift(1).over(key)) | (
        pl.col("dated_on") == pl.col("opens_on")
    )
    begun = held.filter(changed).with_columns(
        since_on="dated_on", till_on=pl.col("dated_on").shift(-1).over(key).fill_null(pl.col("closes_on"))
    )
    return begun.filter(pl.col("payee_id").is_not_null()).select(SPAN), rivals


def _rivals(rows: pl.DataFrame, role: str) -> pl.DataFrame:
    first = rows.group_by("account_id", "rivals").agg(pl.col("dated_on").min())
    return problems(
        first,
        "ambiguous_owner",
        Severity.WARNS,
        text("has several {} on {} ({}), so it is in the cohort of neither.", pl.lit(role), "dated_on", "rivals"),
        "End all but one of these holdings before that day.",
        subject=text("account {}", "account_id"),
    )
