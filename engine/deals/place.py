"""Place: segment, territory, windows and arms of each deal, as the rules of engagement of its day define them.

Where rules define no segments or territories, those of the CRM stay. What is placed here is what every later stage
sees: conditions of rules and plans, and the holdings of roles.
"""

from __future__ import annotations

from collections.abc import Sequence

import dataframely as dy
import polars as pl

from engine import frames as f
from engine.book import Book, Rules
from engine.deals.arms import draw, with_arms
from engine.deals.blanks import blanks
from engine.deals.lots import Drums
from engine.deals.motions import renews
from engine.deals.problems import issues_of
from engine.documents.engagement.engagement import Engagement
from engine.documents.engagement.places import Place, SigningWindow
from engine.documents.values import Window
from engine.matching import LISTS, fits, with_lists
from engine.model import Found


def place(
    classified: dy.DataFrame[f.Classified],
    book: Book,
    rules: Rules,
    drums: Drums,
    *,
    draws: bool = True,
) -> Found[dy.DataFrame[f.Classified]]:
    """The deals with the names that the engagements give them, and what is missing to name them.

    `draws`: whether they draw their accounts into arms.
    """
    defining = [one for one in rules.engagements if one.segments or one.territories or one.windows or one.experiments]
    if not defining:
        return Found(classified)
    deals = with_lists(classified, book.list_entries)
    found = []
    for engagement in defining:
        governed = in_force_by(engagement)
        for column, places in (("segment", engagement.segments), ("territory", engagement.territories)):
            if places:
                deals, missed = _named(deals, column, places, governed)
                found.append(missed)
        deals = _in_windows(deals, book, engagement.windows, governed)
        for experiment in engagement.experiments:
            drum = drums.of(f"experiment {experiment.id}")
            if draws:
                draw(deals, experiment, drum)
            deals = with_arms(deals, experiment, governed, drum)
    return Found(f.Classified.validate(deals.select(f.Classified.column_names())), issues_of(found))


def replaced(deals: pl.DataFrame, engagement: Engagement, book: Book) -> pl.DataFrame:
    """The deals with the segment and territory that they have, by the engagement, on the day they now bear."""
    if not engagement.segments and not engagement.territories:
        return deals
    then = with_lists(deals.drop(LISTS, strict=False), book.list_entries)
    for column, places in (("segment", engagement.segments), ("territory", engagement.territories)):
        if places:
            then, _ = _named(then, column, places, pl.lit(value=True))
    return then


def in_force_by(engagement: Engagement) -> pl.Expr:
    """Whether the engagement is in force on the deal's day."""
    return _covers(engagement.effective)


def _covers(window: Window) -> pl.Expr:
    begun = pl.col("dated_on") >= window.from_on
    return begun if window.until_on is None else begun & (pl.col("dated_on") < window.until_on)


def _named(
    deals: pl.DataFrame, column: str, places: Sequence[Place], governed: pl.Expr
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The deals with the first place that fits in the column, null where none does; and the gaps that decided."""
    first = pl.coalesce(
        *(pl.when(_belongs(one)).then(pl.lit(nth)) for nth, one in enumerate(places)), pl.lit(len(places))
    )
    names = pl.Series([one.name for one in places], dtype=pl.String)
    placed = deals.with_columns(place=first)
    named = placed.join(
        pl.DataFrame({"place": range(len(places)), "named": names}, schema_overrides={"place": pl.Int32}),
        on="place",
        how="left",
        maintain_order="left",
    )
    missed = blanks(placed.filter(governed), [(f"{column} {one.name}", one.when) for one in places])
    decided = pl.when(governed).then("named").otherwise(column)
    return named.with_columns(decided.alias(column)).drop("place", "named"), missed


def _belongs(one: Place) -> pl.Expr:
    if one.effective is None:
        return fits(one.when)
    return fits(one.when) & _covers(one.effective)


def _in_windows(deals: pl.DataFrame, book: Book, windows: Sequence[SigningWindow], governed: pl.Expr) -> pl.DataFrame:
    """The deals with the names of the windows in which they lie."""
    if not windows:
        return deals
    renewed = _first_renewals(deals, book)
    names = [pl.when(_inside(one)).then(pl.lit(one.id)) for one in windows]
    inside = pl.concat_list(names).list.drop_nulls()
    return (
        deals.join(renewed, on=["account_id", "signed_on"], how="left", maintain_order="left")
        .with_columns(windows=pl.when(governed).then(inside).otherwise("windows"))
        .drop("renewed_on")
    )


def _first_renewals(deals: pl.DataFrame, book: Book) -> pl.DataFrame:
    """By account and signing: the day of the first renewal after it, also of one that is held."""
    won = book.deals.filter("is_won", "is_closed").filter(renews())
    renewals = won.select("account_id", renewed_on="closed_on")
    signed = deals.select("account_id", "signed_on").unique().join(renewals, on="account_id")
    later = signed.filter(pl.col("renewed_on") > pl.col("signed_on"))
    return later.group_by("account_id", "signed_on").agg(pl.col("renewed_on").min())


def _inside(window: SigningWindow) -> pl.Expr:
    """Whether a deal lies in the window; false where nobody knows when the customer signed."""
    before_renewal = pl.col("dated_on") < pl.col("renewed_on")
    parts = []
    if window.months is not None or window.months_by_segment:
        parts.append(pl.col("months_since_signing") < _months(window))
    if window.sales_cycles is not None:
        days = (pl.col("dated_on") - pl.col("signed_on")).dt.total_days()
        parts.append(days < pl.col("sales_cycle_days") * window.sales_cycles)
    if window.until is not None:
        parts += [pl.col("signed_on").is_not_null(), pl.col("renewed_on").is_null() | before_renewal]
    return pl.all_horizontal(parts).fill_null(value=False)


def _months(window: SigningWindow) -> pl.Expr:
    """How many months the window has for the deal's segment; null where it has none."""
    otherwise = pl.lit(window.months, dtype=pl.Int64)
    for segment, months in window.months_by_segment.items():
        otherwise = pl.when(pl.col("segment") == segment).then(months).otherwise(otherwise)
    return otherwise
