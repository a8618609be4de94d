"""Reading records, their history, associations and splits."""

import pytest

from sandbox.hubspot.clock import iso, millis

from .conftest import ACME, DEAL, GLOBEX, OPEN_DEAL, REP, SPLIT_DEAL

DEALS = "/crm/v3/objects/deals"


def patch(http, number, properties, path=DEALS):
    return http.send("PATCH", f"{path}/{number}", json={"properties": properties})


def test_unknown_properties_are_left_out_and_empty_ones_null(http, of):
    shown = http.get(f"{DEALS}/{of(DEAL)}?properties=nope,description&properties=dealname").json()["properties"]

    assert shown == {
        "dealname": "Acme - GTX",
        "description": None,
        "createdate": "2026-01-20T00:00:00Z",
        "hs_lastmodifieddate": "2026-03-01T12:00:00Z",
        "hs_object_id": of(DEAL),
    }


def test_numbers_that_hubspot_worked_out_have_tails(http, of):
    shown = http.get(f"{DEALS}/{of(OPEN_DEAL)}?properties=hs_deal_stage_probability,amount").json()["properties"]

    assert shown["hs_deal_stage_probability"] == "0.200000000000000011102230246251565404236316680908203125"
    assert shown["amount"] == "1234567890123.45"


def test_the_type_may_be_named_in_many_ways(http, portal):
    names = ("deals", "deal", "0-3", "DEAL")

    assert {len(http.get(f"/crm/v3/objects/{name}").json()["results"]) for name in names} == {3}
    custom = next(kind for kind in portal.schema if kind.custom)
    for name in (custom.id, f"p{portal.id}_contract", "p_contract"):
        assert len(http.get(f"/crm/v3/objects/{name}").json()["results"]) == 1


def test_pages_are_limited(http):
    assert http.get(DEALS, limit=101).status_code == 400
    assert http.get(DEALS, limit=51, propertiesWithHistory="amount").status_code == 400
    assert http.get(DEALS, after="x").status_code == 400


def test_history_says_who_changed_what(http, portal, clock, of):
    clock.advance(hours=1)
    portal.update("deals", of(DEAL), {"amount": "2"})
    clock.advance(hours=1)
    patch(http, of(DEAL), {"amount": "3"})
    answer = http.get(f"{DEALS}/{of(DEAL)}?propertiesWithHistory=amount,hs_is_closed_won").json()
    amounts = answer["propertiesWithHistory"]["amount"]

    assert [each["value"] for each in amounts] == ["3", "2", "1054.10"]
    assert [each["sourceType"] for each in amounts] == ["INTEGRATION", "CRM_UI", "IMPORT"]
    assert amounts[1]["updatedByUserId"] == 73074756
    assert answer["propertiesWithHistory"]["hs_is_closed_won"][0]["timestamp"] == iso(millis(clock()))


def test_only_one_company_is_the_primary_one(http, of):
    path = f"/crm/v4/objects/deals/{of(DEAL)}/associations/companies"
    primary = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 5}]
    http.send("PUT", f"{path}/{of(GLOBEX)}", json=primary)
    found = {
        str(each["toObjectId"]): [kind["typeId"] for kind in each["associationTypes"]]
        for each in http.get(path).json()["results"]
    }

    assert found == {of(ACME): [341], of(GLOBEX): [5, 341]}
    wrong = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 19}]
    assert http.send("PUT", f"{path}/{of(GLOBEX)}", json=wrong).status_code == 400


def test_associations_have_pages_of_their_own(http, portal, of):
    portal.faults.add("page_size", rows=2)
    made = [portal.create("line_items", {"name": str(number)}) for number in range(4)]
    for each in made:
        portal.associate("deals", of(DEAL), "line_items", each)
    path, found, after = "/crm/v4/associations/deals/line_items/batch/read", [], None
    for _ in range(9):
        (result,) = http.post(path, {"inputs": [{"id": of(DEAL), **({"after": after} if after else {})}]}).json()[
            "results"
        ]
        found += [str(each["toObjectId"]) for each in result["to"]]
        after = result.get("paging", {}).get("next", {}).get("after")
        if after is None:
            break

    assert len(found) == len(set(found)) == 5
    assert set(made) <= set(found)


def test_an_archived_line_item_is_not_associated_any_more(http, portal, of):
    (line,) = portal.links.of("0-3", int(of(DEAL)), "0-8")
    portal.archive("line_items", str(line))
    answer = http.post("/crm/v4/associations/deals/line_items/batch/read", {"inputs": [{"id": of(DEAL)}]})

    assert answer.status_code == 207
    assert answer.json()["errors"][0]["subCategory"] == "crm.associations.NO_ASSOCIATIONS_FOUND"
    assert portal.get("deals", of(DEAL))["hs_num_of_associated_line_items"] == "0"


@pytest.mark.parametrize(
    ("splits", "message"),
    [
        ([(REP, "0.5"), ("005000000000Mgr", "0.4")], "add up to 1.0"),
        ([("005000000000Mgr", "1.0")], "deal owner must be one"),
        ([(REP, "0.5"), (REP, "0.5")], "an owner of its own"),
        ([(REP, "0.999999999"), ("005000000000Mgr", "0.000000001")], "no more than 8 decimals"),
    ],
)
def test_splits_that_are_refused(http, portal, of, splits, message):
    rows = [{"ownerId": int(of(owner)), "percentage": float(share)} for owner, share in splits]
    answer = http.post(f"{DEALS}/splits/batch/upsert", {"inputs": [{"id": int(of(SPLIT_DEAL)), "splits": rows}]})

    assert answer.status_code == 207
    assert message in answer.json()["errors"][0]["message"]
    assert len(portal.splits.of(int(of(SPLIT_DEAL)))) == 2


def test_splits_are_replaced_as_a_whole_and_can_be_searched(http, portal, clock, of):
    rows = [{"ownerId": int(of(REP)), "percentage": 1.0}]
    http.post("/deal-splits/2026-09/batch/upsert", {"inputs": [{"id": int(of(SPLIT_DEAL)), "splits": rows}]})
    clock.advance(seconds=20)
    found = http.post("/crm/v3/objects/deal_split/search", {"properties": ["hs_deal_split_percentage"]}).json()

    assert [each["properties"]["hs_deal_split_percentage"] for each in found["results"]] == ["1.0"]
    assert portal.get("deals", of(SPLIT_DEAL))["hs_all_deal_split_owner_ids"] == of(REP)
