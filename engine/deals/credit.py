"""Credit: who gets which share of a deal. Direct shares add up to the deal exactly; overlays come on top of it.

Every share is money to the micro-unit (largest remainder), so that the credits of a deal sum to the deal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import dataframely as dy
import polars as pl

from engine import frames as f
from engine.book import Book, Rules
from engine.deals.assign import with_circumstances
from engine.deals.house import counting_for, house_of, with_house
from engine.deals.place import in_force_by
from engine.deals.problems import issues_of, problems, unheld
from engine.deals.rollup import rolled_up
from engine.deals.shares import MEASURES, divided, portion, reduced, weight_of, with_remainder
from engine.deals.splits import crm_splits
from engine.deals.stages import divides, stage_problems, stage_splits
from engine.deals.teams import shared_with_team
from engine.documents.engagement.credit_share import CreditShare, Portion
from engine.documents.engagement.engagement import Rule
from engine.matching import fits
from engine.model import Found, Severity
from engine.texts import text

_MOST_SPLITS = 1_000_000
"""More than a deal can have: shares keep their order in the rule, and splits theirs within a share."""

_ROWS: dict[str, pl.DataType | type[pl.DataType]] = {
    "deal_id": pl.String,
    "payee_id": pl.String,
    "role": pl.String,
    "kind": f.Credits.kind.dtype,
    "portion": f.Credits.portion.dtype,
    "place": pl.Int64,
    "weight": pl.Int128,
    **dict.fromkeys(MEASURES, pl.Int128),
    "currency": pl.String,
    "dated_on": pl.Date,
    "rule": pl.String,
    "from_payee_id": pl.String,
    "level": pl.Int64,
    "event": pl.String,
    "house": pl.String,
    "how": pl.String,
}
"""A share on its way to a credit: its measures are its portion's totals until they are divided."""

Shares = tuple[tuple[int, CreditShare], ...]
"""Shares with their places in the rule."""
Divisions = Mapping[int, pl.DataFrame]
"""By place of a share: among whom it is divided, deal by deal (`payee_id`, `parts`, `place`, `how`)."""


def credit(
    classified: dy.DataFrame[f.Classified],
    assignments: dy.DataFrame[f.Assignments],
    appointments: dy.DataFrame[f.Appointments],
    book: Book,
    rules: Rules,
) -> Found[dy.DataFrame[f.Credits]]:
    """Direct, overlay, roll-up and team credits of the assigned deals, sorted by id."""
    assigned = assignments.select("deal_id", "rule", "rules_of_engagement")
    deals = with_circumstances(classified.join(assigned, on="deal_id"), book)
    sharing = [*_sharing(deals, rules)]
    divided_by_crm = [rows for rows, shares in sharing if _by_crm(shares)]
    whole = [rows for rows, shares in sharing if _by_crm(shares) and not _takes_what_splits_leave(shares)]
    splits, found = crm_splits(book, *(pl.concat([deals.clear(), *rows]) for rows in (divided_by_crm, whole)))
    found += [_unportioned(rows) for rows, shares in sharing if _portion(shares) != "all"]
    divisions = [_divisions(rows, shares, splits, book) for rows, shares in sharing]
    for (rows, shares), of in zip(sharing, divisions, strict=True):
        found += _unstaged(rows, shares, of)
    filled = {role: appointments.filter(pl.col("role") == role) for role in appointments["role"].unique()}
    sets = zip(sharing, divisions, strict=True)
    parts = [_divided(unheld(rows, found), shares, filled, of) for (rows, shares), of in sets]
    rows = pl.concat([pl.DataFrame(schema=_ROWS), *parts])
    check_sums(rows, deals)
    given = rows.filter(pl.col("payee_id").is_not_null()).cast(dict.fromkeys(MEASURES, pl.Int64))
    single = reduced(given.with_columns(credit_id=_credit_id()))
    of_house = house_of(deals, rules.engagements)
    for_all = counting_for(single, of_house, "rollups")
    direct = for_all.filter(pl.col("kind") == "direct")
    up, loops = rolled_up(direct, "rollup", book, rules)
    of_overlays, others = rolled_up(for_all.filter(pl.col("kind") == "overlay"), "overlay_rollup", book, rules)
    team, odd = shared_with_team(direct, book, rules)
    passed_on = pl.concat([up, of_overlays, team]).with_columns(credit_id=_passed_on_id())
    own = with_house(counting_for(single, of_house, "quota"), of_house)
    credited = pl.concat([part.select(f.Credits.column_names()) for part in (own, passed_on)])
    return Found(f.Credits.validate(credited.sort("credit_id")), issues_of([*found, *loops, *others, *odd]))


def check_sums(rows: pl.DataFrame, deals: pl.DataFrame) -> None:
    """Direct shares sum to their deal in amount, ACV and units; anything else is our bug, and nothing may be paid."""
    sums = rows.filter(pl.col("kind") == "direct").group_by("deal_id").agg(pl.col(*MEASURES).sum())
    whole = deals.select("deal_id", *(expr.name.suffix("_due") for expr in portion("all")))
    wrong = sums.join(whole, on="deal_id").filter(
        pl.any_horizontal(pl.col(measure) != pl.col(f"{measure}_due") for measure in MEASURES)
    )
    if wrong.height:
        msg = f"the credits of deal {wrong['deal_id'].sort()[0]} do not add up to it"
        raise ArithmeticError(msg)


def _sharing(deals: pl.DataFrame, rules: Rules) -> Iterator[tuple[pl.DataFrame, Shares]]:
    """The deals of each rule, with each set of its shares that is divided together."""
    for engagement in rules.engagements:
        named = pl.col("rules_of_engagement") == engagement.rules_of_engagement
        governed = deals.filter(named & in_force_by(engagement))
        for rule in engagement.rules:
            decided = governed.filter(pl.col("rule") == rule.id)
            yield from ((decided, shares) for shares in _sets(rule))


def _sets(rule: Rule) -> list[Shares]:
    """The direct shares of a portion are divided together; of overlays those to one role, which are one credit."""
    sets: dict[tuple[Portion, str], Shares] = {}
    for place, share in enumerate(rule.credit):
        key = share.portion, share.to if share.overlay else ""
        sets[key] = (*sets.get(key, ()), (place, share))
    return list(sets.values())


def _divisions(rows: pl.DataFrame, shares: Shares, splits: pl.DataFrame, book: Book) -> Divisions:
    """Among whom each share is divided that the CRM's splits or the stages owned divide."""
    by_stages = ((place, share) for place, share in shares if share.by_stages)
    staged = {place: stage_splits(rows.filter(fits(one.when)), one.by_stages, book) for place, one in by_stages}
    return {place: splits for place, share in shares if share.split_by} | staged


def _unstaged(rows: pl.DataFrame, shares: Shares, divisions: Divisions) -> Iterator[pl.DataFrame]:
    """What is wrong with the histories by which shares are divided."""
    for place, share in shares:
        if share.by_stages:
            yield from stage_problems(rows.filter(fits(share.when)), divisions[place], share.by_stages)


def _by_crm(shares: Shares) -> bool:
    return any(share.split_by for _, share in shares)


def _takes_what_splits_leave(shares: Shares) -> bool:
    """Whether splits of the CRM need not reach 100 %, because somebody takes the remainder."""
    return any(share.is_remainder and not share.split_by for _, share in shares)


def _portion(shares: Shares) -> Portion:
    return shares[0][1].portion


def _divided(
    deals: pl.DataFrame, shares: Shares, filled: Mapping[str, pl.DataFrame], divisions: Divisions
) -> pl.DataFrame:
    """One row a deal and payee of a set of shares, with what it comes to."""
    first = shares[0][1]
    rows = (
        deals.with_columns(*(fits(share.when).alias(_fits_share(place)) for place, share in shares))
        .with_columns(
            *portion(first.portion),
            kind=pl.lit("overlay" if first.overlay else "direct", dtype=_ROWS["kind"]),
            portion=pl.lit(first.portion, dtype=_ROWS["portion"]),
            from_payee_id=pl.lit(None, dtype=pl.String),
            level=pl.lit(None, dtype=pl.Int64),
            event=pl.lit(None, dtype=pl.String),
            house=pl.lit(None, dtype=pl.String),
        )
        .filter(pl.any_horizontal(pl.col(*MEASURES) != 0))
        .with_row_index("nth")
    )
    given = [part for place, share in shares for part in _given(rows, place, share, filled, divisions.get(place))]
    if not given:
        return pl.DataFrame(schema=_ROWS)
    weighed = pl.concat(given)
    if any(share.is_remainder for _, share in shares):
        weighed = with_remainder(weighed)
    return divided(_merged(weighed), "nth").select(_ROWS.keys())


def _given(
    rows: pl.DataFrame, place: int, share: CreditShare, filled: Mapping[str, pl.DataFrame], among: pl.DataFrame | None
) -> Iterator[pl.DataFrame]:
    """Who gets a share: the holder of its role, or those among whom the CRM's splits or the stages divide it."""
    fitting = rows.filter(_fits_share(place)).with_columns(role=pl.lit(share.to), rest=pl.lit(share.is_remainder))
    weight = pl.lit(1 if share.is_remainder else weight_of(share.part), dtype=pl.Int128)
    first = pl.lit(place * _MOST_SPLITS, dtype=pl.Int64)
    columns = ["nth", *_ROWS, "rest"]
    is_divided = divides(share)
    if share.to in filled:
        holders = filled[share.to].filter(pl.col("parts") > 0)
        found = holders.select("deal_id", "how", "turn", "parts", payee_id="person_id")
        held = fitting.filter(~is_divided).join(found, on="deal_id")
        yield held.with_columns(place=first + pl.col("turn"), weight=weight * pl.col("parts")).select(columns)
    if among is not None:
        split = fitting.filter(is_divided).join(among, on="deal_id")
        yield split.with_columns(place=first + pl.col("place"), weight=weight * pl.col("parts")).select(columns)


def _fits_share(place: int) -> str:
    """The column that says whether the deal, and not only its portion, passes the condition of a share."""
    return f"fits share {place}"


def _unportioned(deals: pl.DataFrame) -> pl.DataFrame:
    return problems(
        deals.filter(pl.col("expiring_acv_micros").is_null()),
        "missing_expiring_acv",
        Severity.HOLDS,
        "is to be divided at the expiring ACV, which is not known.",
        "Name the renewed contract or the prior deal in the CRM.",
    )


def _merged(rows: pl.DataFrame) -> pl.DataFrame:
    """Shares of one payee in one role are one share before anything is divided: it is rounded once."""
    key = ["nth", "role", "payee_id"]
    repeated = pl.struct(key).is_duplicated()
    merged = (
        rows.filter(repeated)
        .sort("place")
        .group_by(key, maintain_order=True)
        .agg(pl.exclude(*key, "weight").first(), pl.col("weight").sum())
    )
    return pl.concat([rows.filter(~repeated), merged.select(rows.columns)])


def _credit_id() -> pl.Expr:
    return text("{}:{}:{}:{}:{}", "deal_id", "kind", "role", "portion", "payee_id")


def _passed_on_id() -> pl.Expr:
    return text("{}:{}", _credit_id(), "from_payee_id")
