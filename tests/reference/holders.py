"""Who fills a role on a day: the most specific holder, else who steps in for the vacancy."""

from __future__ import annotations

from datetime import date

from engine.documents.engagement.engagement import Engagement
from engine.documents.engagement.holder import MANAGER_OF, RECORD_OWNERS
from tests.reference.classify import Deal
from tests.reference.facts import Facts, Row, holds_on
from tests.reference.lots import pool_member

NARROWEST_FIRST = ("account", "territory", "segment", "owned", "company")


class HeldDealError(Exception):
    """The deal waits for a person: nobody, or more than one, is what a rule asks for."""


def holder_of(role: str, deal: Deal, engagement: Engagement, facts: Facts) -> str | None:
    """The person; None where the role may stay open. HeldDealError where that cannot be told."""
    found = present_holder(role, deal, engagement, facts)
    if found is None and role not in engagement.vacancies:
        raise HeldDealError(role)
    for stand_in in engagement.vacancies.get(role, ()):
        if found is None:
            found = _steppingpresent_holder(stand_in, deal, engagement, facts)
    if found is None and engagement.vacancies.get(role):
        raise HeldDealError(role)
    return found


def _steppingpresent_holder(name: str, deal: Deal, engagement: Engagement, facts: Facts) -> str | None:
    if not name.startswith(MANAGER_OF):
        return present_holder(name, deal, engagement, facts)
    of = present_holder(name.removeprefix(MANAGER_OF), deal, engagement, facts)
    return None if of is None else one_of(managers_of(of, deal.day, facts))


def present_holder(name: str, deal: Deal, engagement: Engagement, facts: Facts) -> str | None:
    """The owner of a record; of a role who has it on the deal's team, else who holds it at the narrowest place."""
    if name in RECORD_OWNERS:
        return facts.person(_record(name, deal).get("owner_id"))
    on_team = {row["user_id"] for row in facts.team_of(deal.id) if engagement.team_roles.get(row["role"]) == name}
    if on_team:
        return one_of({person for user in on_team if (person := facts.person(user)) is not None})
    places = {
        "account": deal.account["account_id"],
        "territory": deal.account["territory"],
        "segment": deal.account["segment"],
        "company": None,
    }
    for scope in NARROWEST_FIRST:
        if scope != "account" and name in engagement.pools:
            return pool_member(name, deal, engagement.pools[name], facts)
        if scope == "owned":
            owner = _owner_in(name, deal, facts)
            if owner is not None:
                return owner
        if scope == "owned" or (scope != "company" and places[scope] is None):
            continue
        held = {
            row["person_id"]
            for row in facts.role_holdings
            if (row["role"], row["scope"], row["value"]) == (name, scope, places[scope]) and holds_on(row, deal.day)
        }
        if held:
            return one_of(held)
    return None


def _owner_in(role: str, deal: Deal, facts: Facts) -> str | None:
    """The deal's owner where that has the role for what is owned, else the account's."""
    here = [row for row in facts.role_holdings if (row["role"], row["scope"]) == (role, "owned")]
    holders = {row["person_id"] for row in here if holds_on(row, deal.day)}
    owners = (facts.person(_record(name, deal).get("owner_id")) for name in ("deal_owner", "account_owner"))
    return next((owner for owner in owners if owner in holders), None)


def _record(name: str, deal: Deal) -> Row:
    """Whose owner is meant: the deal's, the account's, or that of the deal that began the relationship."""
    records = {"deal_owner": deal.row, "account_owner": deal.account, "signing_owner": deal.signing or {}}
    return records[name]


def one_of(people: set[str]) -> str | None:
    """The only person, or nobody; several are one too many."""
    if len(people) > 1:
        raise HeldDealError(f"{sorted(people)}")
    return next(iter(people), None)


def managers_of(person: str, day: date, facts: Facts) -> set[str]:
    """Managers by the reporting lines of the day."""
    lines = (row for row in facts.reporting_lines if row["person_id"] == person)
    return {row["manager_id"] for row in lines if holds_on(row, day)}
