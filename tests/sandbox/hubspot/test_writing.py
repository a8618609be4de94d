"""Writes: what is refused and how, what a batch does with a bad row, what follows from a write."""

import json

import pytest

from sandbox.hubspot.clock import iso, millis

from .conftest import DEAL, LEAVER, OPEN_DEAL, SPLIT_DEAL

DEALS = "/crm/v3/objects/deals"
NEW = {"dealname": "New", "dealstage": "closedwon"}


def patch(http, number, properties, path=DEALS):
    return http.send("PATCH", f"{path}/{number}", json={"properties": properties})


def problems(answer):
    """The list that the message of a refused write holds."""
    message = answer.json()["message"]
    return json.loads(message[message.index("[") :])


@pytest.mark.parametrize(
    ("properties", "code"),
    [
        ({"missing": "1"}, "PROPERTY_DOESNT_EXIST"),
        ({"hs_is_closed_won": "true"}, "READ_ONLY_VALUE"),
        ({"hs_lastmodifieddate": "1"}, "READ_ONLY_VALUE"),
        ({"amount": "1,000"}, "INVALID_LONG"),
        ({"amount": "1e3"}, "INVALID_LONG"),
        ({"dealtype": "Newbusiness"}, "INVALID_OPTION"),
        ({"dealstage": "closedmaybe"}, "INVALID_OPTION"),
        ({"pipeline": "nowhere"}, "INVALID_OPTION"),
        ({"deal_currency_code": "BRL"}, "INVALID_OPTION"),
        ({"closedate": "soon"}, "INVALID_DATE"),
        ({"start_date": "1795996800001"}, "INVALID_DATE"),
        ({"hubspot_owner_id": "5"}, "INVALID_OWNER_ID"),
        ({"description": "x" * 65_537}, "INVALID_STRING_LENGTH"),
        ({"description": ["a"]}, "INVALID_STRING"),
    ],
)
def test_a_value_that_is_refused(http, portal, of, properties, code):
    before = portal.get("deals", of(DEAL))
    answer = patch(http, of(DEAL), properties)

    assert (answer.status_code, answer.json()["category"]) == (400, "VALIDATION_ERROR")
    (problem,) = problems(answer)
    assert (problem["error"], problem["name"], problem["isValid"]) == (code, next(iter(properties)), False)
    assert portal.get("deals", of(DEAL)) == before


@pytest.mark.parametrize(
    ("properties", "kept"),
    [
        ({"amount": "-0012.50"}, "-0012.50"),
        ({"amount": 12.5}, "12.5"),
        ({"amount": 7}, "7"),
        ({"start_date": "2026-11-30"}, "2026-11-30"),
        ({"start_date": "1795996800000"}, "2026-11-30"),
        ({"closedate": "1795996800123"}, "2026-11-30T00:00:00.123Z"),
        ({"closedate": "2026-11-30T01:00:00+01:00"}, "2026-11-30T00:00:00Z"),
        ({"amount": ""}, ""),
        ({"dealtype": None}, ""),
        ({"description": "<b>Ünï</b>; 1\u20442"}, "<b>Ünï</b>; 1\u20442"),
    ],
)
def test_a_value_that_is_kept(http, of, properties, kept):
    answer = patch(http, of(DEAL), properties)

    assert answer.status_code == 200, answer.text
    assert answer.json()["properties"][next(iter(properties))] == kept


def test_every_bad_value_is_in_the_one_error(http, of):
    answer = patch(http, of(DEAL), {"missing": "1", "amount": "x"})

    assert [each["name"] for each in problems(answer)] == ["missing", "amount"]


def test_a_stage_belongs_to_its_pipeline(http, portal, of):
    other = portal.get("deals", of(SPLIT_DEAL))

    assert patch(http, of(DEAL), {"dealstage": other["dealstage"]}).status_code == 400
    both = {"dealstage": other["dealstage"], "pipeline": other["pipeline"]}
    assert patch(http, of(DEAL), both).status_code == 200


def test_someone_who_left_can_still_be_named_as_owner(http, of):
    assert patch(http, of(DEAL), {"hubspot_owner_id": of(LEAVER)}).status_code == 200


def test_a_new_deal_needs_its_name_and_stage(http):
    answer = http.post(DEALS, {"properties": {"amount": "1"}})

    assert answer.status_code == 400
    assert answer.json()["context"] == {"properties": ["dealname", "dealstage"]}


def test_a_write_moves_the_stamp_and_an_empty_one_if_told(http, portal, clock, of):
    def stamp(**properties):
        clock.advance(minutes=1)
        return patch(http, of(DEAL), properties).json()["updatedAt"]

    first, again = stamp(description="x"), stamp(description="x")
    portal.habits.bump_on_no_op = False

    assert first < again == stamp(description="x")


def test_what_is_worked_out_changes_without_a_stamp(http, portal, of):
    path = f"{DEALS}/{of(DEAL)}?properties=amount_in_home_currency,hs_is_closed_won"
    before = http.get(path).json()
    portal.set_rate("EUR", "2.0")
    stage = {"metadata": {"isClosed": "true", "probability": "0.0"}}
    http.send("PATCH", "/crm/v3/pipelines/deals/default/stages/closedwon", json=stage)
    after = http.get(path).json()

    assert before["properties"]["amount_in_home_currency"] == "1317.625"
    assert after["properties"]["amount_in_home_currency"].startswith("2108.19999")
    assert [each["properties"]["hs_is_closed_won"] for each in (before, after)] == ["true", "false"]
    assert before["updatedAt"] == after["updatedAt"]


def test_entering_a_stage_is_dated(http, clock, of):
    clock.advance(hours=1)
    shown = patch(http, of(OPEN_DEAL), {"dealstage": "closedwon"}).json()["properties"]

    now = iso(millis(clock()))
    assert (shown["hs_v2_date_entered_closedwon"], shown["hs_v2_date_exited_prospecting"]) == (now, now)


def test_a_merge_leaves_the_old_ids_nowhere_but_on_single_reads(http, of, portal):
    old, other = of(DEAL), of(SPLIT_DEAL)
    made = http.post(f"{DEALS}/merge", {"primaryObjectId": old, "objectIdToMerge": other}).json()

    assert http.get(f"{DEALS}/{other}").json()["id"] == made["id"]
    assert http.post(f"{DEALS}/batch/read", {"inputs": [{"id": old}]}).json()["numErrors"] == 1
    assert http.get(DEALS, archived="true").json()["results"] == []
    links = http.post("/crm/v4/associations/deals/companies/batch/read", {"inputs": [{"id": old}, {"id": made["id"]}]})
    assert [each["from"]["id"] for each in links.json()["results"]] == [made["id"]]
    assert [split.values["hs_deal_split_percentage"] for split in portal.splits.of(int(made["id"]))] == [
        "0.6667",
        "0.3333",
    ]
    again = http.post(f"{DEALS}/merge", {"primaryObjectId": made["id"], "objectIdToMerge": of(OPEN_DEAL)}).json()
    merged = http.get(f"{DEALS}/{again['id']}?properties=hs_merged_object_ids").json()["properties"]
    assert merged["hs_merged_object_ids"] == ";".join([old, other, made["id"], of(OPEN_DEAL)])
    assert http.get(f"{DEALS}/{old}").json()["id"] == again["id"]


def test_an_archived_deal_is_only_in_the_bin(http, of, portal):
    http.send("DELETE", f"{DEALS}/{of(DEAL)}")
    archived = http.get(DEALS, archived="True").json()["results"]

    assert [each["id"] for each in archived] == [of(DEAL)]
    assert archived[0]["archivedAt"]
    assert http.get(f"{DEALS}/{of(DEAL)}").status_code == 404
    assert http.get(f"{DEALS}/{of(DEAL)}", archived="true").status_code == 200
    assert http.post(f"{DEALS}/batch/read?archived=true", {"inputs": [{"id": of(DEAL)}]}).status_code == 200
    portal.unarchive("deals", of(DEAL))
    assert http.get(f"{DEALS}/{of(DEAL)}").status_code == 200


def test_what_administrators_demand_counts_since_2026_09(http, portal, of):
    portal.demand("deals", "description", when=("dealtype", "newbusiness"))
    portal.demand("deals", "hs_next_step")
    dated, older = "/crm/objects/2026-09/deals", "/crm/objects/2026-03/deals"
    refused = patch(http, of(DEAL), {"amount": "1"}, dated)
    created = http.post(dated, {"properties": NEW})

    assert refused.status_code == 400
    assert refused.json()["errors"][0]["code"] == "MISSING_CONDITIONAL_REQUIRED_PROPERTY"
    assert created.json()["errors"][0]["code"] == "MISSING_REQUIRED_PROPERTY"
    assert patch(http, of(DEAL), {"amount": "1"}, older).status_code == 200
    assert patch(http, of(DEAL), {"amount": "1", "description": "x"}, dated).status_code == 200


def test_a_date_that_is_no_midnight_is_put_right_since_2026_09(http, of):
    answer = patch(http, of(DEAL), {"start_date": "1795996800001"}, "/crm/objects/2026-09/deals").json()

    assert answer["properties"]["start_date"] == "2026-11-30"
    (warning,) = answer["warnings"]
    assert warning["category"] == "PROPERTY_VALUE_NORMALIZED"
    assert warning["context"]["rawValue"] == ["1795996800001"]
