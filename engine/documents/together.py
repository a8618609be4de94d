"""Checks between documents: windows that overlap or leave a gap, and what only the company's calendar can tell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import TypeVar

from engine.calendar import period_of
from engine.documents.company.company import Company
from engine.documents.engagement.engagement import Engagement
from engine.documents.engagement.named import unknown_names
from engine.documents.measures.measure import Measure
from engine.documents.plans.bonus_pool import OWN, OthersMeasure
from engine.documents.plans.component import Component
from engine.documents.plans.looks import parts_of
from engine.documents.plans.order import circle_among
from engine.documents.plans.plan import Plan
from engine.documents.problems import nearest
from engine.documents.tested import conditions_of, tested_facts
from engine.documents.values import Window
from engine.model import Issue, Severity
from engine.periods import PeriodKind

P = TypeVar("P", Engagement, Plan)


def check_rules(
    company: Company,
    engagements: Sequence[Engagement],
    plans: Sequence[Plan],
    lists: Collection[str] | None = None,
    facts: Collection[str] | None = None,
) -> tuple[Issue, ...]:
    """What is wrong between documents that are right by themselves. `HOLDS`: nothing may be computed with them.

    One set of rules of engagement is in force on a day, and one file of each plan name; gaps are warned of, because
    deals and credits dated in them earn nothing. `lists` are the names of the account lists there are, `facts`
    those of the mapped facts, where given.
    """
    by_name: dict[str, list[Plan]] = defaultdict(list)
    for plan in plans:
        by_name[plan.plan].append(plan)
    issues: list[Issue] = [] if engagements else [_none_in_force()]
    issues += _side_by_side("rules of engagement", engagements)
    for name, files in sorted(by_name.items()):
        issues += (*_side_by_side(f"plan {name}", files), *_unlike_draws(name, files))
    for plan in plans:
        issues += (*_off_calendar(company, plan), *_without_rules(plan, engagements), *_misnomers(plan, engagements))
        issues += _cut_windows(company, plan)
    issues += (*_unknown_team_components(plans), *_without_attainment(plans))
    issues += _unknown_plans(by_name, plans)
    issues += _unfit_pools(by_name, plans)
    issues += _circle(plans)
    policies: list[Engagement | Plan] = [*engagements, *plans]
    if lists is not None:
        issues += (issue for policy in policies for issue in _unknown_lists(policy, lists))
    if facts is not None:
        issues += (issue for policy in policies for issue in _unknown_facts(policy, facts))
    return tuple(issues)


def _unknown_team_components(plans: Sequence[Plan]) -> Iterator[Issue]:
    """A measure of the team's earnings names components of any plan, but of one there is."""
    known = {component.id for plan in plans for component in plan.components}
    for plan in plans:
        for name, measure in plan.measures.items():
            team = set(measure.of) if measure.of_the_team else set[str]()
            key, read = ("of", team) if measure.members is None else ("members", set(measure.members.attaining))
            for unknown in sorted(read - known):
                message = f"measures.{name}.{key}: no component of any plan is called {unknown}."
                where = plan.written_in or f"plan {plan.plan}"
                yield Issue("rules", Severity.HOLDS, where, message, nearest(unknown, known))


def _without_attainment(plans: Sequence[Plan]) -> Iterator[Issue]:
    """Members are counted by what attains a quota, or is a percentage by itself, in fiscal windows."""
    every = [(part, plan.measures[part.measure]) for plan in plans for part in plan.components]
    for plan in plans:
        for name, measure in plan.measures.items():
            asked = measure.members.attaining if measure.members is not None else ()
            unfit = {part.id for part, of in every if part.id in asked and not _attains(part, of)}
            for component in sorted(unfit):
                message = f"measures.{name}.members: {component} has no quota that it could attain in a fiscal window."
                remedy = f"Add quota and accumulates to {component}, and remove since, for_each and to_date."
                yield Issue("rules", Severity.HOLDS, plan.written_in or f"plan {plan.plan}", message, remedy)


def _attains(component: Component, measure: Measure) -> bool:
    fiscal = component.accumulates != "transaction" and component.since == "fiscal_year"
    alone = component.for_each is None and component.to_date is None
    return fiscal and alone and (component.quota is not None or measure.is_share)


def _unknown_plans(by_name: Mapping[str, Sequence[Plan]], plans: Sequence[Plan]) -> Iterator[Issue]:
    """A measure across people adds up those of plans there are."""
    for plan in plans:
        for name, measure in plan.measures.items():
            for unknown in sorted(set(measure.across.plans if measure.across else ()) - by_name.keys()):
                message = f"measures.{name}.across.plans: no plan is called {unknown}."
                where = plan.written_in or f"plan {plan.plan}"
                yield Issue("rules", Severity.HOLDS, where, message, nearest(unknown, by_name))


def _unfit_pools(by_name: Mapping[str, Sequence[Plan]], plans: Sequence[Plan]) -> Iterator[Issue]:
    """A pool is a share of what another plan there is adds up itself, in its currency."""
    for plan in plans:
        for pool in plan.bonus_pools:
            read = pool.of_others
            message = _unfit_others(read, by_name.get(read.plan, ()), plan) if read is not None else None
            if message is not None:
                where = plan.written_in or f"plan {plan.plan}"
                remedy = "Name another plan, and a measure of it that adds up money of direct or overlay credits."
                yield Issue("rules", Severity.HOLDS, where, f"bonus_pools.{pool.id}.of_others: {message}", remedy)


def _unfit_others(read: OthersMeasure, files: Sequence[Plan], plan: Plan) -> str | None:
    """Why what another plan adds up cannot be shared; None where it can."""
    if not files or read.plan == plan.plan:
        return f"{read.plan} is no other plan."
    for other in files:
        measure = other.measures.get(read.measure)
        if measure is None:
            return f"plan {read.plan} has no measure {read.measure}."
        shared = measure.across is not None or measure.of or set(measure.credits) - OWN
        if measure.unit != "amount" or measure.retention is not None or shared:
            return f"{read.measure} is no money that each one achieved."
        if other.currency != plan.currency:
            return f"plan {read.plan} pays in {other.currency}."
    return None


def _circle(plans: Sequence[Plan]) -> Iterator[Issue]:
    """Components of several plans that wait for each other can never be computed."""
    found = circle_among(plans)
    if found:
        message = f"components wait for each other: {' needs '.join(found)}."
        yield Issue("rules", Severity.HOLDS, "config/plans", message, "Let one of them not add up the next.")


def _unknown_lists(policy: Engagement | Plan, lists: Collection[str]) -> Iterator[Issue]:
    """A condition on a list that is not there would never fit, or always."""
    for place, when in conditions_of(policy):
        for name in (when.account.listed_in, when.account.not_listed_in) if when.account else ():
            if name is not None and name not in lists:
                remedy = f"{nearest(name, lists)} A list is config/lists/{name}.csv."
                message = f"{place}: no list is called {name}."
                yield Issue("rules", Severity.HOLDS, policy.written_in or place, message, remedy)


def _unknown_facts(policy: Engagement | Plan, facts: Collection[str]) -> Iterator[Issue]:
    """A condition on a fact that no field of the CRM gives would never fit, or always."""
    for place, name in tested_facts(policy):
        if name not in facts:
            remedy = f"{nearest(name, facts)} Facts are named in the mapping, under `facts` of accounts or deals."
            message = f"{place}: no fact is called {name}."
            yield Issue("rules", Severity.HOLDS, policy.written_in or place, message, remedy)


def _misnomers(plan: Plan, engagements: Sequence[Engagement]) -> Iterator[Issue]:
    """A plan tests only windows, and segments and territories, that some rules of engagement define."""
    everywhere = [each.defined() for each in engagements]
    fields = {field for each in everywhere for field in each if all(field in other for other in everywhere)}
    defined = {field: {name for each in everywhere for name in each[field]} for field in fields}
    for place, when in conditions_of(plan):
        for field, message, remedy in unknown_names(when, defined):
            where = plan.written_in or f"plan {plan.plan}"
            yield Issue("rules", Severity.HOLDS, where, f"{place}.{field}: {message}", remedy)


def _none_in_force() -> Issue:
    remedy = "Write one under config/engagement; every deal is held without it."
    return Issue("rules", Severity.HOLDS, "config/engagement", "there are no rules of engagement.", remedy)


def _side_by_side(what: str, policies: Sequence[P]) -> Iterator[Issue]:
    """Windows of one thing must not overlap, and should follow each other."""
    ordered = sorted(policies, key=lambda policy: policy.effective.from_on)
    for earlier, later in pairwise(ordered):
        ends, begins = earlier.effective.until_on, later.effective.from_on
        before = earlier.written_in or "another file"
        if ends is None or ends > begins:
            message = f"{what} is already in force from {begins} by {before}."
            remedy = f"Let that one end (until: {begins}), or begin this one later."
            yield Issue("rules", Severity.HOLDS, later.written_in or what, message, remedy)
        elif ends < begins:
            message = f"no {what} is in force from {ends} until {begins}: {before} has ended by then."
            yield Issue("rules", Severity.WARNS, later.written_in or what, message, "Close the gap, if it is none.")


def _off_calendar(company: Company, plan: Plan) -> Iterator[Issue]:
    """A plan that changes inside a fiscal month cuts what accumulates in two."""
    for key, day in (("from", plan.effective.from_on), ("until", plan.effective.until_on)):
        month = period_of(day, "month", company) if day is not None else None
        if month is not None and month.starts_on != day:
            message = f"effective.{key}: {day} is inside fiscal month {month.label}, which begins on {month.starts_on}."
            remedy = "What accumulates is cut on that day; write the first day of a fiscal month unless that is meant."
            yield Issue("rules", Severity.WARNS, plan.written_in or f"plan {plan.plan}", message, remedy)


def _cut_windows(company: Company, plan: Plan) -> Iterator[Issue]:
    """What is paid when a window is over (to date, by everybody's total) never is where the plan ends before."""
    last = plan.effective.until_on
    if last is None:
        return
    for place, length in _paid_at_ends(plan):
        window = period_of(last, length, company)
        if window.starts_on != last:
            message = f"{place}: {last} is inside {window.label}, which would not be paid."
            remedy = f"End the plan with a window (until: {window.starts_on} or {window.ends_on})."
            yield Issue("rules", Severity.HOLDS, plan.written_in or f"plan {plan.plan}", message, remedy)


def _paid_at_ends(plan: Plan) -> Iterator[tuple[str, PeriodKind]]:
    """What pays by whole windows, as it is written, and how long they are."""
    for part in plan.components:
        key = "to_date" if part.to_date is not None else "measure" if _of_whole_windows(part, plan) else None
        if key is not None and part.accumulates != "transaction":
            yield f"components.{part.id}.{key}", part.accumulates
    yield from ((f"bonus_pools.{pool.id}.per", pool.per) for pool in plan.bonus_pools)


def _of_whole_windows(component: Component, plan: Plan) -> bool:
    """Whether it pays on what is known when a window is over (everybody's total, a rate of retention, members)."""
    names = (component.measure, *(name for name, _ in parts_of(component.measure, plan.measures)))
    measures = [plan.measures[name] for name in names]
    return any(each.across or each.retention or each.members for each in measures)


def _unlike_draws(name: str, files: Sequence[Plan]) -> Iterator[Issue]:
    """Advances are one account over all files of a plan, so that its files count the same periods and money."""
    first = files[0]
    if not any(plan.draw for plan in files):
        return
    for plan in files[1:]:
        unlike = {key for key in ("pays", "currency") if getattr(plan, key) != getattr(first, key)}
        unlike |= {"draw.against"} if plan.draw and first.draw and plan.draw.against != first.draw.against else set()
        for key in sorted(unlike):
            message = f"{key}: another file of plan {name} has another one, and draws go on from file to file."
            remedy = f"Write the same {key} in all files of the plan, or give the new one a name of its own."
            yield Issue("rules", Severity.HOLDS, plan.written_in or f"plan {name}", message, remedy)


def _without_rules(plan: Plan, engagements: Sequence[Engagement]) -> Iterator[Issue]:
    """A plan pays on credits, and credits come from rules that are in force on the deal's day."""
    uncovered = _first_uncovered(plan.effective, [engagement.effective for engagement in engagements])
    if engagements and uncovered is not None:
        message = f"plan {plan.plan} is in force on {uncovered}, but no rules of engagement are."
        remedy = "Deals of that day are held; widen the window of the rules, or narrow the plan's."
        yield Issue("rules", Severity.WARNS, plan.written_in or f"plan {plan.plan}", message, remedy)


def _first_uncovered(window: Window, covers: Sequence[Window]) -> date | None:
    """The first day of the window that none of the others covers."""
    day: date = window.from_on
    for cover in sorted(covers, key=lambda each: each.from_on):
        if cover.covers(day):
            if cover.until_on is None:
                return None
            day = cover.until_on
    return day if window.covers(day) else None
