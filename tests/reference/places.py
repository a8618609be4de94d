"""Segments, territories and windows after signing, as the rules of engagement of a deal's day define them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from engine.documents.engagement.engagement import Engagement
from engine.documents.engagement.places import Place, SigningWindow
from tests.reference.classify import Deal
from tests.reference.facts import Facts
from tests.reference.matching import fits


def placed(deal: Deal, engagements: Sequence[Engagement], facts: Facts) -> Deal:
    """The deal with the places of its account: where rules define none, those of the CRM stand."""
    in_force = [each for each in engagements if each.effective.covers(deal.day)]
    if len(in_force) != 1:
        return deal
    (rules,) = in_force
    for field, places in (("segment", rules.segments), ("territory", rules.territories)):
        if places:
            deal = replace(deal, account={**deal.account, field: _first(places, deal, facts)})
    return replace(deal, windows=frozenset(each.id for each in rules.windows if _is_within(each, deal, facts)))


def _first(places: Sequence[Place], deal: Deal, facts: Facts) -> str | None:
    """The first that fits and is in force; a deal that fits none is nowhere."""
    fitting = (each for each in places if each.effective is None or each.effective.covers(deal.day))
    return next((each.name for each in fitting if fits(each.when, deal, facts)), None)


def _is_within(window: SigningWindow, deal: Deal, facts: Facts) -> bool:
    """Whether the deal lies in the window, which begins on the day on which the customer signed."""
    signing = deal.signing
    if signing is None or deal.months_since_signing is None:
        return False
    if window.months is not None or window.months_by_segment:
        months = window.months_by_segment.get(deal.account["segment"], window.months)
        if months is None or deal.months_since_signing >= months:
            return False
    if window.sales_cycles is not None:
        if signing["created_on"] is None:
            return False
        cycle = (signing["closed_on"] - signing["created_on"]).days
        if (deal.day - signing["closed_on"]).days >= cycle * window.sales_cycles:
            return False
    return window.until is None or not _has_renewed(deal, facts)


def _has_renewed(deal: Deal, facts: Facts) -> bool:
    """Whether the first renewal after signing was won on the deal's day or before."""
    assert deal.signing is not None
    return any(
        row["motion"] == "renewal" and deal.signing["closed_on"] < row["closed_on"] <= deal.day
        for row in facts.won_of(deal.row["account_id"])
    )
