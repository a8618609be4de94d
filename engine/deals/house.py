"""House accounts: deals that earn nobody commission, what they still count for, and the words for it."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from engine.deals.blanks import blanks
from engine.deals.place import in_force_by
from engine.documents.engagement.engagement import Engagement
from engine.documents.engagement.house import Counts, HouseAccounts
from engine.matching import fits

_HOUSE: dict[str, pl.DataType | type[pl.DataType]] = {
    "deal_id": pl.String,
    "house": pl.String,
    "counts_for": pl.List(pl.String),
}
_COUNTED = {
    (): "nobody is credited",
    ("quota",): "it counts for quotas and pays nothing",
    ("rollups",): "only those above are credited",
    ("quota", "rollups"): "it counts for quotas and pays nothing but to those above",
}


def house_of(deals: pl.DataFrame, engagements: Sequence[Engagement]) -> pl.DataFrame:
    """By deal of a house account: `house`, which of their day's engagement, and the purposes that it `counts_for`."""
    parts = [pl.DataFrame(schema=_HOUSE)]
    for engagement in engagements:
        rest = deals.filter(in_force_by(engagement)) if engagement.house_accounts else deals.clear()
        for one in engagement.house_accounts:
            found = rest.filter(fits(one.when)).select("deal_id")
            counts = pl.lit(list(one.counts_for), dtype=pl.List(pl.String))
            parts.append(found.with_columns(house=pl.lit(one.id), counts_for=counts))
            rest = rest.join(found, on="deal_id", how="anti")
    return pl.concat(parts)


def with_house(rows: pl.DataFrame, of_house: pl.DataFrame) -> pl.DataFrame:
    """The rows with `house` of their deal, null for all others."""
    if of_house.is_empty():
        return rows.with_columns(house=pl.lit(None, dtype=pl.String))
    named = of_house.select("deal_id", "house")
    return rows.drop("house", strict=False).join(named, on="deal_id", how="left", maintain_order="left")


def counting_for(rows: pl.DataFrame, of_house: pl.DataFrame, purpose: Counts) -> pl.DataFrame:
    """The credits of deals that count for a purpose: of no house accounts, or of those that say so."""
    uncounted = of_house.filter(~pl.col("counts_for").list.contains(purpose))
    return rows.filter(~pl.col("deal_id").is_in(uncounted["deal_id"].implode())) if uncounted.height else rows


def told(engagement: Engagement) -> pl.Expr:
    """What the reason of a deal (column `house`) says of it; empty for all others."""
    words = pl.lit("")
    for one in reversed(engagement.house_accounts):
        because = f" ({one.because})" if one.because else ""
        said = f" House account {one.id}{because}: {_COUNTED[_ordered(one)]}."
        words = pl.when(pl.col("house") == one.id).then(pl.lit(said)).otherwise(words)
    return words


def house_blanks(deals: pl.DataFrame, engagement: Engagement) -> pl.DataFrame:
    """Deals that would be of house accounts, had the CRM said more."""
    others = deals.filter(pl.col("house").is_null()).with_columns(place=pl.lit(len(engagement.house_accounts)))
    return blanks(others, [(f"house account {one.id}", one.when) for one in engagement.house_accounts])


def _ordered(one: HouseAccounts) -> tuple[str, ...]:
    return tuple(name for name in ("quota", "rollups") if name in one.counts_for)
