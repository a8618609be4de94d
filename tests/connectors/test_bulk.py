"""Backfills: streamed, resumable at every page, equal to REST record for record."""

import tracemalloc
from datetime import date
from itertools import chain

import msgspec
import pytest
import responses
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.port import Refused, TryAgain
from connectors.salesforce import bulk, source
from connectors.salesforce.bulk import BulkQuery
from connectors.salesforce.cursor import Cursor
from connectors.salesforce.records import Shape, plain_number
from connectors.salesforce.soql import Selection
from tests.connectors.conftest import connect, deals

HOST = "https://acme.my.salesforce.com"
TYPES = {"Amount": "currency", "CreatedDate": "datetime", "Id": "id", "IsWon": "boolean", "Name": "string"}
TYPES["SystemModstamp"] = "datetime"


@pytest.fixture(autouse=True)
def small_pages(monkeypatch):
    """Chunks of 100 rows in pages of 40, and bulk for everything."""
    monkeypatch.setattr(bulk, "ROWS_A_CALL", 100)
    monkeypatch.setattr(bulk, "ROWS_A_PAGE", 40)
    monkeypatch.setattr(source, "BULK_FROM", 0)


def by_id(pages):
    return {record.record_id: record for record in chain.from_iterable(page.records for page in pages)}


def jobs_started(org):
    return [call for call in org.calls if call.method == "POST" and call.path.endswith("/jobs/query")]


HOSTILE = [
    "NA",
    "None",
    'quote " and, comma',
    "line\nbreak",
    "größer — 株式会社 🎉",
    "=1+1",
    "null",
]


def test_a_record_is_the_same_through_rest_and_bulk(connection, mapping, org):
    """The same bodies and hashes, whatever the text: this is what keeps a backfill from looking like a change."""
    for place, name in enumerate(HOSTILE):
        org.insert("Account", {"Name": name, "AnnualRevenue": f"{10**place}"})
    org.load({"opportunities": deals(30)})
    one = source.SalesforceSource(connection, mapping)

    for name in one.objects:
        assert by_id(one.pages(name, None)) == by_id(one.backfill(name, None, None, None))
    assert {msgspec.json.decode(each.body)["Name"] for each in by_id(one.pages("Account", None)).values()} >= set(
        HOSTILE
    )


def test_the_backfill_ends_with_a_cursor_for_changes_and_without_its_job(connection, mapping, org, clock):
    org.load({"opportunities": deals(250)})
    one = source.SalesforceSource(connection, mapping)
    pages = list(one.backfill("Opportunity", None, None, None))
    clock.advance(minutes=1)
    org.update("Opportunity", deals(1)[0]["Id"], {"Name": "Renamed"})

    assert [len(page.records) for page in pages] == [40, 40, 20, 40, 40, 20, 40, 11]
    assert pages[0].expected == 251
    assert not org.jobs
    changed = by_id(source.SalesforceSource(connection, mapping).pages("Opportunity", pages[-1].cursor))
    assert b"Renamed" in b"".join(record.body for record in changed.values())


def test_a_killed_backfill_resumes_at_any_page_without_a_new_job(connection, mapping, org):
    org.load({"opportunities": deals(250)})
    for stored in range(1, 8):
        one = source.SalesforceSource(connection, mapping)
        whole = one.backfill("Opportunity", None, None, None)
        kept = [next(whole) for _ in range(stored)]
        whole.close()
        before = len(jobs_started(org))
        rest = list(source.SalesforceSource(connection, mapping).backfill("Opportunity", None, None, kept[-1].cursor))

        assert len(by_id(kept)) + len(by_id(rest)) == 251
        assert len(by_id(kept) | by_id(rest)) == 251
        assert len(jobs_started(org)) == before


def test_the_last_page_can_be_read_again_when_it_was_not_stored(connection, mapping, org):
    """The job is deleted only after the last page was taken."""
    one = source.SalesforceSource(connection, mapping)
    whole = one.backfill("Opportunity", None, None, None)
    next(whole)

    assert org.jobs
    assert list(whole) == []
    assert not org.jobs


def test_a_job_that_is_gone_is_started_anew(connection, mapping, org):
    org.load({"opportunities": deals(250)})
    whole = source.SalesforceSource(connection, mapping).backfill("Opportunity", None, None, None)
    kept = next(whole)
    org.jobs.clear()

    rest = source.SalesforceSource(connection, mapping).backfill("Opportunity", None, None, kept.cursor)

    assert len(by_id(rest)) == 251


def test_a_backfill_through_rest_resumes_where_it_was(connection, mapping, org, clock, monkeypatch):
    monkeypatch.setattr(source, "BULK_FROM", 10**9)
    for part in range(3):
        clock.advance(hours=1)
        org.load({"opportunities": deals(200, start=200 * part)})
    whole = source.SalesforceSource(connection, mapping).backfill("Opportunity", None, None, None)
    kept = [next(whole), next(whole)]
    rest = list(source.SalesforceSource(connection, mapping).backfill("Opportunity", None, None, kept[-1].cursor))

    assert len(by_id(kept) | by_id(rest)) == 601
    assert len(by_id(rest)) < 601
    assert not jobs_started(org)


def test_since_and_until_are_half_open_days_of_the_last_change(connection, mapping, org, clock):
    org.load({"opportunities": deals(5)})
    clock.advance(days=3)
    org.update("Opportunity", deals(1)[0]["Id"], {"Name": "Renamed"})
    one = source.SalesforceSource(connection, mapping)

    def found(since, until):
        return len(by_id(one.backfill("Opportunity", since, until, None)))

    assert found(date(2026, 11, 25), None) == 1
    assert found(None, date(2026, 11, 25)) == 5
    assert found(date(2026, 11, 22), date(2026, 11, 22)) == 0
    assert found(None, None) == 6


def test_what_bulk_refuses_is_read_through_rest(connection, mapping):
    """Stages are such an object."""
    one = source.SalesforceSource(connection, mapping)

    assert len(by_id(one.backfill("OpportunityStage", None, None, None))) == 10


def test_a_failed_job_is_read_through_rest(connection, mapping, org):
    org.load({"opportunities": deals(50)})
    org.faults.add("job_failed", after_rows=0, message="InternalServerError")
    one = source.SalesforceSource(connection, mapping)

    assert len(by_id(one.backfill("Opportunity", None, None, None))) == 51


@pytest.mark.parametrize("nth", [1, 2, 3])
@pytest.mark.parametrize(
    "verb", ["expire_token", "reset_before_apply", "reset_after_apply", "html_200", "truncate_json", "status"]
)
def test_a_passing_fault_on_any_bulk_call_changes_nothing(connection, mapping, org, verb, nth):
    org.load({"opportunities": deals(250)})
    one = source.SalesforceSource(connection, mapping)
    assert one.objects
    org.faults.add(verb, {"path": "jobs/query", "nth": nth + 2}, **({"code": 503} if verb == "status" else {}))

    assert len(by_id(one.backfill("Opportunity", None, None, None))) == 251


def test_ids_of_a_large_object_come_in_bulk(connection, mapping, org, monkeypatch):
    monkeypatch.setattr(source, "IDS_BULK_FROM", 100)
    org.load({"opportunities": deals(250)})
    org.delete("Opportunity", deals(1)[0]["Id"])
    one = source.SalesforceSource(connection, mapping)

    ids = dict(one.ids("Opportunity"))

    assert len(ids) == 250
    assert len(jobs_started(org)) == 1


def test_pages_refuse_the_cursor_of_an_unfinished_backfill(source):
    with pytest.raises(Refused, match="unfinished backfill"):
        next(source.pages("Opportunity", Cursor(job="750000000000001AAA").text()))


def test_a_cursor_that_is_not_ours_is_refused_and_not_read_as_the_beginning(source):
    with pytest.raises(Refused, match="is not a cursor of this connector"):
        next(source.pages("Opportunity", "yesterday"))


# ------------------------------------------------------------------------------- single answers


def shape(types=None):
    return Shape(Selection("Opportunity", dict(sorted((types or TYPES).items()))))


def stub(http, csv, headers=None, state="JobComplete"):
    http.post(f"{HOST}/services/oauth2/token", json={"access_token": "t", "instance_url": HOST})
    job = {"id": "750A", "state": state, "numberRecordsProcessed": 2}
    http.get(f"{HOST}/services/data/v66.0/jobs/query/750A", json=job)
    url = f"{HOST}/services/data/v66.0/jobs/query/750A/results"
    http.get(url, body=csv, content_type="text/csv", headers={"Sforce-Locator": "null"} | (headers or {}))
    http.delete(f"{HOST}/services/data/v66.0/jobs/query/750A", status=204)


ROW = "1.2E7,2026-11-22T05:00:00.000Z,006000000000001AAA,TRUE,{},2026-11-22T05:00:00.000Z\n"
HEADER = ",".join(TYPES) + "\n"


@pytest.mark.parametrize(
    ("cell", "name"),
    [("NA", "NA"), ('"a\nb"', "a\nb"), ("nu\0l", "nul"), ('""', None), ('"' + "x" * 200_000 + '"', "x" * 200_000)],
)
def test_every_cell_arrives_as_it_is(sleeper, cell, name):
    with responses.RequestsMock() as http:
        stub(http, HEADER + ROW.format(cell))
        (page,) = BulkQuery(connect(None, sleeper), shape()).pages(Cursor(job="750A"))

    body = msgspec.json.decode(page.records[0].body)
    assert body["Name"] == name
    assert b'"Amount":12000000,' in page.records[0].body
    assert body["IsWon"] is True


def test_a_short_part_is_fetched_again_and_then_given_up(sleeper):
    with responses.RequestsMock() as http:
        stub(http, HEADER + ROW.format("a"), {"Sforce-NumberOfRecords": "2"})
        http.remove(responses.DELETE, f"{HOST}/services/data/v66.0/jobs/query/750A")
        with pytest.raises(TryAgain, match="2 bulk rows were announced, but 1 came"):
            list(BulkQuery(connect(None, sleeper), shape()).pages(Cursor(job="750A")))
    assert len(sleeper.slept) == bulk.RESUMES_MAX


def test_other_columns_than_asked_for_are_refused(sleeper):
    with responses.RequestsMock() as http:
        stub(http, "Id,Name\n006000000000001AAA,x\n")
        http.remove(responses.DELETE, f"{HOST}/services/data/v66.0/jobs/query/750A")
        with pytest.raises(Refused, match="other columns"):
            list(BulkQuery(connect(None, sleeper), shape()).pages(Cursor(job="750A")))


def test_a_job_that_never_ends_meets_a_limit(sleeper):
    with responses.RequestsMock() as http:
        stub(http, "", state="InProgress")
        http.remove(responses.DELETE, f"{HOST}/services/data/v66.0/jobs/query/750A")
        http.remove(responses.GET, f"{HOST}/services/data/v66.0/jobs/query/750A/results")
        with pytest.raises(TryAgain, match="still InProgress"):
            list(BulkQuery(connect(None, sleeper), shape()).pages(Cursor(job="750A")))
    assert sleeper.now <= bulk.JOB_S_MAX
    assert max(sleeper.slept) <= bulk.POLL_S_MAX


TEXT = st.text("aN0,;\"'\n\t é株🎉=+", max_size=20)


@settings(deadline=None)
@given(name=TEXT, cents=st.integers(-(10**17), 10**17), won=st.booleans(), zeros=st.integers(0, 3))
def test_any_record_has_one_body_through_either_api(name, cents, won, zeros):
    """REST JSON and the Bulk cells of the same values, each in its own dialect, become one body."""
    amount = f"{cents // 100}.{abs(cents) % 100:02d}" if cents >= 0 else f"-{-cents // 100}.{-cents % 100:02d}"
    record = {"Id": "006000000000001AAA", "IsWon": won, "Name": name or None, "Amount": msgspec.Raw(amount.encode())}
    record |= {"CreatedDate": "2026-11-22T05:00:00.000+0000", "SystemModstamp": "2026-11-22T05:00:00.000+0000"}
    page = msgspec.json.encode({"done": True, "totalSize": 1, "records": [{"attributes": {}, **record}]})
    instant = "2026-11-22T05:00:00.000Z"
    cells = [amount + "0" * zeros, instant, "006000000000001AAA", str(won).lower(), name, instant]

    assert shape().page(page).records == shape().from_cells(list(TYPES), [cells])


@settings(deadline=None)
@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**18), max_value=10**18))
def test_a_number_keeps_its_value_in_its_plain_form(number):
    assert plain_number(str(number)) == plain_number(f"{number:E}")
    assert type(number)(plain_number(str(number))) == number


@pytest.mark.parametrize("text", ["1e999999999", "-", ".", "e5", "NaN", "١", "1_0", "1,5", "0x10", ""])
def test_what_is_no_number_stays_as_it_is(text):
    assert plain_number(text) == text


def test_memory_stays_flat_however_many_rows_come(sleeper, monkeypatch):
    """Twelve times the rows, the same peak."""
    monkeypatch.setattr(bulk, "ROWS_A_PAGE", 250)

    def peak(rows):
        with responses.RequestsMock() as http:
            body = HEADER + ROW.format("Name of a deal") * rows
            stub(http, body)
            pages = BulkQuery(connect(None, sleeper), shape()).pages(Cursor(job="750A"))
            tracemalloc.start()
            total = sum(len(page.records) for page in pages)
            _, found = tracemalloc.get_traced_memory()
            tracemalloc.stop()
        assert total == rows
        return found - len(body)

    assert peak(6_000) < peak(500) + 1_000_000


def test_deleted_rows_are_part_of_a_backfill(connection, mapping, org):
    org.delete("Opportunity", "006000000000Won")
    one = source.SalesforceSource(connection, mapping)

    assert [record.deleted for record in by_id(one.backfill("Opportunity", None, None, None)).values()] == [True]


def test_nul_and_empty_text_are_the_same_nothing_through_rest():
    record = {"Id": "006000000000001AAA", "IsWon": None, "Name": "nu\0l", "Amount": None, "CreatedDate": ""}
    record["SystemModstamp"] = "2026-11-22T05:00:00.000+0000"
    (found,) = shape().page(msgspec.json.encode({"done": True, "totalSize": 1, "records": [record]})).records

    assert b'"Name":"nul"' in found.body
    assert b'"CreatedDate":null' in found.body
