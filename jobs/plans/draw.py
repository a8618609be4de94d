"""Draw the payout curves of a plan file; nothing but the file is needed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from engine.documents.plans.component import Component
from engine.documents.plans.plan import Plan
from engine.documents.reading import read_plan
from engine.telling.drawing import Picture, picture
from engine.telling.drawing_svg import as_svg
from engine.telling.drawing_text import as_text
from jobs.configuration import ConfigurationProblem
from jobs.settings import SettingsProblem, amount_given


def draw(file: Path, component: str | None, quota: str | None, day: date | None, svg: Path | None) -> Iterator[str]:
    """A drawing for the terminal of each component asked for; one of them also goes to the SVG file.

    Raises `ConfigurationProblem` with what is wrong in the plan, `SettingsProblem` for what cannot be drawn.
    """
    plan = _read(file)
    chosen = _chosen(plan, component)
    if svg is not None and len(chosen) > 1:
        raise SettingsProblem(f"An SVG shows one component; add --component with one of {_ids(plan)}.")
    for each in chosen:
        drawn = _picture(plan, each, day, quota)
        if svg is not None:
            svg.write_text(as_svg(drawn), encoding="utf-8")
        yield as_text(drawn)


def _read(file: Path) -> Plan:
    if not file.is_file():
        raise SettingsProblem(f"There is no plan file {file}.")
    found = read_plan(file.read_text(encoding="utf-8"), str(file))
    if found.rows is None:
        raise ConfigurationProblem(found.issues)
    return found.rows


def _chosen(plan: Plan, component: str | None) -> tuple[Component, ...]:
    chosen = tuple(each for each in plan.components if component in (None, each.id))
    if not plan.components:
        raise SettingsProblem(f"Plan {plan.plan} has bonus pools alone, and no curve to draw.")
    if not chosen:
        raise SettingsProblem(f"Plan {plan.plan} has no component {component!r}; it has {_ids(plan)}.")
    return chosen


def _ids(plan: Plan) -> str:
    return ", ".join(each.id for each in plan.components)


def _picture(plan: Plan, component: Component, day: date | None, quota: str | None) -> Picture:
    try:
        return picture(plan, component, day, None if quota is None else amount_given("--quota", quota))
    except ValueError as problem:
        raise SettingsProblem(f"Nothing to draw for {component.id}: {problem}.") from problem
