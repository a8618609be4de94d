"""Search: late, capped at 10,000, strict about what it is asked."""

from datetime import timedelta

import msgspec
import pytest

from sandbox.hubspot.bodies import Search
from sandbox.hubspot.clock import millis
from sandbox.hubspot.state import Portal
from tests.clock import START, FakeClock

from .conftest import ACME, DEAL, DOCUMENT, OPEN_DEAL, SPLIT_DEAL

SEARCH = "/crm/v3/objects/deals/search"
ANY = {"propertyName": "amount", "operator": "HAS_PROPERTY"}
BY_ID = [{"propertyName": "hs_object_id", "direction": "ASCENDING"}]


def where(*filters, **more):
    named = [dict(zip(("propertyName", "operator", "value"), each, strict=False)) for each in filters]
    return {"filterGroups": [{"filters": named}], "sorts": BY_ID, **more}


def ids(answer):
    return [each["id"] for each in answer.json()["results"]]


def test_a_change_is_found_only_some_seconds_later(http, portal, clock, of):
    since = str(millis(clock()))
    portal.update("deals", of(DEAL), {"description": "new"})
    fresh = ids(http.post(SEARCH, where(("hs_lastmodifieddate", "GTE", since))))
    clock.advance(seconds=20)
    later = ids(http.post(SEARCH, where(("hs_lastmodifieddate", "GTE", since))))

    assert (fresh, later) == ([], [of(DEAL)])


def test_changes_are_found_out_of_order(portal, clock, http, of):
    since = str(millis(clock()))
    seen = []
    for name in (DEAL, OPEN_DEAL, SPLIT_DEAL):
        portal.update("deals", of(name), {"description": "new"})
        clock.advance(milliseconds=1)
    for _ in range(25):
        found = ids(http.post(SEARCH, where(("hs_lastmodifieddate", "GTE", since))))
        seen += [each for each in found if each not in seen]
        clock.advance(seconds=1)

    assert sorted(seen) == sorted(of(name) for name in (DEAL, OPEN_DEAL, SPLIT_DEAL))
    assert seen != [of(name) for name in (DEAL, OPEN_DEAL, SPLIT_DEAL)]


def test_an_archived_deal_leaves_search_late_too(http, portal, clock, of):
    portal.archive("deals", of(DEAL))
    still = ids(http.post(SEARCH, where()))
    clock.advance(seconds=20)

    assert of(DEAL) in still
    assert of(DEAL) not in ids(http.post(SEARCH, where()))


def test_25_000_deals_of_one_millisecond_arrive_by_an_id_keyset():
    clock = FakeClock()
    portal = Portal(clock, search_lag_s=(0, 0))
    deal = {**DOCUMENT["opportunities"][1], "AccountId": None, "OwnerId": None}
    for name in ("Prior_Opportunity__c", "Splits", "Team", "Lines"):
        deal.pop(name, None)
    portal.load({"opportunities": [{**deal, "Id": f"006{place:012d}"} for place in range(25_000)]})
    kind, last, found, calls = portal.schema.get("deals"), 0, [], 0
    window = [("hs_lastmodifieddate", "GTE", "1000"), ("hs_lastmodifieddate", "LT", str(millis(clock())))]
    while True:
        body = where(*window, ("hs_object_id", "GT", str(last)), limit=200)
        page, calls = portal.searches.run(kind, msgspec.convert(body, Search)), calls + 1
        while page.after is not None and page.after < 10_000:
            found += page.records
            page, calls = portal.searches.run(kind, msgspec.convert({**body, "after": page.after}, Search)), calls + 1
        found += page.records
        if page.after is None:
            break
        last = found[-1].id

    assert len({record.id for record in found}) == len(found) == 25_000
    assert calls == 125


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"limit": 201}, "limit must be between"),
        ({"after": "9999", "limit": 2}, "maximum number of results is 10000"),
        ({"after": "x"}, "after must be a whole number"),
        ({"sorts": ["amount", "dealname"]}, "Only one sort"),
        ({"filterGroups": [{"filters": []}] * 6}, "No more than 5"),
        ({"filterGroups": [{"filters": [ANY] * 7}]}, "No more than 5 filterGroups of 6"),
        ({"filterGroups": [{"filters": [ANY] * 5}] * 4}, "No more than 18"),
        (where(("nope", "EQ", "1")), "'nope' does not exist"),
        (where(("amount", "ABOUT", "1")), "operator 'ABOUT'"),
        (where(("amount", "EQ", "much")), "is no number"),
        (where(("amount", "EQ")), "lacks value"),
        ({"colour": "red"}, "unknown field `colour`"),
        ({"query": "x" * 3_000}, "longer than 3000 characters"),
    ],
)
def test_what_search_does_not_take(http, body, message):
    answer = http.post(SEARCH, body)

    assert answer.status_code == 400
    assert answer.json()["category"] == "VALIDATION_ERROR"
    assert message in answer.json()["message"]


def test_the_first_instant_of_all_is_an_internal_error(http):
    assert http.post(SEARCH, where(("hs_lastmodifieddate", "GTE", "0"))).status_code == 500


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ([("amount", "GT", "1000")], [OPEN_DEAL, DEAL]),
        ([("amount", "BETWEEN")], [SPLIT_DEAL, DEAL]),
        ([("dealname", "EQ", "ACME - gtx")], [DEAL]),
        ([("dealname", "CONTAINS_TOKEN", "glob*")], [OPEN_DEAL]),
        ([("dealname", "NOT_CONTAINS_TOKEN", "acme")], [OPEN_DEAL, SPLIT_DEAL]),
        ([("dealtype", "EQ", "Newbusiness")], []),
        ([("dealtype", "IN")], [DEAL]),
        ([("dealtype", "NOT_HAS_PROPERTY")], [OPEN_DEAL]),
        ([("dealtype", "NEQ", "newbusiness")], [OPEN_DEAL, SPLIT_DEAL]),
        ([("hs_is_closed_won", "EQ", "true")], [DEAL]),
        ([("closedate", "LT", "1775001600000")], [DEAL]),
        ([("start_date", "HAS_PROPERTY")], []),
    ],
)
def test_filters(http, of, filters, names):
    body = where(*filters)
    body["filterGroups"][0]["filters"][0] |= {"highValue": "2000", "values": ["newbusiness"]}
    body["filterGroups"][0]["filters"][0].setdefault("value", "1")

    assert ids(http.post(SEARCH, body)) == [of(name) for name in names]


def test_groups_are_alternatives_and_shorthand_filters_are_one_more(http, of):
    one = {"propertyName": "dealname", "operator": "EQ", "value": "shared"}
    other = {"propertyName": "amount", "operator": "EQ", "value": "1054.1"}

    assert ids(http.post(SEARCH, {"filterGroups": [{"filters": [one]}], "filters": [other]})) == [
        of(DEAL),
        of(SPLIT_DEAL),
    ]


def test_without_a_sort_the_oldest_come_first_and_a_minus_turns_it_round(http, of):
    assert ids(http.post(SEARCH, {})) == [of(DEAL), of(OPEN_DEAL), of(SPLIT_DEAL)]
    assert ids(http.post(SEARCH, {"sorts": ["-amount"]})) == [of(OPEN_DEAL), of(DEAL), of(SPLIT_DEAL)]


def test_texts_in_a_list_are_found_in_lower_case_only(http, of):
    def named(*values):
        return {"filters": [{"propertyName": "name", "operator": "IN", "values": list(values)}]}

    path = "/crm/v3/objects/companies/search"

    assert ids(http.post(path, named("Acme"))) == []
    assert ids(http.post(path, named("acme"))) == [of(ACME)]


def test_answers_of_search_say_nothing_of_limits(http):
    assert not [name for name in http.post(SEARCH, {}).headers if name.startswith("X-HubSpot-RateLimit")]
    assert "X-HubSpot-RateLimit-Remaining" in http.get("/crm/v3/objects/deals").headers


def test_a_value_that_is_worked_out_is_searched_as_it_is_now(http, portal, of):
    body = {"filters": [{"propertyName": "amount_in_home_currency", "operator": "GT", "value": "2000"}]}
    before = ids(http.post(SEARCH, body))
    portal.set_rate("EUR", "2.0")

    assert (before, ids(http.post(SEARCH, body))) == ([of(OPEN_DEAL)], [of(DEAL), of(OPEN_DEAL)])


def test_an_old_change_that_comes_late_does_not_undo_a_newer_one(portal):
    index, record = portal.indexes["0-3"], next(portal.records("deals"))
    index.note(record.id, None, millis(START + timedelta(seconds=9)))
    index.note(record.id, record, millis(START + timedelta(seconds=3)))
    index.settle(millis(START + timedelta(seconds=10)))

    assert index.records[record.id] is record
