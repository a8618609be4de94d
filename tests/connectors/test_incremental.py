"""What changed since a cursor arrives, once and whole, whatever happens on the way."""

import threading
from datetime import timedelta
from itertools import chain

import msgspec
import pytest
import responses

from connectors.port import TryAgain
from connectors.salesforce.errors import LocatorLost
from connectors.salesforce.query import query_pages
from connectors.salesforce.records import Shape
from connectors.salesforce.soql import Selection
from connectors.salesforce.source import SalesforceSource
from connectors.salesforce.windows import Windows
from tests.connectors.conftest import DEAL, connect, deals

OVERLAP = timedelta(0)


def records(pages):
    return list(chain.from_iterable(page.records for page in pages))


def ids(pages):
    return [record.record_id for record in records(pages)]


def fresh(connection, mapping, overlap=OVERLAP):
    """A new run."""
    return SalesforceSource(connection, mapping, overlap=overlap)


def test_objects_come_in_an_order_in_which_what_is_named_comes_first(source):
    assert source.objects == (
        "Organization",
        "OpportunityStage",
        "UserRole",
        "User",
        "Account",
        "Contract",
        "Product2",
        "Opportunity",
        "OpportunityLineItem",
        "OpportunitySplit",
        "OpportunityTeamMember",
    )


def test_the_organization_is_known(source):
    organization = source.organization()

    assert (organization.name, organization.zone) == ("Example", "America/New_York")
    assert (organization.is_sandbox, organization.fiscal_year_start_month) == (True, 2)
    assert len(organization.org_id) == 18


def test_amounts_keep_every_digit(source):
    (record,) = records(source.pages("Opportunity", None))
    body = msgspec.json.Decoder(float_hook=str).decode(record.body)

    assert body["Amount"] == "1234567890123.45"
    assert b'"ACV__c":15000,' in record.body
    assert "attributes" not in body


def test_nothing_changed_gives_one_empty_page_with_a_later_cursor(source, connection, mapping, clock):
    cursor = list(source.pages("Opportunity", None))[-1].cursor
    clock.advance(minutes=5)
    (page,) = fresh(connection, mapping).pages("Opportunity", cursor)

    assert page.records == ()
    assert page.cursor > cursor


def test_a_change_after_the_cursor_arrives(source, connection, mapping, org, clock):
    cursor = list(source.pages("Opportunity", None))[-1].cursor
    clock.advance(minutes=5)
    org.update("Opportunity", DEAL, {"Name": "Renamed"})

    (record,) = records(fresh(connection, mapping).pages("Opportunity", cursor))

    assert b'"Name":"Renamed"' in record.body


def test_a_change_in_the_second_of_the_read_is_not_lost(source, connection, mapping, org):
    """The stamp has whole seconds: a save in the very second of the cursor is read again."""
    cursor = list(source.pages("Opportunity", None))[-1].cursor
    org.update("Opportunity", DEAL, {"Name": "Renamed"})

    (record,) = records(fresh(connection, mapping).pages("Opportunity", cursor))

    assert b'"Name":"Renamed"' in record.body


@pytest.mark.parametrize("late_s", [2, 60, 840])
def test_a_row_that_becomes_visible_late_is_found_within_the_overlap(connection, mapping, org, clock, late_s):
    rule = org.faults.add("late_visible", seconds=late_s)
    org.update("Opportunity", DEAL, {"Name": "Renamed"})
    clock.advance(seconds=late_s - 1)
    first = list(fresh(connection, mapping).pages("Opportunity", None))[-1].cursor
    clock.advance(seconds=2)
    org.faults.remove(rule)

    pages = fresh(connection, mapping, timedelta(minutes=15)).pages("Opportunity", first)

    assert b'"Name":"Renamed"' in records(pages)[-1].body


def test_every_row_of_one_second_arrives_over_page_borders(connection, mapping, org):
    """450 rows share one stamp and come in three pages."""
    org.load({"opportunities": deals(450)})
    pages = list(fresh(connection, mapping).pages("Opportunity", None))

    assert [len(page.records) for page in pages] == [200, 200, 51]
    assert len(set(ids(pages))) == 451
    assert pages[0].expected == 451


def test_the_cursor_of_each_page_loses_nothing_when_the_run_is_killed_there(connection, mapping, org, clock):
    for part in range(3):
        clock.advance(minutes=20)
        org.load({"opportunities": deals(150, start=part * 150)})
    pages = list(fresh(connection, mapping).pages("Opportunity", None))
    everything = set(ids(pages))

    for stored in range(1, len(pages) + 1):
        kept = set(ids(pages[:stored]))
        rest = fresh(connection, mapping).pages("Opportunity", pages[stored - 1].cursor)
        assert kept | set(ids(rest)) == everything


def test_deleted_undeleted_and_merged_records_are_seen(connection, mapping, org, clock):
    org.load({"accounts": [{"Id": "001000000000Los", "Name": "Loser"}]})
    cursor = list(fresh(connection, mapping).pages("Account", None))[-1].cursor
    clock.advance(minutes=1)
    org.delete("Opportunity", DEAL)
    org.merge("Account", "001000000000Acm", "001000000000Los")

    (deal,) = records(fresh(connection, mapping).pages("Opportunity", cursor))
    lost = {record.record_id[:15]: record for record in records(fresh(connection, mapping).pages("Account", cursor))}

    assert deal.deleted
    assert lost["001000000000Los"].deleted
    assert (lost["001000000000Los"].merged_into or "")[:15] == "001000000000Acm"

    org.undelete("Opportunity", DEAL)
    (deal,) = records(fresh(connection, mapping).pages("Opportunity", cursor))
    assert not deal.deleted


def test_our_own_write_is_an_echo_with_the_same_content(connection, mapping, org, clock):
    (before,) = records(fresh(connection, mapping).pages("Opportunity", None))
    clock.advance(minutes=1)
    org.update("Opportunity", DEAL, {"Commission_Reason__c": "ours"})
    (after,) = records(fresh(connection, mapping).pages("Opportunity", None))

    assert after.stamp > before.stamp
    assert after.content_hash == before.content_hash


@pytest.mark.parametrize(
    ("verb", "nth"),
    [("page_without_next", 1), ("page_without_next", 2), ("total_mismatch", 2), ("total_mismatch", 3)],
)
def test_a_short_read_is_an_error_and_the_cursor_stays(source, org, clock, verb, nth):
    org.load({"opportunities": deals(450)})
    clock.advance(minutes=30)
    assert source.objects
    org.faults.add(verb, {"path": "/query", "nth": nth}, **({"by": 1} if verb == "total_mismatch" else {}))
    cursors = []

    with pytest.raises(TryAgain, match="not complete"):
        cursors.extend(page.cursor for page in source.pages("Opportunity", None))
    assert set(cursors) <= {'{"since":"2026-11-22T05:00:00Z"}', '{"since":"2026-11-22T06:00:00Z"}'}


@pytest.mark.parametrize("nth", [1, 2, 3])
@pytest.mark.parametrize(
    "verb", ["reset_before_apply", "reset_after_apply", "truncate_json", "html_200", "expire_token", "locator_expired"]
)
def test_a_passing_fault_on_any_page_changes_nothing(connection, mapping, org, verb, nth):
    org.load({"opportunities": deals(450)})
    source = fresh(connection, mapping)
    assert source.objects
    org.faults.add(verb, {"path": "query", "nth": nth})

    pages = list(source.pages("Opportunity", None))

    assert len(set(ids(pages))) == 451
    assert pages[-1].cursor == '{"since":"2026-11-22T06:00:00Z"}'


def test_a_query_that_is_too_slow_is_asked_in_smaller_slices(connection, mapping, org):
    org.load({"opportunities": deals(10)})
    source = fresh(connection, mapping)
    assert source.objects
    org.faults.add("status", {"path": "query", "times": 3}, code=400, error_code="QUERY_TIMEOUT", message="too long")

    pages = list(source.pages("Opportunity", None))

    assert set(ids(pages)) == {record["Id"] for record in org.rows("Opportunity")}
    assert pages[-1].cursor == '{"since":"2026-11-22T06:00:00Z"}'


def test_slices_grow_again_after_a_slow_stretch(connection, mapping, org):
    source = fresh(connection, mapping)
    assert source.objects
    org.faults.add("status", {"path": "query", "times": 12}, code=400, error_code="QUERY_TIMEOUT", message="too long")

    assert len(ids(source.pages("Opportunity", None))) == 1
    assert len(org.calls) < 30


def test_a_query_that_is_always_too_slow_gives_up(connection, mapping, org):
    source = fresh(connection, mapping)
    assert source.objects
    org.faults.add("status", {"path": "query", "times": None}, code=400, error_code="QUERY_TIMEOUT", message="too long")

    with pytest.raises(TryAgain, match="QUERY_TIMEOUT"):
        list(source.pages("Opportunity", None))
    assert len(org.calls) < 60


# ------------------------------------------------------------------------------- single answers

HOST = "https://acme.my.salesforce.com"
QUERY = f"{HOST}/services/data/v66.0/query"
NEXT = "/services/data/v66.0/query/0r8-1"


def answer(numbers, *, done=True, total=2, link=None):
    records = [{"Id": f"006{number:012d}AAA"} for number in numbers]
    return {"totalSize": total, "done": done, "records": records} | ({"nextRecordsUrl": link} if link else {})


def queried(sleeper, *answers):
    """The ids of a query answered by these pages."""
    shape = Shape(Selection("Opportunity", {"Id": "id"}))
    with responses.RequestsMock() as http:
        http.post(f"{HOST}/services/oauth2/token", json={"access_token": "t", "instance_url": HOST})
        for number, each in enumerate(answers):
            http.get(f"{HOST}{NEXT}" if number else QUERY, json=each)
        pages = query_pages(connect(None, sleeper), shape, "SELECT Id FROM Opportunity", with_deleted=False)
        return [[record.record_id for record in page.records] for page in pages]


def test_a_row_that_is_missing_is_noticed_at_the_end(sleeper):
    with pytest.raises(TryAgain, match="has 2 rows, but 1 came"):
        queried(sleeper, answer([1]))


def test_a_row_that_comes_twice_does_not_hide_one_that_is_missing(sleeper):
    with pytest.raises(TryAgain, match="has 2 rows, but 1 came"):
        queried(sleeper, answer([1], done=False, link=NEXT), answer([1]))


def test_a_row_that_comes_twice_beside_all_others_is_no_harm(sleeper):
    assert len(queried(sleeper, answer([1], done=False, link=NEXT), answer([1, 2]))) == 2


def test_the_same_next_page_twice_is_an_error(sleeper):
    with pytest.raises(TryAgain, match="not where"):
        queried(sleeper, answer([1], done=False, link=NEXT), answer([2], done=False, link=NEXT))


def test_the_next_page_is_fetched_while_one_is_in_hand(sleeper):
    """Whoever stops after a page has caused one call more, and no thread is left behind."""
    shape = Shape(Selection("Opportunity", {"Id": "id"}))
    with responses.RequestsMock() as http:
        http.post(f"{HOST}/services/oauth2/token", json={"access_token": "t", "instance_url": HOST})
        http.get(QUERY, json=answer([1], done=False, link=NEXT))
        http.get(f"{HOST}{NEXT}", json=answer([2]))
        pages = query_pages(connect(None, sleeper), shape, "SELECT Id FROM Opportunity", with_deleted=False)
        assert [record.record_id for record in next(pages).records] == ["006000000000001AAA"]
        pages.close()
        assert [call.request.url.removeprefix(HOST) for call in http.calls][2:] == [NEXT]
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("next-page")]


def test_a_page_is_given_out_before_the_next_one_fails(sleeper):
    """What came can be stored; the failure waits its turn."""
    shape = Shape(Selection("Opportunity", {"Id": "id"}))
    with responses.RequestsMock() as http:
        http.post(f"{HOST}/services/oauth2/token", json={"access_token": "t", "instance_url": HOST})
        http.get(QUERY, json=answer([1], done=False, link=NEXT))
        http.get(f"{HOST}{NEXT}", status=400, json=[{"errorCode": "INVALID_QUERY_LOCATOR", "message": "gone"}])
        pages = query_pages(connect(None, sleeper), shape, "SELECT Id FROM Opportunity", with_deleted=False)
        assert len(next(pages).records) == 1
        with pytest.raises(LocatorLost):
            next(pages)


def test_rows_out_of_order_never_move_the_cursor_beyond_what_is_stored(clock):
    """Such pages prove nothing before the end of the window, so their cursors stay where they were."""
    windows = Windows(None, clock())
    windows.saw([clock() - timedelta(hours=2)])
    reached = windows.reached
    windows.saw([clock(), clock() - timedelta(hours=1)])

    assert windows.reached == reached
    windows.advance()
    assert windows.reached == clock()
