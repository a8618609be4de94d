"""Whether the facts of a scenario fit its plans: nothing is paid on a name that means nothing, or two things."""

from __future__ import annotations

from collections.abc import Iterator

from engine.book import Rules
from engine.calendar import period_named
from engine.documents.plans.component import DRAW
from engine.documents.plans.plan import Plan
from engine.documents.problems import Loc, Problem, nearest
from engine.documents.tested import tested_lists
from engine.scenario.adjustments import unfit_adjustments
from engine.scenario.cohorts import periods_of
from engine.scenario.deals import amount_of
from engine.scenario.document import Scenario
from engine.scenario.facts import Achieved, Before
from engine.scenario.fitting import fits_anything, fitting_deal, stands_for
from engine.scenario.quotas import windows_of_quotas
from engine.scenario.span import payees_of
from engine.scenario.stated import day_of_before, measure_of
from engine.scenario.values import REP

BY_PAYEE = ("payable", "held", "forfeited", "payout", "attainment")
"""Expectations that name payees."""


def unfit(scenario: Scenario, rules: Rules) -> Iterator[Problem]:
    """Every fact and expectation that names what the plans do not have, or periods that the company does not have."""
    unknown = list(_periods(scenario, rules))
    yield from unknown
    if unknown:
        return
    yield from _deals(scenario, rules)
    yield from _unheard(scenario, rules)
    yield from _measures(scenario, rules)
    yield from _results(scenario, rules)
    yield from _cohorts(scenario, rules)
    yield from unfit_adjustments(scenario.adjustments, rules)
    yield from _quotas(scenario, rules)
    yield from _enrolments(scenario, rules)
    yield from _components(scenario, rules)
    yield from _expected_payees(scenario, rules)


def _unheard(scenario: Scenario, rules: Rules) -> Iterator[Problem]:
    """A list that nothing tests, or a role that no rules name, is a slip of the pen that would find nobody."""
    tested = tested_lists([*rules.engagements, *rules.plans])
    for name in scenario.lists.keys() - tested:
        yield Problem(("lists", name), f"no rule or plan tests a list called {name}.", nearest(name, tested))
    known = {role for one in rules.engagements for role in one.vacancies}
    for position, fact in enumerate(scenario.roles):
        if known and fact.role not in known:
            message = f"no rules of engagement name a role {fact.role}."
            yield Problem(("roles", position, "role"), message, nearest(fact.role, known))


def _periods(scenario: Scenario, rules: Rules) -> Iterator[Problem]:
    """A label may look like one and be none: few years have a week 53."""
    for place, label in scenario.named_periods():
        try:
            period_named(label, rules.company)
        except ValueError:
            yield Problem(place, f"{label} is no period of the company's calendar.", "Write one that there is.")


def _deals(scenario: Scenario, rules: Rules) -> Iterator[Problem]:
    """A deal has a size where anything adds up money of deals; units are told by its products."""
    of_money = any(
        measure.sum not in (None, "units", "earnings") for plan in rules.plans for measure in plan.measures.values()
    )
    for position, deal in enumerate(scenario.deals):
        if of_money and amount_of(deal) is None:
            message = "a deal without amount and acv."
            yield Problem(("deals", position), message, "Write amount, such as amount: 50_000, or acv.")


def _measures(scenario: Scenario, rules: Rules) -> Iterator[Problem]:
    known = {name for plan in rules.plans for name, of in plan.measures.items() if of.of_credits}
    facts: list[tuple[str, int, Achieved | Before]] = [
        *(("achieved", position, fact) for position, fact in enumerate(scenario.achieved)),
        *(("before", position, fact) for position, fact in enumerate(scenario.before)),
    ]
    for key, position, fact in facts:
        found = measure_of(fact, rules)
        if found is not None:
            yield from _unmade((key, position), fact, found, scenario, rules)
            continue
        if fact.measure is None:
            message = "does not say of which measure, and the plans do not have just one."
            remedy = f"Add measure: one of {', '.join(sorted(known))}." if known else "State results in its place."
            yield Problem((key, position), message, remedy)
        else:
            message = f"no measure of deals is called {fact.measure}."
            yield Problem((key, position, "measure"), message, nearest(fact.measure, known))


def _unmade(
    place: Loc, fact: Achieved | Before, found: tuple[Plan, str], scenario: Scenario, rules: Rules
) -> Iterator[Problem]:
    """A statement in a measure of which no deal can be made up."""
    plan, name = found
    on = fact.on if isinstance(fact, Achieved) else day_of_before(fact, scenario, rules)
    when = plan.measures[name].when
    if not stands_for(plan.measures[name]):
        message = f"measure {name} is worked out from more than one value of a deal."
        yield Problem(place, message, "State deals instead.")
    elif not fits_anything(fitting_deal("stated", on, 0, plan, plan.measures[name]), when):
        message = f"no deal of {on} can be made up that measure {name} counts."
        yield Problem(place, message, "State deals in its place.")


def _results(scenario: Scenario, rules: Rules) -> Iterator[Problem]:
    known = {measure.imported for plan in rules.plans for measure in plan.measures.values()} - {None}
    for position, fact in enumerate(scenario.results):
        if fact.result not in known:
            message = f"no measure imports a result {fact.result}."
            yield Problem(("results", position, "result"), message, nearest(fact.result, filter(None, known)))


def _cohorts(scenario: Scenario, rules: Rules) -> Iterator[Problem]:
    """Every cohort is of a measure, and of a window that is looked at."""
    known = {name for plan in rules.plans for name, of in plan.measures.items() if of.retention is not None}
    for position, fact in enumerate(scenario.cohorts):
        windows = list(periods_of(fact, rules))
        if fact.measure is not None and fact.measure not in known:
            message = f"no measure of retention is called {fact.measure}."
            yield Problem(("cohorts", position, "measure"), message, nearest(fact.measure, known))
        elif not windows:
            message = "no component looks at a window that ends then."
            yield Problem(("cohorts", position), message, "Write a period as long as the component accumulates.")
        kinds = {retention.kind for _, _, retention, _ in windows}
        if fact.rate is not None and fact.rate > 1 and kinds - {"net"}:
            message = "nobody keeps more than there was, but for a net rate."
            yield Problem(("cohorts", position, "rate"), message, "Write at most 100%, or name the net measure.")
        if (fact.start is None and fact.rate is None and kinds - {"logos"}) or (
            fact.customers is None and fact.rate is None and "logos" in kinds
        ):
            message = "does not say what its measure looks at."
            remedy = "Write start for gross and net rates, customers for logos, or rate; measure names one measure."
            yield Problem(("cohorts", position), message, remedy)
    if scenario.contracts and not known:
        yield Problem(("contracts",), "no measure looks at contracts.", "Write a measure with retention.")


def _quotas(scenario: Scenario, rules: Rules) -> Iterator[Problem]:
    windows = windows_of_quotas(rules)
    for position, fact in enumerate(scenario.quotas):
        place = ("quotas", position)
        if fact.quota is not None and fact.quota not in windows:
            message = f"no plan names a quota {fact.quota}."
            yield Problem((*place, "quota"), message, nearest(fact.quota, windows))
        kinds = [kind for name, found in windows.items() if fact.quota in (None, name) for kind in found]
        if (fact.per, fact.period, fact.from_on) == (None, None, None) and len(set(kinds)) > 1:
            message = f"is compared by {' and by '.join(dict.fromkeys(kinds))}, but does not say which it is for."
            yield Problem(place, message, "Add per, period, or from and until.")


def _enrolments(scenario: Scenario, rules: Rules) -> Iterator[Problem]:
    names = sorted({plan.plan for plan in rules.plans})
    for position, fact in enumerate(scenario.enrolments):
        if fact.plan is None and len(names) > 1:
            message, remedy = "does not say on which plan.", f"Add plan: one of {', '.join(names)}."
            yield Problem(("enrolments", position), message, remedy)
        elif fact.plan is not None and fact.plan not in names:
            yield Problem(
                ("enrolments", position, "plan"), f"no plan is called {fact.plan}.", nearest(fact.plan, names)
            )
    if len(names) > 1 and not scenario.enrolments:
        message = f"nobody is enrolled, and there are several plans: {', '.join(names)}."
        yield Problem((), message, "Add enrolments, such as [{payee: ada, plan: " + names[0] + "}].")


def _components(scenario: Scenario, rules: Rules) -> Iterator[Problem]:
    known = {component.id for plan in rules.plans for component in plan.components} | {DRAW}
    known |= {cap.id for plan in rules.plans for cap in plan.caps}
    known |= {pool.id for plan in rules.plans for pool in plan.bonus_pools}
    expected = scenario.expect
    named = [
        *((("before", n, "component"), fact.component) for n, fact in enumerate(scenario.before)),
        *((("expect", "lines", n, "component"), line.component) for n, line in enumerate(expected.lines)),
        *((("expect", "postings", n, "component"), line.component) for n, line in enumerate(expected.postings)),
        *((("expect", "attainment", payee, part), part) for payee, of in expected.attainment.items() for part in of),
    ]
    for place, component in named:
        if component is not None and component not in known:
            yield Problem(place, f"no component is called {component}.", nearest(component, known))


def _expected_payees(scenario: Scenario, rules: Rules) -> Iterator[Problem]:
    """Who is expected to earn is somebody of whom a fact speaks; a draw alone needs none."""
    expected, everybody = scenario.expect, payees_of(scenario)
    earns = [payee for payee, amounts in expected.totals.items() if any(amounts.values())]
    named = everybody if any(plan.draw is not None for plan in rules.plans) else {REP, *scenario.named()}
    places = [
        *((("expect", "totals", payee), payee, named) for payee in earns),
        *((("expect", key, payee), payee, everybody) for key in BY_PAYEE for payee in getattr(expected, key)),
        *((("expect", "lines", n, "payee"), line.payee, everybody) for n, line in enumerate(expected.lines)),
    ]
    for place, payee, known in places:
        if payee is not None and payee not in known:
            yield Problem(place, f"no fact speaks of {payee}.", nearest(payee, known))
