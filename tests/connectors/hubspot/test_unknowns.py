"""What HubSpot does not document: doctor finds out how the portal does it, and the worker copes with either way."""

from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest
from pydantic import SecretStr

from connectors.hubspot.probe import probe
from connectors.hubspot.session import OAuthRefresh
from connectors.hubspot.target import HubspotTarget
from connectors.hubspot.unknowns.account import account_unknowns
from connectors.hubspot.unknowns.records import record_unknowns
from connectors.hubspot.unknowns.writes import PROBE, write_unknowns
from sandbox.hubspot.rest.limits import Allowance
from tests.connectors.hubspot.conftest import TOKEN, connect

DIFFERS = "DIFFERS from what is assumed"
UNTOLD = "not to be told here"


@pytest.fixture
def leaver(portal, rep):
    portal.archive_owner(rep)


@pytest.fixture
def much_changed(portal, clock, deal):
    """A deal whose stage went to and fro so often that its history is cut, and a line item that changed after it."""
    stages = [{"pipeline": line.id, "dealstage": stage} for line in portal.pipelines for stage in line.stages]
    for number in range(24):
        clock.advance(minutes=5)
        portal.update("deals", deal, stages[number % len(stages)])
    clock.advance(hours=1)
    (line,) = portal.records("line_items")
    portal.update("line_items", str(line.id), {"quantity": "3"})
    clock.advance(hours=1)


@pytest.fixture
def narrow(portal, url, sleeper):
    """A connection whose key may do what docs/connect-hubspot.md says, and nothing else."""
    portal.tokens.revoke(TOKEN)
    words = ("deals", "companies", "line_items", "owners")
    portal.tokens.issue(
        TOKEN, frozenset([f"crm.{kind}.{each}.read" for kind in ("objects", "schemas") for each in words])
    )
    return connect(url, sleeper)


def told(checks):
    found = list(checks)
    assert all(check.ok for check in found)  # a finding is no failure
    return {check.name: check.message for check in found}


def found_by_reading(connection):
    return told([*account_unknowns(connection, "deals"), *record_unknowns(connection, "deals")])


def test_what_is_as_assumed_is_told_so(narrow, leaver, much_changed, portal):  # noqa: ARG001
    found = found_by_reading(narrow)

    assert {name for name, message in found.items() if ": as assumed. " not in message} == set()
    assert found["depth of histories"].startswith("20 values are kept")
    assert "contacts" not in "".join(portal.calls[-1].path)


def test_what_differs_is_told_with_what_it_means(narrow, leaver, much_changed, portal, monkeypatch):  # noqa: ARG001
    habits = portal.habits
    habits.history_depth, habits.owners_page, habits.inactive_user = 12, 50, ""
    habits.usage_counted, habits.terse_refusals, habits.lines_bump_deals = False, True, True
    (line,) = portal.records("line_items")
    portal.update("line_items", str(line.id), {"quantity": "4"})
    portal.clock.advance(minutes=5)
    properties = portal.schema.get("line_items").properties
    known = properties["recurringbillingfrequency"]
    daily = replace(known.options[0], label="Daily", value="daily")
    properties["recurringbillingfrequency"] = replace(known, options=(*known.options, daily))
    ticks = count(portal.now_ms())
    monkeypatch.setattr(portal, "now_ms", lambda: next(ticks))  # the count of calls is of now, and of now again
    found = found_by_reading(narrow)

    same = {name for name, message in found.items() if DIFFERS not in message}
    assert same == {"field-level permissions"}
    assert found["depth of histories"].startswith("12 values are kept")
    assert found["page of owners"].startswith("50 owners a page are granted")
    assert "50 are asked for at a time" in found["page of owners"]
    assert found["owners who have left"].startswith("of 1 who have left, 0 have a userId and 0 any user at all")
    assert found["refusal for a scope"].startswith("403 category=none with message, status; scopes not named")


def test_what_a_small_portal_cannot_tell_is_not_made_up(connection, portal):
    """Nobody has left, no history is cut, the key may do everything, and the day's calls are no subscription's."""
    portal.limits.allowance = Allowance(daily=1_234)
    found = found_by_reading(connection)

    untold = {name for name, message in found.items() if UNTOLD in message}
    assert untold == {
        *("owners who have left", "depth of histories", "refusal for a scope", "field-level permissions"),
        "stamp of a deal whose line item changes",
    }
    assert "Take the scope crm.objects.contacts.read away" in found["refusal for a scope"]


def test_an_oauth_app_is_told_nothing_of_the_day_and_that_is_no_failure(url, sleeper, mapping, clock):
    app = OAuthRefresh("sandbox-client", SecretStr("sandbox-secret"), SecretStr("sandbox-refresh"))
    checks = probe(connect(url, sleeper, credentials=app), mapping, pinned=None, now=clock)
    found = {check.name: check for check in checks}

    assert found["API budget"].ok
    assert found["API budget"].message.endswith("those of the account are not told")
    assert "Answers to this key carry no count either" in found["counting of calls"].message


def test_owners_are_read_by_the_pages_that_are_granted(portal, source_of, rep):
    portal.habits.owners_page = 10
    (owner,) = [record for page in source_of().pages("owners", None) for record in page.records]
    assert owner.record_id == rep


# ------------------------------------------------------------------------------- by writing


def written(connection, lag_s=60):
    checks = write_unknowns(connection, "deals", timedelta(seconds=lag_s))
    return {check.name: check for check in checks}


def test_a_write_finds_out_the_rest_and_leaves_nothing_behind(connection, portal, deal, new_deal):
    new_deal("Second")
    found = written(connection)

    assert found["write and read back"].message == "a value was written on one deal and came back the same"
    rest = told(check for name, check in found.items() if name != "write and read back")
    assert {name for name, message in rest.items() if ": as assumed. " not in message} == {"rules of the portal"}
    assert rest["write of a read-only property"].startswith("hs_is_closed_won: READ_ONLY_VALUE")
    assert PROBE not in HubspotTarget(connection, {}).fields("deals")
    assert portal.get("deals", deal)["dealname"]


def test_a_portal_that_writes_in_another_way_is_told(connection, portal, new_deal):
    habits = portal.habits
    habits.bump_on_no_op, habits.read_only_code = False, "READ_ONLY"
    habits.isolate_with_trace, habits.isolate_without_trace = False, True
    portal.search_lag_s = (300, 300)
    new_deal("Second")
    found = written(connection)

    rest = {name: check.message for name, check in found.items() if DIFFERS in check.message}
    assert rest.keys() == {
        *("lag of the search index", "write that changes nothing", "write of a read-only property"),
        *("bad value with trace ids", "bad value without trace ids"),
    }
    assert rest["lag of the search index"].startswith("the index did not show a change within 120 s")
    assert rest["bad value with trace ids"].startswith("the whole batch is refused")
    assert rest["bad value without trace ids"].startswith("the bad one alone is refused, by its id")


def test_a_rule_that_blocks_an_unrelated_write_is_found(connection, portal, deal, new_deal):
    """Where another deal can be written it is; where none can, doctor fails with what to do."""
    portal.demand("deals", "description", ("dealname", portal.get("deals", deal)["dealname"]))
    free = new_deal("Free")
    found = written(connection)
    assert found["write and read back"].ok
    assert (
        f"deal {deal} was refused: blocked by a rule of the portal: description" in found["rules of the portal"].message
    )

    portal.archive("deals", free)
    check = written(connection)["write and read back"]
    assert not check.ok
    assert "hubspot.api_version: 2026-03" in check.message
    assert PROBE not in HubspotTarget(connection, {}).fields("deals")
