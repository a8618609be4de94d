"""What in a plan does not fit together: its components and their measures, its window, and all that names them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from engine.documents.measures.measure import Measure, Unit
from engine.documents.plans.alternatives import alternative_problems
from engine.documents.plans.cash_fit import unfit_cash
from engine.documents.plans.component import ADJUSTMENT, DRAW, Component
from engine.documents.plans.component_fit import quota_problems
from engine.documents.plans.dependencies import problems_in_plan
from engine.documents.plans.precedence import precedence_problems
from engine.documents.plans.release import share_problems
from engine.documents.plans.retention_fit import unfit_sums, unfit_weights, unfit_windows
from engine.documents.plans.windows_fit import (
    unfit_clawback,
    unfit_for_each,
    unfit_rounding,
    unfit_since,
    unfit_to_date,
    unfit_trailing,
    unfit_zero,
)
from engine.documents.problems import Loc, Problem
from engine.documents.values import Dated, Window

if TYPE_CHECKING:
    from engine.documents.plans.plan import Plan

NOUNS: dict[Unit, str] = {"amount": "money", "deals": "deals", "number": "pieces", "percent": "percent"}
"""What messages call the unit of a measure."""


def unfit(plan: Plan) -> Iterator[Problem]:
    """Components fit their measures and the plan's window, and ramps have no gap."""
    if not plan.components and not plan.bonus_pools:
        remedy = f"Add components, such as components: {plan.examples()['components']}."
        yield Problem(("components",), "missing.", remedy)
    for position, step in enumerate(plan.ramp):
        if step.month != position + 1:
            message = f"month {step.month} stands where month {position + 1} belongs."
            yield Problem(("ramp", position, "month"), message, "Write every month once, from 1 on.")
    if plan.rounding_unit == 0:
        yield Problem(("rounding_unit",), "nothing is rounded to 0.", "Write more than 0, such as 1 or 0.05.")
    yield from _unfit_draws(plan)
    own = {ADJUSTMENT: "what people adjust", **({DRAW: "the plan's draw"} if plan.draw else {})}
    for position, component in enumerate(plan.components):
        place = ("components", position)
        if component.id in own:
            message = f"is how lines name {own[component.id]}."
            yield Problem((*place, "id"), message, "Give the component another id.")
        for problem in (*_unfit(plan, component), *_outside(plan, component)):
            yield Problem((*place, *problem.loc), problem.message, problem.remedy)
    yield from problems_in_plan(plan.components, plan.measures)
    yield from unfit_weights(plan.measures)
    yield from unfit_sums(plan.measures)
    yield from precedence_problems(plan.precedence, plan.components, plan.measures)
    choices = {key: getattr(plan, key) for key in ("greatest_of", "least_of")}
    yield from alternative_problems(choices, plan.components, plan.measures)
    yield from _exchange_problems(plan)
    yield from _residual_problems(plan)
    yield from _cap_problems(plan)
    yield from _pool_problems(plan)
    for name, measure in plan.measures.items():
        for at, value in measure.dated():
            yield from _begins_late(("measures", name, *at), value, plan.effective)
    yield from share_problems(plan.release)
    yield from _release_problems(plan)
    yield from unfit_cash(plan)
    yield from unfit_clawback(plan)


def _release_problems(plan: Plan) -> Iterator[Problem]:
    """What is earned without a deal can only wait for time, and what is given back waits for nothing."""
    if plan.clawback is not None and plan.clawback.paid_late == "given_back" and plan.defers:
        message = "gives back at once, and what the plan pays waits for its release."
        yield Problem(("clawback", "paid_late"), message, "Remove paid_late, or release and reserve.")
    for position, part in enumerate(plan.components):
        if part.floor is not None and part.floor.always and (plan.release_of(part) or plan.reserve):
            message = "what a loss takes off is payable at once, and what tops it up would wait for its release."
            yield Problem(("components", position, "floor", "always"), message, "Remove always, or release.")
        occasions = {step.on for step in plan.release_of(part)} - {"booking"}
        measure = plan.measures[part.measure]
        moved = part.carry is not None and part.carry.surplus == "moved"
        what = "moved surplus" if moved else "pay to date" if part.to_date else measure.of_a_window
        what = "an imported result" if measure.imported else what
        if occasions and what:
            message = f"{what} is of no deal, and waits for {' and '.join(sorted(occasions))}."
            yield Problem(("components", position, "release"), message, "Write release: booking.")


def _exchange_problems(plan: Plan) -> Iterator[Problem]:
    """Fixed rates are of other currencies, and there from the first day."""
    for currency, leaf in plan.exchange.fixed.items():
        if currency == plan.currency:
            yield Problem(("exchange", "fixed", currency), "is what the plan pays in.", "Remove it.")
        elif leaf.steps[0][0] > plan.effective.from_on:
            message = f"has no value from {plan.effective.from_on} until {leaf.steps[0][0]}."
            yield Problem(("exchange", "fixed", currency), message, f"Add a value from {plan.effective.from_on}.")


def _residual_problems(plan: Plan) -> Iterator[Problem]:
    """A residual ends with the contract by itself, and is of deals."""
    residual = {part.id for part in plan.components if part.residual is not None}
    for position, name in enumerate(plan.clawed_back):
        if name in residual:
            message = f"{name} is a residual, which ends with the contract by itself."
            yield Problem(plan.clawed_back_at(position), message, f"Leave {name} out of applies_to.")
    for position, part in enumerate(plan.components):
        moved = part.carry is not None and part.carry.surplus == "moved"
        imported = plan.measures[part.measure].imported is not None
        if part.id in residual and (moved or imported):
            what = "an imported result" if imported else "moved surplus"
            message = f"{what} is of no deal, so nobody stays or leaves."
            yield Problem(("components", position, "residual"), message, "Remove residual.")
    for name, measure in plan.measures.items():
        for read in residual & set(measure.of):
            message = f"{read} is a residual: what it comes to is not known when this is added up."
            yield Problem(("measures", name, "of"), message, f"Remove {read}.")


def _cap_problems(plan: Plan) -> Iterator[Problem]:
    """Caps have names of their own, and nothing is capped by two of which neither covers the other."""
    taken = {DRAW, *(component.id for component in plan.components), *(pool.id for pool in plan.bonus_pools)}
    for position, cap in enumerate(plan.caps):
        if cap.id in taken:
            yield Problem(("caps", position, "id"), f"{cap.id} is how other lines are named.", "Write another id.")
        covered = {part.id for part in plan.components if cap.covers(part.id)}
        for earlier in plan.caps[:position]:
            before = {part.id for part in plan.components if earlier.covers(part.id)}
            if before & covered and not before <= covered:
                message = f"caps some of what {earlier.id} caps, but not all of it."
                remedy = f"Write it before {earlier.id}, or let it cover {', '.join(sorted(before - covered))} too."
                yield Problem(("caps", position), message, remedy)


def _pool_problems(plan: Plan) -> Iterator[Problem]:
    """Pools have names of their own, their values from the first day, and measures of what each achieved."""
    taken = {DRAW, *(component.id for component in plan.components)}
    for position, pool in enumerate(plan.bonus_pools):
        place = ("bonus_pools", position)
        if pool.id in taken:
            yield Problem((*place, "id"), f"{pool.id} is how other lines are named.", "Write another id.")
        for key, leaf in pool.dated():
            yield from _begins_late((*place, key), leaf, plan.effective)
        for problem in pool.unfit(plan.measures):
            yield Problem((*place, *problem.loc), problem.message, problem.remedy)


def _unfit_draws(plan: Plan) -> Iterator[Problem]:
    """Promises are divided into fiscal months, and no further."""
    if plan.pays in ("weekly", "two_weekly", "half_monthly") and any(rule.of for rule in plan.draws):
        message = "people data promises by fiscal months, of which a shorter statement period is no part."
        yield Problem(("draw",), message, "Write amounts, or pays: monthly.")


def _unfit(plan: Plan, component: Component) -> Iterator[Problem]:
    """A component pays in the unit of its measure, over windows, and by what the measure adds up."""
    measure = plan.measures[component.measure]
    yield from _unfit_unit(component, measure)
    if not measure.is_share or (component.quota is not None and not measure.brings_whole):
        yield from quota_problems(component, imported=measure.imported is not None)
    for fit in (unfit_windows, unfit_to_date, unfit_since, unfit_for_each, unfit_zero, unfit_trailing):
        yield from fit(component, plan.measures)
    yield from unfit_rounding(component, measure)
    yield from _unfit_deals(component, measure)


def _unfit_unit(component: Component, measure: Measure) -> Iterator[Problem]:
    """A share of what is no money, or an amount for each unit of money, is no pay."""
    each = next((key,) for key in ("pays", "rates", "brackets") if getattr(component, key) or key == "brackets")
    if measure.unit == "amount" and not measure.brings_whole and component.per is None and component.pays_each:
        remedy = "Write a rate, add per (the amount that it is for), or let the measure count deals."
        yield Problem(each, f"{component.measure} adds up money, it does not count.", remedy)
    by_deal = component.rate_by or (component.rates and not component.pays_each)
    shares = component.rate or "rate" in component.row_ways or by_deal
    if measure.unit != "amount" and shares:
        message = f"{component.measure} is measured in {NOUNS[measure.unit]}; a percentage of that is no amount."
        yield Problem(("measure",), message, "Write pays with an amount for each (of percent: for 100 %).")
    key, begins = ("brackets", "from") if component.brackets else ("points", "at")
    for position, row in enumerate(component.rows):
        if measure.divides_whole and row.from_micros:
            message = f"{component.measure} is {measure.of_a_window} in percent, and this an amount."
            yield Problem((key, position, begins), message, f"Write a percentage, such as {begins}: 80%.")


def _unfit_deals(component: Component, measure: Measure) -> Iterator[Problem]:
    """What a component asks of each deal needs a measure of deals."""
    if component.tables and not measure.of_credits and measure.retention is None:
        key = "rates" if component.rates else "by_deal"
        yield Problem((key,), "an imported result is of no deal, so no case can fit.", f"Remove {key}.")
    if component.rate_by is not None and (not measure.of_credits or measure.of):
        message = f"{component.measure} does not add up deals, which have a percentage."
        yield Problem(("rate_by",), message, "Write rate, or give it a measure of deals.")
    if component.floor and component.floor.always and (not measure.of_credits or measure.sum in ("cash", "earnings")):
        message = f"{component.measure} does not add up deals, of which one that is worth nothing could be found."
        yield Problem(("floor", "always"), message, "Remove always, or give it a measure of deals.")
    if component.split_of == "money" and not (measure.of_credits and set(measure.credits) <= {"direct", "overlay"}):
        message = f"{component.measure} adds up more than the payee's own shares of deals."
        yield Problem(("split_of",), message, "Remove split_of, or give it a measure of direct or overlay credits.")
    if component.kind == "manager_override" and not measure.of_the_team:
        message = f"an override pays on the team's credits, but {component.measure} adds up others."
        yield Problem(("measure",), message, "Give it a measure with credits: [rollup].")


def _outside(plan: Plan, component: Component) -> Iterator[Problem]:
    """A component lives inside its plan, and its values are there from its first day."""
    life = component.effective or plan.effective
    if life.from_on < plan.effective.from_on:
        message = f"begins before the plan, which is in force from {plan.effective.from_on}."
        yield Problem(("effective", "from"), message, "Begin it with the plan, or later.")
    end = plan.effective.until_on
    if end is not None and (life.until_on is None or life.until_on > end):
        message = f"ends after the plan, which is in force until {end}."
        yield Problem(("effective", "until"), message, f"Write until: {end} or earlier.")
    for place, value in component.dated():
        yield from _begins_late(place, value, life)


def _begins_late(place: Loc, value: Dated[Any], life: Window) -> Iterator[Problem]:
    """A dated value is there from the first day on."""
    first = value.steps[0][0]
    if first > life.from_on:
        message = f"has no value from {life.from_on} until {first}."
        yield Problem(place, message, f"Add a value from {life.from_on}.")
