"""What lies ahead of a payee: the next tier of a component, and what a given pay would take, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from engine.documents.plans.plan import Plan
from engine.payees.curves.factors import is_of_house
from engine.payees.measures.cash import attains
from engine.telling.outlook import (
    Position,
    how_to_earn,
    how_to_reach_the_next_tier,
    needed_for,
    needed_to_earn,
    next_tier,
    position_of,
    tier_text,
    why_not_more,
)
from engine.telling.standing import standing
from engine.telling.wording import plain


def why_no_more(line: Mapping[str, Any], plan: Plan | None) -> str | None:
    """Why a line was not paid at a better rate; None where no better one lay ahead, or its plan is not at hand."""
    if plan is None or is_of_house(line["factors"]):
        return None
    at = position_of(line, plan)
    return why_not_more(at) if at is not None else None


def outlook(group: pl.DataFrame, lines: pl.DataFrame, plan: Plan | None, goal: int | None) -> dict[str, Any] | None:
    """What lies ahead after the last line of a payee's component in a period (`group`), within its window.

    `lines` are all of the payee's: what the window paid before counts towards the goal (micro-units). None for
    components that pay each deal by itself, where the period only settles, and where attainments are rounded and the
    lines do not tell from what.
    """
    stands = _stands(group, plan, lines)
    if stands is None or stands[1].achieved is None:
        return None
    last, at = stands
    earned = _earned(lines, last)
    said = [how_to_reach_the_next_tier(at, last["window"])]
    said += [how_to_earn(goal, earned, at, last["window"])] if goal is not None else []
    return {
        "window": last["window"],
        "after": last["dated_on"].isoformat(),
        "achieved": _number(at.x if at.achieved is None else at.achieved, at),
        "earned": _pay(earned, at),
        "next_tier": _tier(at),
        "goal": _goal(goal, earned, at) if goal is not None else None,
        "sentences": [sentence for sentence in said if sentence],
    }


def drawn(group: pl.DataFrame, plan: Plan | None) -> dict[str, Any] | None:
    """The curve with the place where the last line of `group` left its payee; None where there is no outlook."""
    stands = _stands(group, plan)
    return standing(stands[1]) if stands is not None else None


def _stands(
    group: pl.DataFrame, plan: Plan | None, lines: pl.DataFrame | None = None
) -> tuple[Mapping[str, Any], Position] | None:
    """The last line of a payee's component that moved its payee, and where it left them."""
    earned_now = group.filter(attains()).sort("dated_on", "source_id")
    if plan is None or earned_now.is_empty():
        return None
    last = earned_now.row(-1, named=True)
    so_far = _of_window(lines if lines is not None else group, last)
    at = position_of(last, plan, so_far["base_micros"])
    return None if at is None or at.component.accumulates == "transaction" else (last, at)


def _earned(lines: pl.DataFrame, last: Mapping[str, Any]) -> int:
    """What the window has paid up to the last line, clawbacks and draws aside."""
    return int(_of_window(lines, last)["amount_micros"].cast(pl.Int128).sum())


def _of_window(lines: pl.DataFrame, last: Mapping[str, Any]) -> pl.DataFrame:
    """The lines of its window up to the last one, clawbacks and draws aside."""
    same = (pl.col(name) == last[name] for name in ("plan", "component", "window", "plan_version"))
    return lines.filter(*same, attains(), pl.col("dated_on") <= last["dated_on"])


def _tier(at: Position) -> dict[str, str] | None:
    tier = next_tier(at)
    return {"from": tier_text(at, tier.segment), "needs": _number(needed_for(tier, at), at)} if tier else None


def _goal(goal: int, earned: int, at: Position) -> dict[str, str | None]:
    more = needed_to_earn(goal, earned, at)
    return {"pay": _pay(goal, at), "needs": None if more is None else _number(more, at)}


def _pay(micros: int, at: Position) -> str:
    return plain(micros, at.plan.currency)


def _number(micros: int, at: Position) -> str:
    """An achievement without its currency."""
    return _pay(micros, at) if at.unit == "amount" else at.worth(micros)
