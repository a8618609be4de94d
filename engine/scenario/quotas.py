"""The quotas of a scenario, for every window that plans accumulate over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import count
from typing import Any

from engine.book import Rules
from engine.calendar import months_later, period_of
from engine.documents.measures.across import EVERYBODY
from engine.documents.plans.component import Accumulation
from engine.documents.plans.looks import looks
from engine.periods import MONTHS, PeriodKind
from engine.scenario.document import Scenario
from engine.scenario.people_facts import QuotaFact
from engine.scenario.span import beginning, days_of_facts, payees_of
from engine.scenario.values import days_of


@dataclass(frozen=True, slots=True)
class _Over:
    """What all quotas have in common, found once: lint has thousands of quotas and of facts in one scenario."""

    scenario: Scenario
    rules: Rules
    windows: Mapping[str, Sequence[PeriodKind]]
    beginning: date
    span: tuple[date, date] | None


def quotas_of(scenario: Scenario, rules: Rules) -> Iterator[dict[str, Any]]:
    """Rows of `Quotas`: a quota of everybody is that of those for whom none is written."""
    own: set[tuple[str, str]] = set()
    over = _over(scenario, rules)
    for fact in sorted(scenario.quotas, key=lambda fact: fact.payee is None):
        for payee in (*payees_of(scenario), EVERYBODY) if fact.payee is None else (fact.payee,):
            rows = list(_quota_rows(fact, payee, over))
            own |= {(payee, quota) for quota, _, _ in rows if fact.payee is not None}
            for quota, from_on, until_on in rows:
                if fact.payee is not None or (payee, quota) not in own:
                    row = {"quota": quota, "amount_micros": fact.amount, "from_on": from_on, "until_on": until_on}
                    yield {"person_id": payee, **row}


def _over(scenario: Scenario, rules: Rules) -> _Over:
    days = days_of_facts(scenario, rules)
    span = (min(days), max(days)) if days else None
    return _Over(scenario, rules, windows_of_quotas(rules), beginning(scenario, rules), span)


def _quota_rows(fact: QuotaFact, payee: str, over: _Over) -> Iterator[tuple[str, date, date]]:
    """Name and days of every row that a quota stands for."""
    targets = {component.targets for plan in over.rules.plans for component in plan.components}
    for quota, kinds in over.windows.items():
        if fact.quota != quota and (fact.quota is not None or quota in targets):
            continue
        if fact.from_on is not None and fact.until_on is not None:
            yield quota, fact.from_on, fact.until_on
        elif fact.period is not None:
            yield (quota, *days_of(fact.period, over.rules.company))
        elif over.span is not None:
            start = _own_start(quota, payee, over)
            yield from ((quota, *days) for days in _each(fact.per or kinds[0], over.span, over.rules, start))


def windows_of_quotas(rules: Rules) -> dict[str, list[PeriodKind]]:
    """The quotas and targets that components and their conditions name, with the windows they are for."""
    found: dict[str, list[PeriodKind]] = {}
    for quota, kind in _compared(rules):
        kinds = found.setdefault(quota, [])
        if kind != "transaction" and kind not in kinds:
            kinds.append(kind)
    return {quota: kinds or ["year"] for quota, kinds in found.items()}


def _compared(rules: Rules) -> Iterator[tuple[str, Accumulation]]:
    """Every quota or target that is named, and how long is accumulated towards it."""
    for plan in rules.plans:
        yield from ((look.quota, look.over) for look in looks(plan.components, plan.measures) if look.quota is not None)
        yield from ((part.targets, part.accumulates) for part in plan.components if part.targets is not None)
        yield from ((quota, pool.per) for pool in plan.bonus_pools for quota in pool.quotas)


def _own_start(quota: str, payee: str, over: _Over) -> date | None:
    """Where the payee's own windows begin, if the quota is of such."""
    parts = (part for plan in over.rules.plans for part in plan.components if quota in (part.quota, part.targets))
    if all(part.since == "fiscal_year" for part in parts):
        return None
    enrolments = (fact for fact in over.scenario.enrolments if fact.payee == payee)
    return min((fact.from_on or over.beginning for fact in enrolments), default=over.beginning)


def _each(kind: PeriodKind, span: tuple[date, date], rules: Rules, start: date | None) -> Iterator[tuple[date, date]]:
    """The periods of the fiscal years in which facts count; from a payee's own start, as long ones from there on."""
    if start is not None and kind in MONTHS:
        for nth in count():
            first, end = (months_later(start, MONTHS[kind] * place) for place in (nth, nth + 1))
            if first > span[1]:
                return
            yield first, end
    else:
        day = period_of(span[0], "year", rules.company).starts_on
        last = period_of(span[1], "year", rules.company).ends_on
        while day < last:
            period = period_of(day, kind, rules.company)
            yield period.starts_on, period.ends_on
            day = period.ends_on
