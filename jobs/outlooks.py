"""What lies ahead of a payee: the next tier of a component, and what a given pay would take, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import polars as pl

from engine.documents.plans.plan import Plan
from engine.payees.curves.factors import is_of_house
from engine.payees.measures.cash import attains
from engine.payees.paid_before import PAID_BEFORE
from engine.telling.further import Further
from engine.telling.held_back import held_back
from engine.telling.outlook import (
    Position,
    how_to_reach_the_next_tier,
    needed_for,
    next_tier,
    position_of,
    tier_text,
    why_not_more,
)
from engine.telling.standing import standing
from engine.telling.what_it_takes import MADE_UP, OF_SETTLED, RESIDUAL, how_to_earn
from engine.telling.wording import plain

NOTHING_AHEAD = dict.fromkeys(("window", "after", "achieved", "earned", "next_tier", "goal"))
OUTDATED = "It was computed under an earlier plan document; run sync to compute it again."
ROUNDED = "Its attainment is rounded, and its lines do not tell from what: what it takes is not known."


def why_no_more(line: Mapping[str, Any], plan: Plan | None) -> str | None:
    """Why a line was not paid at a better rate; None where no better one lay ahead, or its plan is not at hand.

    Nor is there a reason for what a window to date takes off because it was paid before.
    """
    if plan is None or is_of_house(line["factors"]) or line["window"].endswith(f" {PAID_BEFORE}"):
        return None
    at = position_of(line, plan)
    if at is None:
        return None
    return " ".join(said for said in (why_not_more(at), held_back(line, plan)) if said) or None


def outlook(group: pl.DataFrame, lines: pl.DataFrame, plan: Plan | None, goal: int | None) -> dict[str, Any] | None:
    """What lies ahead after the last line of a payee's component in a period (`group`), within its window.

    `lines` are all of the payee's: what the window paid before counts towards the goal (micro-units). Where nothing can
    be said of what a goal takes, the sentence says why; without a goal there is no outlook then.
    """
    further = _further(group, lines, plan)
    if isinstance(further, str):
        return None if goal is None else {**NOTHING_AHEAD, "sentences": [further]}
    if not further.anew:
        further = replace(further, beside=int(group.filter(~attains())["amount_micros"].cast(pl.Int128).sum()))
    at, period = further.at, group["period"][-1]
    window = period if further.anew else further.last["window"]
    said = [] if further.anew else [how_to_reach_the_next_tier(at, window)]
    if plan is not None and not further.anew and (goal is None or not further.closed):
        said.append(held_back(further.last, plan, onwards=True))
    said += [how_to_earn(goal, further, window)] if goal is not None else []
    if further.anew and goal is None:
        return None
    return {
        "window": window,
        "after": further.last["dated_on"].isoformat(),
        "achieved": _number(at.x if at.achieved is None else at.achieved, at),
        "earned": _pay(further.earned, at),
        "next_tier": None if further.anew else _tier(at),
        "goal": _goal(goal, further) if goal is not None else None,
        "sentences": [sentence for sentence in said if sentence],
    }


def drawn(group: pl.DataFrame, plan: Plan | None) -> dict[str, Any] | None:
    """The curve with the place where the last line of `group` left its payee; None where there is no outlook."""
    last = _last(group)
    at = position_of(last, plan) if plan is not None and last is not None else None
    return standing(at) if at is not None and at.component.accumulates != "transaction" else None


def _further(group: pl.DataFrame, lines: pl.DataFrame, plan: Plan | None) -> Further | str:
    """The window of the last line that moved its payee, or why nothing can be said of it."""
    if plan is None:
        return OUTDATED
    last = _last(group)
    if last is None:
        return OF_SETTLED.get(group["kind"][-1], RESIDUAL)
    if _of_all_of_it(last, plan):
        last = _last(_of_window(lines, {**last, "dated_on": date.max})) or last
    so_far = _of_window(lines, last)
    at = position_of(last, plan, so_far["base_micros"])
    if at is None or at.achieved is None:
        return ROUNDED
    if at.component.residual is not None:
        return RESIDUAL
    if at.component.carry is not None and at.component.carry.deficit == "made_up" and at.x <= 0:
        return MADE_UP
    if at.component.accumulates == "transaction":
        begins = replace(at, x=0, unrounded=0)
        return Further(begins, [last], int(group["amount_micros"].cast(pl.Int128).sum()), anew=True)
    paid = int(so_far["amount_micros"].cast(pl.Int128).sum()) + _paid_before(lines, last)
    return Further(at, list(so_far.sort("dated_on", "source_id").iter_rows(named=True)), paid)


def _of_all_of_it(line: Mapping[str, Any], plan: Plan) -> bool:
    """Whether what its window holds as of now decides about the line: then later lines of it count, too."""
    component = next(part for part in plan.components if part.id == line["component"])
    return component.accumulates != "transaction" and line["factors"] is not None and component.to_date is None


def _last(group: pl.DataFrame) -> Mapping[str, Any] | None:
    """The last line of a payee's component that moved its payee."""
    moved = group.filter(attains()).sort("dated_on", "source_id")
    return None if moved.is_empty() else moved.row(-1, named=True)


def _of_window(lines: pl.DataFrame, last: Mapping[str, Any]) -> pl.DataFrame:
    """The lines of its window up to the last one, clawbacks and draws aside."""
    same = (pl.col(name) == last[name] for name in ("plan", "component", "window", "plan_version"))
    return lines.filter(*same, attains(), pl.col("dated_on") <= last["dated_on"])


def _paid_before(lines: pl.DataFrame, last: Mapping[str, Any]) -> int:
    """What a window to date takes off, because those before it were paid that."""
    taken_off = _of_window(lines, {**last, "window": f"{last['window']} {PAID_BEFORE}"})
    return int(taken_off["amount_micros"].cast(pl.Int128).sum())


def _tier(at: Position) -> dict[str, str] | None:
    tier = next_tier(at)
    return {"from": tier_text(at, tier.segment), "needs": _number(needed_for(tier, at), at)} if tier else None


def _goal(goal: int, further: Further) -> dict[str, str | None]:
    unsaid = further.without_quota or further.by_size or further.closed or further.beaten_by is not None
    more = None if unsaid else further.least(goal)
    return {"pay": _pay(goal, further.at), "needs": None if more is None else _number(more, further.at)}


def _pay(micros: Fraction | int, at: Position) -> str:
    return plain(micros, at.plan.currency)


def _number(micros: Fraction | int, at: Position) -> str:
    """An achievement without its currency."""
    return _pay(micros, at) if at.unit == "amount" else at.worth(micros)
