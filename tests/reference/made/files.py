"""Plan files by lot that end, or follow one another: what is paid when a window is over never is cut by an end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from random import Random
from typing import Any

from engine.documents.company.company import Company
from tests.reference.calendar import span_of
from tests.reference.made.measures import ACROSS
from tests.reference.made.plans import plan

DAYS = (date(2026, 4, 1), date(2026, 7, 1), date(2026, 9, 13), date(2026, 12, 24))
"""In whose windows files end."""
CUT = ("month", "quarter", "half")


def in_files(chance: Random, plans: Sequence[dict[str, Any]], parts: int, house: Company) -> list[dict[str, Any]]:
    """The plans, one of which at times ends on a day, and at times goes on from there: changed, or as another one."""
    if chance.random() < 0.6:
        return list(plans)
    ended = chance.choice(plans)
    over = {*_whole_windows(ended)}
    days = [span_of(day, length, house).first for day in DAYS for length in CUT] + [*(DAYS if not over else ())]
    days = [day for day in days if all(span_of(day, each, house).first == day for each in over)]
    if not days:
        return list(plans)
    day = chance.choice(days)
    until = {"from": ended["effective"]["from"], "until": day}
    made = [_within(each, until) if each is ended else each for each in plans]
    if chance.random() < 0.3:
        return made
    other = ended if chance.random() < 0.3 or _is_fixed(plans) else _other(chance, ended, parts)
    return [*made, _within(other, {"from": day})]


def _other(chance: Random, ended: dict[str, Any], parts: int) -> dict[str, Any]:
    """Another file of the plan; with a draw in either it counts the same periods, against the same."""
    made = plan(chance, ended["plan"], parts, ended["currency"])
    if any("of_others" in pool for pool in made.get("bonus_pools", ())):
        del made["bonus_pools"]  # the others may be paid in another currency
    if "draw" not in ended and "draw" not in made:
        return made
    if "draw" not in ended or ended["pays"] != made["pays"]:
        return {key: of for key, of in {**made, "pays": ended["pays"]}.items() if key != "draw"}
    if "draw" in made and ended["draw"].get("against") != made["draw"].get("against"):
        return {key: of for key, of in made.items() if key != "draw"}
    return made


def _is_fixed(plans: Sequence[dict[str, Any]]) -> bool:
    """Whether components are asked for by name that have to attain a quota."""
    return any("members" in measure for each in plans for measure in each["measures"].values())


def _whole_windows(of: dict[str, Any]) -> Iterator[str]:
    """How long the windows are by which anything is paid only once they are over."""
    for part in of["components"]:
        if "to_date" in part or _made_of(part["measure"], of) & {*ACROSS, "at_quota"}:
            yield part["accumulates"]
    yield from (pool["per"] for pool in of.get("bonus_pools", ()))


def _made_of(name: str, of: dict[str, Any]) -> set[str]:
    """The measure, and all that it is made of."""
    measure = of["measures"][name]
    added = [part["measure"] for key in ("weighted", "adds") for part in measure.get(key, ())]
    parts = [part for part in (*measure.get("ratio", {}).values(), *added) if part in of["measures"]]
    return {name, *(each for part in parts for each in _made_of(part, of))}


def _within(of: dict[str, Any], effective: dict[str, date]) -> dict[str, Any]:
    """The plan in these days, with what of its components lies in them."""
    return {**of, "effective": effective, "components": [_part_within(part, effective) for part in of["components"]]}


def _part_within(part: dict[str, Any], effective: dict[str, date]) -> dict[str, Any]:
    """A component whose own days are all outside has those of the plan."""
    if "effective" not in part:
        return part
    since = max(part["effective"]["from"], effective["from"])
    until = min(part["effective"]["until"], effective.get("until", date.max))
    kept = {key: of for key, of in part.items() if key != "effective"}
    return {**kept, "effective": {"from": since, "until": until}} if since < until else kept
