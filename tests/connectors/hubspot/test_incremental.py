"""What changed, from an index that lags and caps: everything arrives, in the least calls, and nothing twice."""

import json
from datetime import timedelta

import pytest

from connectors.histories import HISTORY
from connectors.hubspot.search import _Hit, _Hits, changed_ids
from connectors.mapping import MappedField
from connectors.port import NotAllowed, Refused, TryAgain
from sandbox.hubspot.records.tables import Record
from tests.clock import START

LATER = {"minutes": 15}


def pull(source, name, cursor=None):
    """The records and the cursor to keep."""
    records = []
    for page in source.pages(name, cursor):
        records += page.records
        cursor = page.cursor
    return records, cursor


def bodies(records):
    return {record.record_id: json.loads(record.body) for record in records}


def searches(portal):
    return [call for call in portal.calls if call.path.endswith("/search")]


def imported(portal, kind, count):
    """Records that all changed in the same millisecond, as after an import."""
    now, values = portal.now_ms(), {"pipeline": "default"}
    portal.tables[kind].fill([Record(portal.mint(kind), values, now, now) for _ in range(count)])
    portal.reindex()


def test_the_first_pull_lists_everything_with_what_stands_beside_it(source_of, deal, rep):
    source = source_of()
    records, _ = pull(source, "deals")

    (found,) = bodies(records).values()
    assert [record.record_id for record in records] == [deal]
    assert found["hubspot_owner_id"] == rep
    assert found["amount"] == "1234567890123.45"
    assert [each["primary"] for each in found["@companies"]] == [True]
    assert [(each["owner"], each["share"]) for each in found["@splits"]] == [(rep, "1")]


def test_a_change_comes_once_the_index_shows_it_and_is_read_once(source_of, portal, clock, deal):
    _, cursor = pull(source_of(), "deals")
    portal.update("deals", deal, {"amount": "7"})
    clock.advance(**LATER)
    first, cursor = pull(source_of(), "deals", cursor)
    for _ in range(8):  # two hours: the settled pass comes by, too
        clock.advance(**LATER)
        again, cursor = pull(source_of(), "deals", cursor)
        assert again == []

    assert bodies(first)[deal]["amount"] == "7"
    assert sum(call.path.endswith("/deals/batch/read") for call in portal.calls) == 1


def test_a_change_that_the_index_hid_from_the_live_pass_comes_with_the_settled_one(source_of, portal, clock, deal):
    _, cursor = pull(source_of(), "deals")
    portal.search_lag_s = (1500, 1500)
    portal.update("deals", deal, {"amount": "7"})
    found = []
    for _ in range(7):
        clock.advance(**LATER)
        records, cursor = pull(source_of(), "deals", cursor)
        found.append(len(records))

    assert sum(found) == 1
    assert found[0] == 0


def test_25_000_deals_of_one_millisecond_all_arrive_in_the_least_calls(source_of, portal, clock):
    _, cursor = pull(source_of(), "products")
    clock.advance(**LATER)
    imported(portal, "0-7", 25_000)
    clock.advance(**LATER)
    records, _ = pull(source_of(), "products", cursor)

    assert len({record.record_id for record in records}) == 25_000
    assert len(searches(portal)) == 125
    assert sum(call.path.endswith("/batch/read") for call in portal.calls) == 250
    assert portal.limits.peak_search_secondly <= 5


def test_companies_of_a_thousand_changed_deals_are_one_call(source_of, portal, clock):
    _, cursor = pull(source_of(), "deals")
    clock.advance(**LATER)
    imported(portal, "0-3", 1_001)
    clock.advance(**LATER)
    before = len(portal.calls)
    records, _ = pull(source_of(), "deals", cursor)

    assert len({record.record_id for record in records}) == 1_001
    assert sum("/associations/" in call.path for call in portal.calls[before:]) == 2


def test_a_page_without_an_end_keeps_the_old_cursor(source_of, portal, clock, deal):
    """Only the last, empty page of a window moves the cursor: a crash in the middle reads the window again."""
    _, cursor = pull(source_of(), "deals")
    portal.update("deals", deal, {"amount": "7"})
    clock.advance(**LATER)
    *middle, last = source_of().pages("deals", cursor)

    assert {page.cursor for page in middle} == {cursor}
    assert (last.records, last.cursor == cursor) == ((), False)


def test_what_was_not_stored_is_read_again(source_of, portal, clock, deal):
    """The memory of what is stored learns of a page only when the next one is asked for."""
    _, cursor = pull(source_of(), "deals")
    portal.update("deals", deal, {"amount": "7"})
    clock.advance(**LATER)
    next(source_of().pages("deals", cursor))

    assert bodies(next(source_of().pages("deals", cursor)).records).keys() == {deal}


def test_after_a_pause_the_cursor_moves_six_hours_at_a_time(source_of, portal, clock):
    _, cursor = pull(source_of(), "deals")
    before = len(searches(portal))
    clock.advance(hours=13)
    pages = list(source_of().pages("deals", cursor))

    assert len(searches(portal)) - before == 3
    assert len({page.cursor for page in pages}) == 3


def test_a_deal_archived_between_index_and_batch_is_deleted(source_of, portal, clock, deal, monkeypatch):
    _, cursor = pull(source_of(), "deals")
    portal.update("deals", deal, {"amount": "7"})
    clock.advance(**LATER)
    pages = source_of().pages("deals", cursor)
    portal.archive("deals", deal)
    portal.indexes["0-3"].fill([])
    monkeypatch.setattr("connectors.hubspot.source.changed_ids", lambda *_, **__: iter([[(deal, "x")]]))

    assert [(record.record_id, record.deleted) for record in next(pages).records] == [(deal, True)]


def test_a_merge_comes_as_a_new_deal_and_the_end_of_two(source_of, portal, clock, deal, new_deal):
    other = new_deal("Twin")
    _, cursor = pull(source_of(), "deals")
    clock.advance(**LATER)
    survivor = portal.merge("deals", deal, other)
    clock.advance(**LATER)
    records, _ = pull(source_of(), "deals", cursor)

    assert {(record.record_id, record.deleted, record.merged_into) for record in records} >= {
        (survivor, False, None),
        (deal, True, survivor),
        (other, True, survivor),
    }


def test_the_sweep_sees_calculated_values_archives_and_purges(source_of, portal, deal, new_deal):
    archived, purged = new_deal("Archived"), new_deal("Purged")
    portal.archive("deals", archived)
    portal.purge("deals", purged)
    portal.poke("deals", deal, {"acv": "99"})  # as HubSpot's own arithmetic: no new stamp
    source = source_of()
    records = [record for page in source.sweep("deals") for record in page.records]
    calls = len(portal.calls)

    assert {(record.record_id, record.deleted) for record in records} == {(archived, True), (deal, False)}
    assert bodies(records)[deal]["acv"] == "99"
    assert [record_id for record_id, _ in source.ids("deals")] == [deal]
    assert len(portal.calls) == calls  # the ids are those of the sweep


def test_line_items_of_no_deal_are_not_ours(source_of, portal):
    quoted = portal.create("line_items", {"name": "Of a quote", "amount": "5"})
    records, _ = pull(source_of(), "line_items")

    assert {record.record_id: record.deleted for record in records}[quoted]
    assert sum(not record.deleted for record in records) == 1


def test_a_custom_object_is_found_by_its_name(source_of):
    records, _ = pull(source_of(), "contract")
    (found,) = bodies(records).values()

    assert (found["start_date"], found["acv"]) == ("2026-04-01", "15000.00")
    assert len(found["@companies"]) == 1


def test_archived_owners_are_people_too(source_of, portal, rep):
    portal.archive_owner(rep)
    records, _ = pull(source_of(), "owners")

    assert bodies(records)[rep]["active"] is False
    assert bodies(records)[rep]["email"] == "rita@example.test"


def with_fields(mapping, **fields):
    """The mapping with more fields of people."""
    people = mapping.objects["people"]
    mapped = {name: MappedField(**field) for name, field in fields.items()}
    more = people.model_copy(update={"fields": people.fields | mapped})
    return mapping.model_copy(update={"objects": mapping.objects | {"people": more}})


def test_properties_of_users_are_read_beside_their_owners_who_left_too(source_of, portal, rep, mapping):
    portal.archive_owner(rep)
    user = str(portal.owners.by_id(rep).user_id)
    portal.update("users", user, {"hs_job_title": "Seller"})
    wanted = with_fields(mapping, title={"field": "hs_job_title"}, ote={"field": "ote", "optional": True})
    source = source_of(wanted)
    found = bodies(pull(source, "owners")[0])

    assert (found[rep]["hs_job_title"], found[rep]["active"], "team" in found[rep]) == ("Seller", False, True)
    assert "users.ote" in [issue.subject for issue in source.issues()]


def test_a_property_that_users_lack_stops_the_run_by_its_name(source_of, mapping):
    with pytest.raises(NotAllowed, match=r"users\.ote is in the mapping, but the portal has no such property"):
        source_of(with_fields(mapping, ote={"field": "ote"})).issues()


def test_a_backfill_goes_on_where_it_stopped(source_of, portal):
    imported(portal, "0-3", 2_500)
    first = next(source_of().backfill("deals", None, None, None))
    rest = list(source_of().backfill("deals", None, None, first.cursor))

    ids = [record.record_id for page in (first, *rest) for record in page.records]
    assert (len(first.records), len(ids), len(set(ids))) == (1_000, 2_501, 2_501)
    assert source_of().pages("deals", rest[-1].cursor)


def test_a_backfill_of_a_range_leaves_out_the_rest(source_of, clock, deal):
    today = clock().date()
    kept = [r.record_id for p in source_of().backfill("deals", today, None, None) for r in p.records]
    past = [r.record_id for p in source_of().backfill("deals", None, today, None) for r in p.records]

    assert (kept, past) == ([deal], [])


def test_an_index_out_of_order_stops_only_the_pass_that_must_be_right(connection, monkeypatch):
    shuffled = _Hits(2, [_Hit(number, {}) for number in ("9", "8")])
    monkeypatch.setattr(connection, "ask", lambda *_, **__: shuffled)
    since, until = START, START + timedelta(minutes=5)

    assert list(changed_ids(connection, "deals", since, until, in_order=False)) == [[("9", ""), ("8", "")]]
    with pytest.raises(TryAgain, match="not in order"):
        list(changed_ids(connection, "deals", since, until, in_order=True))


@pytest.mark.parametrize("fault", ["truncate_json", "reset_after_apply", "html_200", "rate_limit", "page_without_next"])
def test_faults_on_the_way_lose_nothing(source_of, portal, fault):
    imported(portal, "0-3", 250)
    portal.faults.add(fault, {"path": "deals", "times": 2})
    try:
        records, _ = pull(source_of(), "deals")
    except TryAgain:
        records, _ = pull(source_of(), "deals")

    assert len({record.record_id for record in records}) == 251


def test_a_property_that_the_portal_does_not_have_is_named(mapping, source_of):
    mapping = mapping.model_copy(deep=True)
    mapping.objects["deals"].fields["amount"].__dict__["field"] = "amuont"
    with pytest.raises(NotAllowed, match=r"deals\.amuont is in the mapping, but the portal has no such property"):
        pull(source_of(mapping), "deals")


def test_an_optional_property_that_is_missing_is_an_issue(source_of):
    missing = {issue.subject for issue in source_of().issues()}

    assert "deals.renewed_contract" in missing
    assert "companies.territory" in missing


def test_a_foreign_cursor_is_refused(source_of):
    with pytest.raises(Refused, match="not a cursor of this connector"):
        list(source_of().pages("deals", "0"))


def test_the_portal_is_the_organization(source_of, portal, clock):
    found = source_of().organization()

    assert (found.org_id, found.zone, found.currency) == (str(portal.id), "America/New_York", "USD")
    assert source_of().server_time() == clock().replace(microsecond=0)
    assert found.is_sandbox is False
    assert clock() - source_of().server_time() < timedelta(seconds=1)


def test_histories_are_read_fifty_a_call_and_again_only_for_deals_that_changed(source_of, mapping, portal, clock, deal):
    """The deals themselves still come a hundred a call, and the nightly list does without histories."""
    looking_back = mapping.model_copy(update={"history": True})
    imported(portal, "0-3", 120)
    clock.advance(hours=1)
    first, cursor = pull(source_of(looking_back), HISTORY)
    portal.update("deals", deal, {"amount": "7"})
    clock.advance(**LATER)
    portal.calls.clear()
    again, _ = pull(source_of(looking_back), HISTORY, cursor)

    assert len({record.record_id for record in first}) == 121
    assert [value for _, value in bodies(again)[deal]["amount"]] == ["1234567890123.45", "7"]
    assert [call.path.rsplit("/", 1)[1] for call in portal.calls if "/objects/" in call.path] == ["search", "read"]
    assert source_of(looking_back).objects[-1] == HISTORY
