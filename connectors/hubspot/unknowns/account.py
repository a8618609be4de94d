"""What the account itself does: pages of owners, who has left, counting of calls, refusals, field permissions."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import requests

from connectors.check import Check
from connectors.hubspot.describe import describe
from connectors.hubspot.errors import problem_of
from connectors.hubspot.session import Connection
from connectors.hubspot.unknowns.finding import Finding, found_out
from connectors.hubspot.whole import OWNER_PAGES, page_of_owners
from connectors.port import NotAllowed

OWNERS_MOST = 500
USAGE = "/account-info/v3/api-usage/daily/private-apps"
ACCOUNT = "/account-info/v3/details"
NOT_OURS = "/crm/v3/objects/contacts"
"""Something the worker needs no scope for; nothing but an id would come back."""

USAGE_CALLS = 5
TIERS = {250_000: "Free or Starter", 625_000: "Professional", 1_000_000: "Enterprise"}
"""Subscriptions by their calls a day. Field-level permissions come with the last two."""


class _Usage(msgspec.Struct):
    currentUsage: int = 0  # noqa: N815  HubSpot's key
    collectedAt: str = ""  # noqa: N815


class _Usages(msgspec.Struct):
    results: list[_Usage]


class _Definitions(msgspec.Struct):
    results: list[dict[str, object]]


def account_unknowns(connection: Connection, deals: str) -> Iterator[Check]:
    """Found out by reading alone."""
    yield found_out("page of owners", lambda: _owners_page(connection))
    yield found_out("owners who have left", lambda: _archived_owners(connection))
    yield found_out("counting of calls", lambda: _usage(connection))
    yield found_out("refusal without a key", lambda: _without_key(connection))
    yield found_out("refusal for a scope", lambda: _without_scope(connection))
    yield found_out("field-level permissions", lambda: _permissions(connection, deals))


def _owners_page(connection: Connection) -> Finding:
    size, _ = page_of_owners(connection, (OWNERS_MOST, *OWNER_PAGES), archived="false")
    enough = size >= OWNER_PAGES[0]
    meaning = f"{min(size, OWNER_PAGES[0])} are asked for at a time"
    more = "" if enough else f", which takes one call more for every {size} of them"
    return Finding(f"{size} owners a page are granted", f"at least {OWNER_PAGES[0]}", enough, f"{meaning}{more}.")


def _archived_owners(connection: Connection) -> Finding:
    assumed = "their user stands in userIdIncludingInactive alone"
    _, page = page_of_owners(connection, OWNER_PAGES, archived="true")
    total = len(page.results)
    plain = sum(owner.userId is not None for owner in page.results)
    told = sum(owner.userId is not None or owner.userIdIncludingInactive is not None for owner in page.results)
    if not total:
        return Finding("nobody has left yet", assumed, None, "Either key is read.")
    found = f"of {total} who have left, {plain} have a userId and {told} any user at all"
    lost = "" if told == total else " Goals and changes of the others name a user whom nobody can be found by."
    return Finding(found, assumed, told == total and not plain, f"Either key is read.{lost}")


def _usage(connection: Connection) -> Finding:
    assumed = "calls of this key are counted"
    headers = connection.budget.usage()
    meaning = "The worker goes by the count that answers carry."
    if headers is None:
        meaning = "Answers to this key carry no count either: how much of the day is used is not known, and other "
        meaning += "programs are not spared (OAuth apps)."
    try:
        before = _counted(connection)
    except NotAllowed as refused:
        return Finding(f"the count is not told to this key ({refused.code})", assumed, same=False, meaning=meaning)
    for _ in range(USAGE_CALLS):
        connection.get(ACCOUNT, dict[str, object])
    after = _counted(connection)
    if before is None or after is None:
        return Finding("no count is told", assumed, same=False, meaning=meaning)
    more = after.currentUsage - before.currentUsage
    if not more and after.collectedAt == before.collectedAt:
        found = f"the count ({after.currentUsage}) is of {after.collectedAt or 'some time ago'}, before these calls"
        return Finding(found, assumed, None, meaning)
    return Finding(f"{USAGE_CALLS} calls raised the count by {more}", assumed, more >= USAGE_CALLS, meaning)


def _counted(connection: Connection) -> _Usage | None:
    found = connection.get(USAGE, _Usages).results
    return found[0] if found else None


def _without_key(connection: Connection) -> Finding:
    shape = _shape(connection.answer_to(ACCOUNT, login=False))
    assumed = "401 category=INVALID_AUTHENTICATION with category, correlationId, message, status"
    return Finding(shape, assumed, shape == assumed, "The worker goes by the status; the rest is for people.")


def _without_scope(connection: Connection) -> Finding:
    answer = connection.answer_to(NOT_OURS, limit="1", properties="hs_object_id")
    assumed = "403 category=MISSING_SCOPES with category, correlationId, errors, message, status; scopes named"
    if answer.ok:
        meaning = "Take the scope crm.objects.contacts.read away from this key: the worker does not need it."
        return Finding("the key may read contacts, so that nothing was refused", assumed, None, meaning)
    shape = f"{_shape(answer)}; scopes {'named' if list(problem_of(answer).scopes()) else 'not named'}"
    meaning = "The worker goes by the status; where scopes are not named, its message cannot name them."
    return Finding(shape, assumed, shape == assumed, meaning)


def _shape(answer: requests.Response) -> str:
    """Status, category and keys; what stands in them is nobody's business."""
    try:
        keys = sorted(msgspec.json.decode(answer.content, type=dict[str, object]))
    except msgspec.DecodeError:
        return f"{answer.status_code} without JSON"
    word = problem_of(answer).category or "none"
    return f"{answer.status_code} category={word} with {', '.join(keys)}"


def _permissions(connection: Connection, deals: str) -> Finding:
    """Definitions may tell who sees a property; the day's calls tell the subscription."""
    described = describe(connection, deals)
    path = described.path if described else deals
    definitions = connection.get(f"/crm/v3/properties/{path}", _Definitions).results
    telling = sorted({key for each in definitions for key in each if "permission" in key.lower()})
    daily = (connection.budget.usage() or (0, 0))[1]
    tier = TIERS.get(daily, "a subscription that this does not tell")
    found = f"{daily} calls a day are those of {tier}; definitions tell " + (", ".join(telling) or "no permissions")
    meaning = "Look in the portal's settings who may view what setup creates, before `amount` is written."
    same = None if daily not in TIERS else not telling
    return Finding(found, "Professional and Enterprise have them, definitions tell none", same, meaning)
