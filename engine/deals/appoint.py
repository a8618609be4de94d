"""Appoint: who fills each role that the deciding rules name, deal by deal.

A role is asked for only where its owner or a credit share needs it. Nobody where somebody must be, and several where
one must be, hold the deal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_

import polars as pl

from engine.deals.holders import People, filled
from engine.deals.pooled import NOT_GIVEN
from engine.deals.problems import problems
from engine.deals.stages import divides
from engine.documents.engagement.engagement import Engagement, Rule
from engine.matching import fits
from engine.model import Severity
from engine.texts import text


@dataclass(frozen=True, slots=True)
class Appointed:
    """By role: `deal_id`, `person_id` (null where the role may stay open) and `how`; and the deals that are stuck."""

    by_role: Mapping[str, pl.DataFrame]
    problems: tuple[pl.DataFrame, ...]


def appoint(placed: pl.DataFrame, engagement: Engagement, people: People) -> Appointed:
    """Fill every role that the rules (column `place`) of the deals name."""
    by_role, found = {}, []
    for role, wanting in _wanted(engagement.rules).items():
        wanted = placed.filter(wanting)
        chain = engagement.vacancies.get(role)
        filling = filled(role, chain or (), wanted, people)
        vacant = wanted.join(filling, on="deal_id", how="anti")
        found.append(_ambiguous(role, filling.filter(pl.col("rivals").is_not_null()), wanted))
        found.append(_nobody(role, chain or (), vacant.clear() if chain == () else vacant))
        nobody = vacant.select("deal_id", person_id=pl.lit(None, dtype=pl.String), how=pl.lit(f"nobody is {role}"))
        single = filling.filter(pl.col("rivals").is_null())
        by_role[role] = pl.concat([single.select(nobody.columns), nobody])
    return Appointed(by_role, tuple(found))


def _wanted(rules: Sequence[Rule]) -> dict[str, pl.Expr]:
    """By role: the deals that need somebody in it."""
    wanted: dict[str, list[pl.Expr]] = {}
    for place, rule in enumerate(rules):
        decided = pl.col("place") == place
        for role in (rule.owners.value, rule.owners.commercial, rule.owners.execution):
            wanted.setdefault(role, []).append(decided)
        for share in rule.credit:
            needed = decided & fits(share.when)
            wanted.setdefault(share.to, []).append(needed & ~divides(share))
    return {role: reduce(or_, expressions) for role, expressions in wanted.items()}


def _ambiguous(role: str, rivals: pl.DataFrame, wanted: pl.DataFrame) -> pl.DataFrame:
    days = wanted.select("deal_id", "dated_on")
    return problems(
        rivals.join(days, on="deal_id"),
        "ambiguous_holder",
        Severity.HOLDS,
        text("needs one {} on {}, but finds {} ({}).", pl.lit(role), "dated_on", "rivals", "how"),
        pl.when(pl.col("how").str.ends_with(NOT_GIVEN))
        .then(pl.lit("Nothing is to be done: it is known once the deal is won."))
        .otherwise(pl.lit("End all but one of these holdings before that day.")),
    )


def _nobody(role: str, chain: Sequence[str], vacant: pl.DataFrame) -> pl.DataFrame:
    steps = f" and nobody steps in ({', '.join(chain)})" if chain else ""
    return problems(
        vacant,
        "nobody_holds_role",
        Severity.HOLDS,
        text("needs {}, but nobody is on {}{}.", pl.lit(role), "dated_on", pl.lit(steps)),
        "Add a holding for that day, or somebody who steps in to vacancies.",
    )
