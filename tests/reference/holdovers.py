"""Holdovers: what the former holder of a role keeps for some days after it went to somebody else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

from engine.documents.engagement.engagement import Engagement
from engine.documents.engagement.holdover import Holdover
from tests.reference.classify import Deal
from tests.reference.facts import Facts
from tests.reference.holders import HeldDealError, present_holder
from tests.reference.matching import fits
from tests.reference.places import placed


def held_over(role: str, deal: Deal, engagement: Engagement, facts: Facts) -> tuple[str, Fraction] | None:
    """The former holder and the share that is still credited; None where nobody is held over.

    The change is the last one in the days that count, after which the role was not the former holder's any more.
    """
    rule = engagement.holdovers.get(role)
    if rule is None or not fits(rule.when, deal, facts):
        return None
    present = _on(deal.day, role, deal, engagement, facts)
    for day in sorted(set(_changes(rule, deal, engagement, facts)), reverse=True):
        former = _on(day - timedelta(days=1), role, deal, engagement, facts)
        if former is None or former in (present, _on(day, role, deal, engagement, facts)):
            continue
        opened = deal.row["created_on"]
        in_time = rule.of == "all_deals" or (opened is not None and opened < day)
        return (former, _share(rule, (deal.day - day).days)) if in_time else None
    return None


def _share(rule: Holdover, passed: int) -> Fraction:
    """The share so many days after the change: of the first stretch that is not over by then."""
    over = rule.days
    for later in rule.then:
        if passed < over:
            break
        over += later.days
        if passed < over:
            return Fraction(later.share)
    return Fraction(rule.share)


def _on(day: date, role: str, deal: Deal, engagement: Engagement, facts: Facts) -> str | None:
    """Who holds the role as if the deal were dated on the day; nobody where several do."""
    try:
        return present_holder(role, placed(replace(deal, day=day), [engagement], facts), engagement, facts)
    except HeldDealError:
        return None


def _changes(rule: Holdover, deal: Deal, engagement: Engagement, facts: Facts) -> Iterator[date]:
    """The days within the rule's at which a holding, a list that territories test, or a place begins or ends."""
    lists = [row for row in facts.list_entries if row["account_id"] == deal.account["account_id"]]
    days = [row[key] for row in (*facts.role_holdings, *lists) for key in ("from_on", "until_on")]
    effective = [place.effective for place in (*engagement.segments, *engagement.territories) if place.effective]
    days += [day for window in effective for day in (window.from_on, window.until_on)]
    longest = timedelta(days=rule.days + sum(later.days for later in rule.then))
    yield from (day for day in days if day is not None and deal.day - longest < day <= deal.day)
