"""Whom the rules credit with a deal, in the CRM's words: who holds which role, and how the deal is divided."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import groupby
from operator import itemgetter

import polars as pl

from connectors.ownership import SPLITS, Ownership
from engine.money import allocate
from jobs.owners.places import shares_text

HUNDREDTHS = 10_000
"""Shares are told in hundredths of a percent, the finest that every CRM knows."""


def wanted_people(credits_: pl.DataFrame, people: pl.DataFrame, ownership: Ownership) -> dict[str, dict[str, str]]:
    """By deal and place, who should be named there. Roll-ups and what was credited for events alone name nobody."""
    event = pl.col("event").is_null() | (pl.col("event") == "expected")
    own = credits_.filter(pl.col("kind").is_in(["direct", "overlay"]) & event)
    known = own.join(people.select(payee_id="person_id", user="user_id"), on="payee_id", how="left")
    found: dict[str, dict[str, str]] = {}
    for deal, place, user in (*_in_roles(known, ownership), *_divided(known, ownership)):
        found.setdefault(deal, {})[place] = user
    return found


def _in_roles(credits_: pl.DataFrame, ownership: Ownership) -> Iterator[tuple[str, str, str]]:
    """The user with the largest share in each role, of equal ones the first by id; nobody who is no user."""
    places = {role: each.place for role, each in ownership.team.items()}
    named = credits_.filter(pl.col("role").is_in(list(places)) & pl.col("user").is_not_null())
    shares = named.group_by("deal_id", "role", "user").agg(pl.col("acv_micros", "amount_micros").abs().sum())
    ordered = shares.sort("amount_micros", "acv_micros", "user", descending=[True, True, False])
    first = ordered.unique(["deal_id", "role"], keep="first", maintain_order=True)
    for deal, role, user in first.select("deal_id", "role", "user").sort("deal_id", "role").rows():
        yield deal, places[role], user


def _divided(credits_: pl.DataFrame, ownership: Ownership) -> Iterator[tuple[str, str, str]]:
    """The deal's direct credits as shares of 100 %; a deal that somebody shares who is no user is left alone."""
    if ownership.splits is None:
        return
    direct = credits_.filter(pl.col("kind") == "direct").sort("deal_id", "user")
    rows = direct.select("deal_id", "user", "amount_micros", "units_micros").iter_rows()
    for deal, of_deal in groupby(rows, key=itemgetter(0)):
        weights = _weights([row[1:] for row in of_deal])
        if weights:
            yield deal, SPLITS, shares_text(_percents(weights))


def _weights(rows: Sequence[tuple[str | None, int, int]]) -> Mapping[str, int]:
    """What each user is credited with, of a deal without an amount in units; nothing where shares cannot say it."""
    by_user: dict[str, int] = {}
    whole = sum(amount for _, amount, _ in rows)
    for user, amount, units in rows:
        if user is None:
            return {}
        by_user[user] = by_user.get(user, 0) + (amount if whole else units)
    signs = {weight > 0 for weight in by_user.values() if weight}
    return {user: abs(weight) for user, weight in by_user.items() if weight} if len(signs) == 1 else {}


def _percents(weights: Mapping[str, int]) -> Mapping[str, str]:
    """Shares in percent with two decimals that add up to 100; one that is too small to be told is left out."""
    whole = sum(weights.values())
    parts = allocate(HUNDREDTHS, [Fraction(weight, whole) for weight in weights.values()])
    return {user: f"{part // 100}.{part % 100:02}" for user, part in zip(weights, parts, strict=True) if part}
