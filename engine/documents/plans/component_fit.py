"""What in a component does not fit together, whatever it measures: ways to pay, targets, and stray keys."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from engine.documents.curves.cases import TABLES, case_problems
from engine.documents.curves.gauge import SHORT
from engine.documents.curves.rows import row_problems
from engine.documents.plans.release import share_problems
from engine.documents.problems import Problem

if TYPE_CHECKING:
    from engine.documents.plans.component import Component

WAYS = ("rate", "rates", "rate_by", "times", "pays", "brackets", "points")
TARGETS = ("target", "targets", "target_of")
MOST_DECIMALS = 12


def unfit(part: Component) -> Iterator[Problem]:
    """One way to say how much, and everything that way needs."""
    ways = [name for name in WAYS if getattr(part, name)]
    ways += ["matrix"] if part.matrix is not None and not part.matrix.factors else []
    if len(ways) != 1:
        message = "says nothing about how much." if not ways else f"says how much in {len(ways)} ways."
        yield Problem((ways[1],) if ways else (), message, f"Write exactly one of {', '.join(WAYS)}.")
    yield from row_problems(part.brackets, part.points, part.tiers, (part.below, part.beyond))
    yield from _target_problems(part)
    yield from _stray_problems(part)
    yield from (problem for key in TABLES for problem in case_problems(key, getattr(part, key)))
    yield from share_problems(part.release)


def quota_problems(part: Component, *, imported: bool) -> Iterator[Problem]:
    """Percentages of what is no percentage itself refer to a quota, and add up over time as the quota does."""
    if part.over_quota and any(row.from_share is None for row in part.rows):
        yield Problem(("brackets",), "times the target rate, but do not begin in percent.", "Begin at 0%.")
    in_percent = any(row.from_share is not None for row in part.rows)
    if not in_percent and not part.over_quota:
        return
    table = "brackets" if part.brackets else "points"
    what = f"{table} in percent of quota compare" if in_percent else "the target rate, target / quota, compares"
    if part.quota is None:
        other = "write as: percent in the measure" if imported else "start brackets at amounts"
        remedy = f"Add quota with a name used in the quota file, or {other}."
        message = f"{table} in percent without a quota." if in_percent else "a target rate without a quota."
        yield Problem((), message, remedy if in_percent else "Add quota with a name used in the quota file.")
    if part.accumulates == "transaction":
        remedy = "Add accumulates: month, quarter, half or year."
        yield Problem((), f"{what} what adds up over time.", remedy)


def _target_problems(part: Component) -> Iterator[Problem]:
    """A target where something refers to it, and only there."""
    capped = part.cap is not None and part.cap.of_target is not None
    written = [name for name in TARGETS if getattr(part, name) is not None]
    of_target = part.matrix is not None and part.matrix.in_percent
    wants = of_target or part.over_quota or "share" in part.row_ways or capped
    if wants and not part.has_target:
        yield Problem((), "pays a part of a target, but there is none.", "Add target: what 100% pays.")
    if part.has_target and not wants:
        remedy = "Write percentages of it in brackets or points, or times."
        yield Problem((written[0],), "nothing is paid from the target.", remedy)
    if len(written) > 1:
        message = f"{' and '.join(written)} both say what 100% pays."
        yield Problem((written[1],), message, "Keep one of them.")
    if part.own_targets is not None and part.accumulates == "transaction":
        remedy = "Add accumulates: month, quarter, half or year."
        yield Problem((written[-1],), "each payee's target is that of a window.", remedy)
    if part.target_of is not None and part.accumulates in SHORT:
        message = "people data promises by fiscal months, of which a shorter window is no part."
        yield Problem(("target_of",), message, "Write target, or accumulates: month, quarter, half or year.")
    if part.weight is not None and not part.has_target:
        yield Problem(("weight",), "a weight without a target.", "Add target, or remove weight.")


def _stray_problems(part: Component) -> Iterator[Problem]:
    """Every key has something to say."""
    if part.tiers and not part.brackets:
        yield Problem(("tiers",), "tiers without brackets.", "Add brackets, or remove tiers.")
    for name in ("below", "beyond"):
        if getattr(part, name) and not part.points:
            yield Problem((name,), f"{name} without points.", f"Add points, or remove {name}.")
    yield from _per_problems(part)
    if part.carry is not None and (part.quota is None or part.accumulates == "transaction"):
        remedy = "Add quota and accumulates: month, quarter, half or year."
        yield Problem(("carry",), "what is carried lies above or below the quota of a window.", remedy)
    if part.floor is not None and part.residual is not None:
        message = "a residual pays month by month, and no deal at once."
        yield Problem(("floor",), message, "Remove floor.")
    if part.rate_decimals is not None and not part.over_quota:
        yield Problem(("rate_decimals",), "no rate is derived from a target.", "Add times, or remove it.")
    if part.rate_decimals is not None and not 0 <= part.rate_decimals <= MOST_DECIMALS:
        yield Problem(("rate_decimals",), "is no number of decimals.", f"Write 0 to {MOST_DECIMALS}.")


def _per_problems(part: Component) -> Iterator[Problem]:
    """Something is paid for each amount; full ones are of an amount, and rows begin where one is full."""
    if part.per is not None and not part.pays_each:
        yield Problem(("per",), "per without an amount that is paid for it.", "Add pays, or remove per.")
    if part.per == 0:
        yield Problem(("per",), "an amount for each 0.", "Write more than 0.")
    if part.only_full and not part.per:
        yield Problem(("only_full",), "full of what is not said.", "Add per, such as per: 10_000.")
    if part.only_full and part.carry is not None:
        yield Problem(("only_full",), "what is carried fills nothing by itself.", "Remove carry.")
    for position, row in enumerate(part.rows if part.only_full and part.per else ()):
        if row.from_share or row.start % (part.per or 1):
            message = "does not begin where one is full."
            yield Problem(("brackets", position, "from"), message, "Write a multiple of per.")
