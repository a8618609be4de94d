"""Experiments: every account that has signed is drawn into one arm, and its deals of the window are in that arm."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from hashlib import sha256

from engine.documents.engagement.engagement import Engagement
from engine.documents.engagement.experiments import Experiment
from tests.reference.classify import Deal
from tests.reference.facts import Facts, Lot
from tests.reference.matching import fits, value_of


def draw_arms(won: Sequence[Deal], engagements: Sequence[Engagement], facts: Facts) -> None:
    """The draw of every experiment, by the deals that were won."""
    for engagement in engagements:
        for experiment in engagement.experiments:
            lots = facts.lots.setdefault(f"experiment {experiment.id}", [])
            for signed, account, shown in sorted(_taking_part(won, experiment, facts), key=lambda each: each[:2]):
                stratum = _stratum(experiment, shown)
                lots.append(Lot(stratum, account, _drawn(experiment, stratum, account, lots), signed))


def in_arms(deal: Deal, engagements: Sequence[Engagement], facts: Facts) -> Deal:
    """The deal with the arms that its account is in on its day."""
    arms = set()
    for experiment in (each for rules in engagements if rules.effective.covers(deal.day) for each in rules.experiments):
        of = {lot.account: lot.drawn for lot in facts.lots[f"experiment {experiment.id}"]}
        arm = of.get(deal.account["account_id"])
        if arm is not None and experiment.effective.covers(deal.day):
            arms.add(f"{experiment.id}/{arm}")
    return replace(deal, arms=frozenset(arms))


def _taking_part(won: Sequence[Deal], experiment: Experiment, facts: Facts) -> Iterator[tuple[date, str, Deal]]:
    """Accounts with the day on which they first signed, before the end, and the deal that says what they are.

    That is their last deal before the start, or without one their first.
    """
    until = experiment.effective.until_on or date.max
    signed = [deal for deal in won if deal.signing is not None and deal.signing["closed_on"] < until]
    for account in {deal.account["account_id"] for deal in signed}:
        own = sorted(
            (deal for deal in signed if deal.account["account_id"] == account), key=lambda deal: (deal.day, deal.id)
        )
        before = [deal for deal in own if deal.day < experiment.effective.from_on]
        shown = before[-1] if before else own[0]
        if fits(experiment.accounts, shown, facts):
            yield min(deal.signing["closed_on"] for deal in own if deal.signing), account, shown


def _stratum(experiment: Experiment, deal: Deal) -> str:
    """What the account is in the strata's fields, as text."""
    values = [value_of(field, deal) for field in experiment.strata]
    return " / ".join("unknown" if value is None else value for value in values) or "all"


def _drawn(experiment: Experiment, stratum: str, account: str, lots: Sequence[Lot]) -> str:
    """The arm furthest behind its share of the accounts of the stratum; of those that are level, by the least hash."""
    here = [lot.drawn for lot in lots if lot.place == stratum]
    behind = {arm: Fraction(share) * len(here) - here.count(arm) for arm, share in experiment.arms.items()}
    level = [arm for arm in behind if behind[arm] == max(behind.values())]
    return min(level, key=lambda arm: sha256(f"{experiment.id}\0{stratum}\0{account}\0{arm}".encode()).digest())
