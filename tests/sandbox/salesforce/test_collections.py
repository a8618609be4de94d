"""Many records a call: results in order, partial success, rollback, limits; and requests within requests."""

import pytest

from .conftest import ACME, DEAL, GLOBEX, MANAGER, OPEN_DEAL, SPLIT_DEAL


def of(kind, **values):
    return {"attributes": {"type": kind}, **values}


def change(sf, *records, all_or_none=False):
    body = {"allOrNone": all_or_none, "records": list(records)}
    return sf.restful("composite/sobjects", method="PATCH", json=body)


def codes(results):
    return [None if result["success"] else result["errors"][0]["statusCode"] for result in results]


def test_results_come_in_order_and_the_good_rows_are_saved(org, sf):
    results = change(
        sf,
        of("Opportunity", id=DEAL, NextStep="a"),
        of("Opportunity", Id="006000000000Non", NextStep="b"),
        of("Opportunity", id=OPEN_DEAL, Name="x" * 130),
        of("Opportunity", NextStep="no id"),
        of("Account", id=ACME, Name="Acme 2"),
    )
    assert codes(results) == [None, "INVALID_CROSS_REFERENCE_KEY", "STRING_TOO_LONG", "MISSING_ARGUMENT", None]
    assert results[0] == {"id": org.get("Opportunity", DEAL)["Id"], "success": True, "errors": []}
    assert results[2]["errors"][0]["fields"] == ["Name"]
    assert org.get("Opportunity", DEAL)["NextStep"] == "a"
    assert org.get("Account", ACME)["Name"] == "Acme 2"


def test_all_or_none_takes_everything_back(org, sf):
    before = org.dump()["tables"]["Opportunity"]
    bad, good = of("Opportunity", id=OPEN_DEAL, CloseDate=None), of("Opportunity", id=SPLIT_DEAL, Amount="1")
    assert codes(change(sf, good, bad, all_or_none=True)) == [
        "ALL_OR_NONE_OPERATION_ROLLED_BACK",
        "REQUIRED_FIELD_MISSING",
    ]
    assert org.dump()["tables"]["Opportunity"] == before


def test_splits_add_up_are_on_the_team_and_a_member_is_there_once(org, sf):
    shared = org.get("Opportunity", SPLIT_DEAL)["Id"]
    theirs = [row for row in org.rows("OpportunitySplit") if row["OpportunityId"] == shared]
    one, other = (of("OpportunitySplit", id=row["Id"], SplitPercentage=60) for row in theirs)
    assert codes(change(sf, one)) == codes(change(sf, one, other))[:1] == ["FIELD_INTEGRITY_EXCEPTION"]
    assert codes(change(sf, one, other | {"SplitPercentage": 40})) == [None, None]

    deal = {"OpportunityId": SPLIT_DEAL}
    stranger = of("OpportunitySplit", **deal, SplitOwnerId=org.integration_user, SplitPercentage=0)
    member = of("OpportunityTeamMember", **deal, UserId=MANAGER, TeamMemberRole="Sales Rep")
    results = sf.restful("composite/sobjects", method="POST", json={"records": [stranger, member]})
    assert codes(results) == ["FIELD_INTEGRITY_EXCEPTION", None]
    assert [row["TeamMemberRole"] for row in org.rows("OpportunityTeamMember")] == ["Sales Rep"]


def test_a_malformed_row_refuses_the_whole_call(org, http, data):
    body = {"records": [of("Opportunity", id=DEAL, NextStep="a"), of("Opportunity", id=OPEN_DEAL, Amonut="1")]}
    answer = http.patch(f"{data}/composite/sobjects", json=body)
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, "INVALID_FIELD")
    assert org.get("Opportunity", DEAL)["NextStep"] is None


def test_more_than_200_are_refused(http, data):
    body = {"records": [of("Account", id=ACME, Name="x")] * 201}
    answer = http.patch(f"{data}/composite/sobjects", json=body)
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, "EXCEEDED_ID_LIMIT")
    mixed = {"records": [of("Account", id=ACME, Name="x"), of("Opportunity", id=DEAL, NextStep="x")] * 6}
    assert http.patch(f"{data}/composite/sobjects", json=mixed).json()[0]["errorCode"] == "LIMIT_EXCEEDED"


@pytest.mark.parametrize("body", [{}, {"records": 1}, {"records": [1]}, {"records": [{"id": DEAL}]}])
def test_bodies_of_another_shape(http, data, body):
    assert http.patch(f"{data}/composite/sobjects", json=body).status_code == 400


def test_create_retrieve_delete(org, sf):
    created = sf.restful(
        "composite/sobjects", method="POST", json={"records": [of("Account", Name="A"), of("Account")]}
    )
    assert codes(created) == [None, "REQUIRED_FIELD_MISSING"]
    new = created[0]["id"]
    found = sf.restful(
        "composite/sobjects/Account",
        method="POST",
        json={"ids": [new, "001000000000Non", ACME], "fields": ["Id", "Name"]},
    )
    assert [record and record["Name"] for record in found] == ["A", None, "Acme"]
    assert codes(sf.restful("composite/sobjects", method="DELETE", params={"ids": f"{new},001000000000Non"})) == [
        None,
        "INVALID_CROSS_REFERENCE_KEY",
    ]
    assert org.get("Account", new)["IsDeleted"] is True
    assert sf.restful("composite/sobjects/Account", params={"ids": new, "fields": "Id"}) == [None]


def test_upsert_tells_what_was_created_and_refuses_a_key_twice(org, sf):
    org.load(
        {"custom_fields": {"Account": [{"name": "Key__c", "type": "string", "external_id": True, "unique": True}]}}
    )
    org.update("Account", GLOBEX, {"Key__c": "g"})
    records = [of("Account", Key__c=key, Name=f"N {key}") for key in ("g", "new", "twice", "twice")]
    results = sf.restful("composite/sobjects/Account/Key__c", method="PATCH", json={"records": records})
    assert codes(results) == [None, None, "DUPLICATE_VALUE", "DUPLICATE_VALUE"]
    assert [result.get("created") for result in results] == [False, True, None, None]
    again = sf.restful("composite/sobjects/Account/Key__c", method="PATCH", json={"records": records[:2]})
    assert [result["created"] for result in again] == [False, False]
    by_id = sf.restful(
        "composite/sobjects/Account/Id", method="PATCH", json={"records": [of("Account", Id=None, Name="I")]}
    )
    assert by_id[0]["created"]


def test_exact_decimals_travel_both_ways(org, sf):
    change(sf, of("Opportunity", id=OPEN_DEAL, Amount="9007199254740993.01"))
    assert str(org.get("Opportunity", OPEN_DEAL)["Amount"]) == "9007199254740993.01"


BASE = "/services/data/v66.0"


def composite(sf, *parts, all_or_none=False):
    body = {"allOrNone": all_or_none, "compositeRequest": list(parts)}
    return sf.restful("composite", method="POST", json=body)["compositeResponse"]


def part(reference, method, url, body=None, **headers):
    return {"referenceId": reference, "method": method, "url": BASE + url, "body": body, "httpHeaders": headers}


DEAL_VALUES = {"Name": "C", "StageName": "Prospecting", "CloseDate": "2026-12-01"}


def test_composite_refers_to_earlier_answers(org, sf):
    answers = composite(
        sf,
        part("acc", "POST", "/sobjects/Account", {"Name": "Composite"}),
        part("opp", "POST", "/sobjects/Opportunity", {**DEAL_VALUES, "AccountId": "@{acc.id}"}),
        part("all", "GET", "/query/?q=SELECT+Name+FROM+Account+WHERE+Id='@{acc.id}'"),
        part("set", "PATCH", "/sobjects/Account/@{acc.id}", {"Name": "@{all.records[0].Name} 2"}),
    )
    assert [each["httpStatusCode"] for each in answers] == [201, 201, 200, 204]
    assert org.get("Account", answers[0]["body"]["id"])["Name"] == "Composite 2"
    assert org.get("Opportunity", answers[1]["body"]["id"])["AccountId"] == answers[0]["body"]["id"]
    assert answers[3] == {"body": None, "httpHeaders": {}, "httpStatusCode": 204, "referenceId": "set"}


def test_composite_all_or_none(org, sf):
    answers = composite(
        sf,
        part("acc", "POST", "/sobjects/Account", {"Name": "Gone"}),
        part("bad", "PATCH", "/sobjects/Account/001000000000Non", {"Name": "x"}),
        all_or_none=True,
    )
    assert [each["httpStatusCode"] for each in answers] == [400, 404]
    assert answers[0]["body"][0]["errorCode"] == "PROCESSING_HALTED"
    assert not [row for row in org.rows("Account") if row["Name"] == "Gone"]


def test_composite_without_all_or_none_keeps_the_good_parts(org, sf):
    answers = composite(
        sf,
        part("bad", "POST", "/sobjects/Account", {}),
        part("uses", "POST", "/sobjects/Opportunity", {**DEAL_VALUES, "AccountId": "@{bad.id}"}),
        part("nowhere", "GET", "/nothing"),
        part("good", "POST", "/sobjects/Account", {"Name": "Stays"}),
    )
    assert [each["httpStatusCode"] for each in answers] == [400, 400, 404, 201]
    assert answers[1]["body"][0] == {
        "message": "Invalid reference specified. No value for bad.id found",
        "errorCode": "PROCESSING_HALTED",
    }
    assert [row for row in org.rows("Account") if row["Name"] == "Stays"]


def test_composite_limits(http, data):
    many = {"compositeRequest": [part(f"r{n}", "GET", "/limits") for n in range(26)]}
    queries = {"compositeRequest": [part(f"r{n}", "GET", "/query?q=x") for n in range(6)]}
    for body in (many, queries, {"compositeRequest": []}, {"compositeRequest": [part(None, "GET", "/limits")]}):
        assert http.post(f"{data}/composite", json=body).status_code == 400


def test_batch(sf):
    requests = [
        {"method": "GET", "url": "v66.0/sobjects/Account/describe"},
        {"method": "GET", "url": "v66.0/sobjects/Nothing/describe"},
        {"method": "PATCH", "url": f"v66.0/sobjects/Account/{ACME}", "richInput": {"Name": "B"}},
    ]
    answer = sf.restful("composite/batch", method="POST", json={"batchRequests": requests})
    assert [result["statusCode"] for result in answer["results"]] == [200, 400, 204]
    assert answer["hasErrors"]
    assert answer["results"][0]["result"]["name"] == "Account"
    halted = sf.restful("composite/batch", method="POST", json={"haltOnError": True, "batchRequests": requests})
    assert [result["statusCode"] for result in halted["results"]] == [200, 400, 412]
