"""The book that a scenario's facts stand for, as if a CRM and the people files had said them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from fractions import Fraction
from itertools import count, zip_longest
from typing import Any

import dataframely as dy
import polars as pl

from engine import frames as f
from engine.book import Book, Rules
from engine.calendar import months_later, period_of
from engine.deals.dirt import FIRST_DAY, LAST_DAY
from engine.documents.across import EVERYBODY
from engine.documents.compensation import promised
from engine.documents.component import Accumulation
from engine.documents.looks import looks
from engine.model import MICROS
from engine.periods import MONTHS, PeriodKind
from engine.scenario.adjustments import adjustments_of
from engine.scenario.customers import account_of, accounts_of, contracts_of, holdings_of, owner_of
from engine.scenario.document import Scenario
from engine.scenario.facts import ALWAYS, REP, DealFact, EnrolmentFact, QuotaFact
from engine.scenario.values import DEAL_DAY, days_of

MONTH_OF_RESULTS = "2026-01"
"""What a result is of that does not say; deals without a day are of this month too."""
Rows = Iterable[Mapping[str, Any]]


def frame(schema: type[dy.Schema], rows: Rows) -> Any:
    """A validated frame; columns that a row does not name are null."""
    types = {name: column.dtype for name, column in schema.columns().items()}
    filled = [{**dict.fromkeys(types), **row} for row in rows]
    return schema.validate(pl.DataFrame(filled, schema=types, orient="row"))


def book_of(scenario: Scenario, rules: Rules) -> Book:
    """Every fact in its frame; a person's CRM user id is the person's id."""
    return Book(
        accounts=frame(f.Accounts, accounts_of(scenario)),
        deals=frame(f.Deals, (_deal(deal_id, deal, rules) for deal_id, deal in scenario.named_deals())),
        deal_lines=frame(f.DealLines, _products(scenario)),
        splits=frame(f.Splits, _splits(scenario)),
        team_members=frame(f.TeamMembers, _team(scenario)),
        contracts=frame(f.Contracts, contracts_of(scenario, rules)),
        people=frame(f.People, _people(scenario)),
        role_holdings=frame(f.RoleHoldings, (*_roles(scenario), *holdings_of(scenario, rules))),
        reporting_lines=frame(f.ReportingLines, _reporting(scenario)),
        enrolments=frame(f.Enrolments, _enrolments(scenario, rules)),
        quotas=frame(f.Quotas, _quotas(scenario, rules)),
        compensation=frame(f.Compensation, _compensation(scenario)),
        leaves=frame(f.Leaves, _leaves(scenario)),
        imported_results=frame(f.ImportedResults, _results(scenario, rules)),
        fx_rates=frame(f.FxRates, _fx_rates(scenario, rules)),
        list_entries=frame(f.ListEntries, _list_entries(scenario)),
        deal_events=frame(f.DealEvents, _events(scenario)),
        deal_stages=frame(f.DealStages, _stages(scenario)),
        lots=frame(f.Lots, _lots(scenario)),
        adjustments=frame(f.Adjustments, adjustments_of(scenario.adjustments, rules)),
    )


def payees_of(scenario: Scenario) -> tuple[str, ...]:
    """Everybody in the book; `rep` where a deal names nobody, or where nobody is named at all."""
    nameless = any(deal.payee is None and not deal.splits for deal in scenario.deals)
    nameless |= any(contract.payee is None for contract in scenario.contracts) and not scenario.roles
    named = scenario.payees()
    return tuple(dict.fromkeys([*named, *([REP] if nameless or not named else [])]))


def days_of_facts(scenario: Scenario, rules: Rules) -> list[date]:
    """Every day on which a fact counts; days that the engine holds for a mistake are left out."""
    days = [*(deal.on for deal in scenario.deals), *(fact.on for fact in scenario.achieved)]
    days += [day for fact in scenario.contracts for day in fact.days()]
    days += [days_of(fact.period, rules.company)[0] if fact.period else DEAL_DAY for fact in scenario.cohorts]
    days += [deal.qualified_on for deal in scenario.deals if deal.qualified_on is not None]
    days += [fact.on for fact in scenario.before if fact.on is not None]
    days += [days_of(fact.period, rules.company)[0] for fact in scenario.before if fact.period is not None]
    days += [fact.day(rules) for fact in scenario.adjustments]
    days += [row["until_on"] - timedelta(days=1) for row in _results(scenario, rules)]
    return [day for day in days if FIRST_DAY <= day <= LAST_DAY]


def beginning(scenario: Scenario, rules: Rules) -> date:
    """The first day of the fiscal year in which the first fact counts."""
    return period_of(min(days_of_facts(scenario, rules), default=DEAL_DAY), "year", rules.company).starts_on


def amount_of(deal: DealFact) -> int | None:
    """Its amount, its ACV, or what its products come to; None where nothing says."""
    if deal.amount is not None or deal.acv is not None:
        return deal.amount if deal.amount is not None else deal.acv
    amounts = [sold.amount for sold in deal.products if sold.amount is not None]
    return sum(amounts) if amounts else None


def _deal(deal_id: str, deal: DealFact, rules: Rules) -> dict[str, Any]:
    amount = amount_of(deal) or 0
    return {
        "deal_id": deal_id,
        "name": deal.name,
        "account_id": account_of(deal_id, deal),
        "owner_id": owner_of(deal),
        "type": deal.type,
        "motion": deal.motion or ("downgrade" if amount is not None and amount < 0 else "new_business"),
        "is_won": deal.won,
        "is_closed": True,
        "created_on": deal.created_on,
        "closed_on": deal.on,
        "qualified_on": deal.qualified_on,
        "amount_micros": amount,
        "acv_micros": deal.acv,
        "cost_micros": deal.cost,
        "list_micros": deal.list_price,
        "currency": deal.currency or rules.company.currency,
        "source": deal.source,
        "channel": deal.channel,
        "term_months": deal.term_months,
        "starts_on": deal.starts_on,
        "prior_deal_id": deal.renews,
        "facts": json.dumps(deal.facts) if deal.facts else None,
    }


def _products(scenario: Scenario) -> Iterator[dict[str, Any]]:
    for deal_id, deal in scenario.named_deals():
        for number, sold in enumerate(deal.products, start=1):
            yield {
                "line_id": f"{deal_id}-{number}",
                "deal_id": deal_id,
                "product": sold.product,
                "family": sold.family,
                "quantity_micros": MICROS if sold.quantity is None else sold.quantity,
                "amount_micros": sold.amount,
                "cost_micros": sold.cost,
                "list_micros": sold.list_price,
            }


def _splits(scenario: Scenario) -> Iterator[dict[str, Any]]:
    for deal_id, deal in scenario.named_deals():
        for number, (payee, share) in enumerate(deal.splits.items(), start=1):
            yield {
                "split_id": f"{deal_id}-{number:03}",
                "deal_id": deal_id,
                "user_id": payee,
                "share_num": share.numerator,
                "share_den": share.denominator,
            }


def _stages(scenario: Scenario) -> Iterator[dict[str, Any]]:
    for deal_id, deal in scenario.named_deals():
        for fact in deal.stages:
            yield {"deal_id": deal_id, "stage": fact.stage, "entered_on": fact.on, "owner": fact.owner}


def _team(scenario: Scenario) -> Iterator[dict[str, Any]]:
    for deal_id, deal in scenario.named_deals():
        for payee, role in deal.team.items():
            yield {"member_id": f"{deal_id}-{payee}", "deal_id": deal_id, "user_id": payee, "role": role}


def _people(scenario: Scenario) -> Iterator[dict[str, Any]]:
    names = {person.id: person.name for person in scenario.people}
    for payee in payees_of(scenario):
        yield {"person_id": payee, "user_id": payee, "name": names.get(payee) or payee, "active": True}


def _roles(scenario: Scenario) -> Iterator[dict[str, Any]]:
    for fact in scenario.roles:
        scope, value = fact.place()
        place = {"scope": scope, "value": value}
        yield {
            "person_id": fact.payee,
            "role": fact.role,
            "capacity": fact.capacity,
            **place,
            **_life(fact.from_on, fact.until_on),
        }


def _reporting(scenario: Scenario) -> Iterator[dict[str, Any]]:
    for fact in scenario.reporting:
        yield {"person_id": fact.payee, "manager_id": fact.manager, **_life(fact.from_on, fact.until_on)}


def _enrolments(scenario: Scenario, rules: Rules) -> Iterator[dict[str, Any]]:
    """Those stated; with one plan, everybody else is on it from the beginning."""
    names = sorted({plan.plan for plan in rules.plans})
    stated = {fact.payee for fact in scenario.enrolments}
    others = [EnrolmentFact(payee=payee) for payee in payees_of(scenario) if payee not in stated]
    for fact in (*scenario.enrolments, *(others if len(names) == 1 else ())):
        life = _life(fact.from_on or beginning(scenario, rules), fact.until_on)
        yield {"person_id": fact.payee, "plan": fact.plan or names[0], **life}


def _quotas(scenario: Scenario, rules: Rules) -> Iterator[dict[str, Any]]:
    own: set[tuple[str, str]] = set()
    for fact in sorted(scenario.quotas, key=lambda fact: fact.payee is None):
        for payee in (*payees_of(scenario), EVERYBODY) if fact.payee is None else (fact.payee,):
            rows = list(_quota_rows(fact, payee, scenario, rules))
            own |= {(payee, quota) for quota, _, _ in rows if fact.payee is not None}
            for quota, from_on, until_on in rows:
                if fact.payee is not None or (payee, quota) not in own:
                    row = {"quota": quota, "amount_micros": fact.amount, **_life(from_on, until_on)}
                    yield {"person_id": payee, **row}


def _quota_rows(fact: QuotaFact, payee: str, scenario: Scenario, rules: Rules) -> Iterator[tuple[str, date, date]]:
    """Name and days of every row that a quota stands for."""
    targets = {component.targets for plan in rules.plans for component in plan.components}
    for quota, kinds in windows_of_quotas(rules).items():
        if fact.quota != quota and (fact.quota is not None or quota in targets):
            continue
        if fact.from_on is not None and fact.until_on is not None:
            yield quota, fact.from_on, fact.until_on
        elif fact.period is not None:
            yield (quota, *days_of(fact.period, rules.company))
        else:
            start = _own_start(quota, payee, scenario, rules)
            yield from ((quota, *days) for days in _each(fact.per or kinds[0], scenario, rules, start))


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


def _own_start(quota: str, payee: str, scenario: Scenario, rules: Rules) -> date | None:
    """Where the payee's own windows begin, if the quota is of such."""
    parts = (part for plan in rules.plans for part in plan.components if quota in (part.quota, part.targets))
    if all(part.since == "fiscal_year" for part in parts):
        return None
    first = beginning(scenario, rules)
    return min((fact.from_on or first for fact in scenario.enrolments if fact.payee == payee), default=first)


def _each(kind: PeriodKind, scenario: Scenario, rules: Rules, start: date | None = None) -> Iterator[tuple[date, date]]:
    """The periods of the fiscal years in which facts count; from a payee's own start, as long ones from there on."""
    days = days_of_facts(scenario, rules)
    if days and start is not None and kind in MONTHS:
        for nth in count():
            first, end = (months_later(start, MONTHS[kind] * place) for place in (nth, nth + 1))
            if first > max(days):
                return
            yield first, end
    elif days:
        day = period_of(min(days), "year", rules.company).starts_on
        last = period_of(max(days), "year", rules.company).ends_on
        while day < last:
            period = period_of(day, kind, rules.company)
            yield period.starts_on, period.ends_on
            day = period.ends_on


def _compensation(scenario: Scenario) -> Iterator[dict[str, Any]]:
    for fact in scenario.compensation:
        amounts = promised(fact.base_salary, fact.ote, fact.variable)
        named = zip(("base_salary_micros", "ote_micros", "variable_micros"), amounts, strict=True)
        life = _life(fact.from_on, fact.until_on)
        yield {"person_id": fact.payee, "currency": fact.currency, **dict(named), **life}


def _leaves(scenario: Scenario) -> Iterator[dict[str, Any]]:
    for fact in scenario.leave:
        yield {"person_id": fact.payee, "protected": fact.protected, **_life(fact.from_on, fact.until_on)}


def _results(scenario: Scenario, rules: Rules) -> Iterator[dict[str, Any]]:
    for fact in scenario.results:
        days = days_of(fact.period or MONTH_OF_RESULTS, rules.company)
        share = isinstance(fact.value, Fraction)
        yield {
            "person_id": fact.payee,
            "result": fact.result,
            "value_micros": int(fact.value * MICROS) if share else fact.value,
            "in_percent": share,
            **_life(fact.from_on or days[0], fact.until_on or days[1]),
        }


def _events(scenario: Scenario) -> Iterator[dict[str, Any]]:
    for fact in scenario.events:
        happened = {"kind": fact.what, "happened_on": fact.on, "amount_micros": fact.amount}
        yield {"deal_id": fact.deal, **happened}


def _fx_rates(scenario: Scenario, rules: Rules) -> Iterator[dict[str, Any]]:
    """Those stated, and for other currencies the rates that the plans fix."""
    stated = {fact.currency for fact in scenario.fx_rates}
    for fact in scenario.fx_rates:
        yield _fx_rate(fact.currency, fact.rate, fact.from_on, fact.until_on)
    for currency, steps in _fixed_rates(rules).items():
        ends = [day for day, _ in steps[1:]]
        for (since, rate), until in zip_longest(steps, ends):
            if currency not in stated:
                yield _fx_rate(currency, rate, max(since, ALWAYS), until)


def _fixed_rates(rules: Rules) -> dict[str, tuple[tuple[date, Fraction], ...]]:
    """By currency what the first plan in the company's currency fixes."""
    plans = [plan for plan in reversed(rules.plans) if plan.currency == rules.company.currency]
    return {currency: leaf.steps for plan in plans for currency, leaf in plan.exchange.fixed.items()}


def _fx_rate(currency: str, rate: Fraction, since: date, until: date | None) -> dict[str, Any]:
    return {"currency": currency, "rate_num": rate.numerator, "rate_den": rate.denominator, **_life(since, until)}


def _list_entries(scenario: Scenario) -> Iterator[dict[str, Any]]:
    for name, accounts in scenario.lists.items():
        for listed in accounts:
            yield {"list": name, "account_id": listed.account, **_life(listed.from_on, listed.until_on)}


def _lots(scenario: Scenario) -> Iterator[dict[str, Any]]:
    """The arms that a scenario states in place of the draw."""
    turn = 0
    for experiment, arms in scenario.arms.items():
        for account, arm in arms.items():
            turn += 1
            lot = {"place": "stated", "account_id": account, "drawn": arm, "drawn_on": DEAL_DAY}
            yield {"drawn_for": f"experiment {experiment}", "turn": turn, **lot}


def _life(from_on: date, until_on: date | None) -> dict[str, Any]:
    return {"from_on": from_on, "until_on": until_on}
