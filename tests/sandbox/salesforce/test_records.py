"""One record at a time: create, read, change, delete, upsert, and what the API refuses."""

import json

import pytest
from simple_salesforce import SalesforceGeneralError, SalesforceMalformedRequest, SalesforceResourceNotFound

from sandbox.salesforce.clock import http_date
from sandbox.salesforce.errors import RowError
from tests.clock import START

from .conftest import ACME, DEAL, LEAVER, MANAGER, OPEN_DEAL, REP, SPLIT_DEAL

NEW = {"Name": "New", "StageName": "Prospecting", "CloseDate": "2026-12-01"}


def code_of(problem):
    return problem.value.content[0]["errorCode"]


def test_life_of_a_record(org, clock, sf):
    clock.advance(seconds=5)
    created = sf.Opportunity.create(NEW | {"Amount": "10.50", "AccountId": ACME})
    record = sf.Opportunity.get(created["id"])
    assert (record["Amount"], record["Probability"], record["IsClosed"], record["FiscalQuarter"]) == (
        10.5,
        10.0,
        False,
        4,
    )
    assert record["OwnerId"] == org.integration_user
    clock.advance(minutes=1)
    assert sf.Opportunity.update(created["id"], {"StageName": "Closed Won"}) == 204
    changed = sf.Opportunity.get(created["id"])
    assert (changed["IsWon"], changed["Probability"], changed["ExpectedRevenue"]) == (True, 100.0, 10.5)
    assert changed["SystemModstamp"] == "2026-11-22T05:01:05.000+0000"
    clock.advance(minutes=1)
    assert sf.Opportunity.delete(created["id"]) == 204
    assert sf.query(f"SELECT Id FROM Opportunity WHERE Id = '{created['id']}'")["records"] == []  # noqa: S608  # our own id
    gone = sf.query(
        "SELECT Id, IsDeleted, SystemModstamp FROM Opportunity WHERE IsDeleted = true", include_deleted=True
    )
    assert gone["records"][0]["SystemModstamp"] == "2026-11-22T05:02:05.000+0000"
    with pytest.raises(SalesforceResourceNotFound) as problem:
        sf.Opportunity.get(created["id"])
    assert code_of(problem) == "ENTITY_IS_DELETED"
    org.undelete("Opportunity", created["id"])
    assert sf.Opportunity.get(created["id"])["IsDeleted"] is False
    org.purge("Opportunity", created["id"])
    assert sf.query("SELECT Id FROM Opportunity WHERE IsDeleted = true", include_deleted=True)["records"] == []


def test_a_save_without_a_change_moves_the_stamp(org, clock, sf):
    clock.advance(hours=1)
    sf.Opportunity.update(DEAL, {"NextStep": None})
    assert org.get("Opportunity", DEAL)["SystemModstamp"] == "2026-11-22T06:00:00.000+0000"


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"Amount": "12345678901234567.00"}, "NUMBER_OUTSIDE_VALID_RANGE"),
        ({"Name": "x" * 121}, "STRING_TOO_LONG"),
        ({"ForecastCategory": "Maybe"}, "INVALID_FIELD_FOR_INSERT_UPDATE"),
        ({"OwnerId": "not an id"}, "MALFORMED_ID"),
        ({"OwnerId": ACME}, "FIELD_INTEGRITY_EXCEPTION"),
        ({"OwnerId": "005000000000Non"}, "INVALID_CROSS_REFERENCE_KEY"),
        ({"OwnerId": LEAVER}, "INACTIVE_OWNER_OR_USER"),
        ({"CloseDate": None}, "REQUIRED_FIELD_MISSING"),
        ({"IsWon": True}, "INVALID_FIELD_FOR_INSERT_UPDATE"),
        ({"Amonut": 1}, "INVALID_FIELD"),
        ({"Amount": "ten"}, "JSON_PARSER_ERROR"),
        ({"Amount": "NaN"}, "JSON_PARSER_ERROR"),
        ({"CloseDate": "01.12.2026"}, "JSON_PARSER_ERROR"),
    ],
)
def test_bad_values_are_refused(org, sf, values, code):
    before = org.get("Opportunity", DEAL)
    with pytest.raises(SalesforceMalformedRequest) as problem:
        sf.Opportunity.update(DEAL, values)
    assert code_of(problem) == code
    assert org.get("Opportunity", DEAL) == before


def test_restricted_picklist(org, sf):
    org.load(
        {
            "custom_fields": {
                "Opportunity": [{"name": "Band__c", "type": "picklist", "values": ["A"], "restricted": True}]
            }
        }
    )
    sf.Opportunity.update(DEAL, {"Band__c": "A"})
    with pytest.raises(SalesforceMalformedRequest) as problem:
        sf.Opportunity.update(DEAL, {"Band__c": "B"})
    assert code_of(problem) == "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"


def test_amount_is_ignored_when_the_deal_has_products(org, sf):
    sf.Opportunity.update(DEAL, {"Amount": 5, "NextStep": "x"})
    assert str(org.get("Opportunity", DEAL)["Amount"]) == "1054.0"
    (line,) = org.rows("OpportunityLineItem")
    assert (line["UnitPrice"], line["Name"]) == (527, "Acme - GTX GTX Basic")
    sf.OpportunityLineItem.update(line["Id"], {"UnitPrice": "600"})
    assert str(org.get("Opportunity", DEAL)["Amount"]) == "1200.0"
    sf.OpportunityLineItem.delete(line["Id"])
    assert org.get("Opportunity", DEAL)["HasOpportunityLineItem"] is False


def test_amount_moves_split_amounts(org, sf):
    sf.Opportunity.update(SPLIT_DEAL, {"Amount": "200"})
    amounts = [str(row["SplitAmount"]) for row in org.rows("OpportunitySplit")]
    assert amounts == ["133.34", "66.66"]


def test_stage_history_is_kept(clock, sf):
    clock.advance(days=1)
    sf.Opportunity.update(OPEN_DEAL, {"StageName": "Qualification"})
    history = sf.query("SELECT OpportunityId, StageName, PrevAmount FROM OpportunityHistory ORDER BY CreatedDate")
    of_deal = [row for row in history["records"] if row["OpportunityId"].startswith(OPEN_DEAL)]
    assert [(row["StageName"], row["PrevAmount"]) for row in of_deal] == [
        ("Prospecting", None),
        ("Qualification", 1234567890123.45),
    ]


def test_a_change_of_owner_is_tracked_as_names_and_as_ids(org, sf):
    before, after = org.get("Opportunity", OPEN_DEAL)["OwnerId"], org.integration_user
    sf.Opportunity.update(OPEN_DEAL, {"OwnerId": after})
    history = sf.query("SELECT Field, OldValue, NewValue FROM OpportunityFieldHistory")["records"]
    assert {row["Field"] for row in history} == {"Owner"}
    assert [(row["OldValue"], row["NewValue"]) for row in history][1] == (before, after)
    with pytest.raises(SalesforceMalformedRequest, match="SystemModstamp"):
        sf.query("SELECT SystemModstamp FROM OpportunityFieldHistory")


def test_validation_rule_and_flow(org, sf):
    org.validation_rule("Opportunity", lambda row: row["NextStep"] == "bad", "No bad steps", "NextStep")
    org.flow("Opportunity", lambda new, _old: {"Description": f"saw {new['NextStep']}"})
    with pytest.raises(SalesforceMalformedRequest) as problem:
        sf.Opportunity.update(DEAL, {"NextStep": "bad"})
    assert problem.value.content == [
        {"message": "No bad steps", "errorCode": "FIELD_CUSTOM_VALIDATION_EXCEPTION", "fields": ["NextStep"]}
    ]
    sf.Opportunity.update(DEAL, {"NextStep": "good"})
    assert org.get("Opportunity", DEAL)["Description"] == "saw good"


def test_hidden_and_read_only_fields(org, sf):
    org.hide_field("Opportunity", "NextStep")
    org.read_only_field("Opportunity", "Type")
    fields = {field["name"]: field for field in sf.Opportunity.describe()["fields"]}
    assert "NextStep" not in fields
    assert not fields["Type"]["updateable"]
    for values, code in (({"NextStep": "x"}, "INVALID_FIELD"), ({"Type": "x"}, "INVALID_FIELD_FOR_INSERT_UPDATE")):
        with pytest.raises(SalesforceMalformedRequest) as problem:
            sf.Opportunity.update(DEAL, values)
        assert code_of(problem) == code
    with pytest.raises(SalesforceMalformedRequest) as problem:
        sf.query("SELECT NextStep FROM Opportunity")
    assert "No such column 'NextStep' on entity 'Opportunity'" in problem.value.content[0]["message"]


def test_conditional_change(clock, http, data, org):
    clock.advance(hours=1)
    org.update("Opportunity", DEAL, {"NextStep": "human"})
    url = f"{data}/sobjects/Opportunity/{DEAL}"
    stale = http.patch(url, json={"NextStep": "ours"}, headers={"If-Unmodified-Since": http_date(START)})
    assert (stale.status_code, stale.content) == (412, b"")
    assert (
        http.patch(url, json={"NextStep": "ours"}, headers={"If-Unmodified-Since": http_date(clock())}).status_code
        == 204
    )
    assert http.patch(url, json={}, headers={"If-Unmodified-Since": "yesterday"}).status_code == 400


@pytest.fixture
def keyed(org):
    org.load(
        {"custom_fields": {"Account": [{"name": "Key__c", "type": "string", "external_id": True, "unique": True}]}}
    )


@pytest.mark.usefixtures("keyed")
def test_upsert_by_external_id(org, sf, http, data):
    key = "Key__c/stmt%3A2026-10%2Fusr%20005%26%C3%A9"
    assert sf.Account.upsert(key, {"Name": "One"}, raw_response=True).status_code == 201
    again = sf.Account.upsert(key, {"Name": "Two"}, raw_response=True)
    assert (again.status_code, again.json()["created"]) == (200, False)
    (row,) = [row for row in org.rows("Account") if row.get("Key__c")]
    assert (row["Name"], row["Key__c"]) == ("Two", "stmt:2026-10/usr 005&é")
    assert http.get(f"{data}/sobjects/Account/{key}").json()["Name"] == "Two"
    with pytest.raises(SalesforceMalformedRequest) as problem:
        sf.Account.update(ACME, {"Key__c": "stmt:2026-10/usr 005&é"})
    assert code_of(problem) == "DUPLICATE_VALUE"


def test_external_id_that_is_not_unique(org, http, data):
    org.load({"custom_fields": {"Account": [{"name": "Loose__c", "type": "string", "external_id": True}]}})
    for _ in range(2):
        org.insert("Account", {"Name": "Twin", "Loose__c": "7"})
    answer = http.patch(f"{data}/sobjects/Account/Loose__c/7", json={"Name": "x"})
    assert (answer.status_code, len(answer.json())) == (300, 2)
    assert http.patch(f"{data}/sobjects/Account/Name/7", json={"Name": "x"}).status_code == 404


@pytest.mark.usefixtures("keyed")
def test_a_deleted_record_gives_its_key_free(org, sf):
    sf.Account.upsert("Key__c/k", {"Name": "One"})
    org.delete("Account", next(row["Id"] for row in org.rows("Account") if row["Key__c"]))
    assert sf.Account.upsert("Key__c/k", {"Name": "Two"}, raw_response=True).json()["created"]


@pytest.mark.usefixtures("keyed")
def test_a_key_that_was_changed_is_free(org, sf):
    sf.Account.upsert("Key__c/old", {"Name": "One"})
    sf.Account.upsert("Id/" + next(row["Id"] for row in org.rows("Account") if row["Key__c"]), {"Key__c": "new"})
    assert sf.Account.upsert("Key__c/old", {"Name": "Two"}, raw_response=True).json()["created"]


@pytest.mark.usefixtures("keyed")
def test_parent_by_external_id(org, sf):
    org.update("Account", ACME, {"Key__c": "acme"})
    created = sf.Opportunity.create(NEW | {"Account": {"Key__c": "acme"}})
    assert org.get("Opportunity", created["id"])["AccountId"][:15] == ACME
    with pytest.raises(SalesforceMalformedRequest) as problem:
        sf.Opportunity.create(NEW | {"Account": {"Key__c": "nobody"}})
    assert "Foreign key external ID: nobody not found" in problem.value.content[0]["message"]


def test_updated_and_deleted(org, clock, http, data):
    clock.advance(hours=2)
    org.update("Opportunity", DEAL, {"NextStep": "x"})
    org.delete("Opportunity", OPEN_DEAL)
    clock.advance(minutes=5)
    window = {"start": "2026-11-22T06:30:00Z", "end": "2026-11-22T08:00:00Z"}
    updated = http.get(f"{data}/sobjects/Opportunity/updated/", params=window).json()
    assert ([each[:15] for each in updated["ids"]], updated["latestDateCovered"]) == (
        [DEAL],
        "2026-11-22T07:05:00.000+0000",
    )
    deleted = http.get(f"{data}/sobjects/Opportunity/deleted/", params=window).json()
    assert [each["id"][:15] for each in deleted["deletedRecords"]] == [OPEN_DEAL]
    for bad in (
        {"start": "2026-11-22T06:30:00", "end": window["end"]},
        {**window, "end": window["start"]},
        {**window, "start": "2026-09-01T00:00:00Z"},
    ):
        answer = http.get(f"{data}/sobjects/Opportunity/updated/", params=bad)
        assert answer.json()[0]["errorCode"] == "INVALID_REPLICATION_DATE"


def test_merge(org, sf):
    loser = org.insert("Account", {"Name": "Acme Inc"})
    deal = org.insert("Opportunity", NEW | {"AccountId": loser})
    org.merge("Account", ACME, loser)
    lost = sf.query("SELECT MasterRecordId FROM Account WHERE IsDeleted = true", include_deleted=True)["records"]
    assert lost[0]["MasterRecordId"][:15] == ACME
    assert org.get("Opportunity", deal)["AccountId"][:15] == ACME


def test_details_die_with_their_master(org, sf):
    sf.Opportunity.delete(SPLIT_DEAL)
    assert all(row["IsDeleted"] for row in org.rows("OpportunitySplit"))
    org.undelete("Opportunity", SPLIT_DEAL)
    assert not any(row["IsDeleted"] for row in org.rows("OpportunitySplit"))


def test_users_are_never_deleted(sf):
    with pytest.raises(SalesforceMalformedRequest) as problem:
        sf.User.delete(REP)
    assert code_of(problem) == "INSUFFICIENT_ACCESS_OR_READONLY"


def test_poke_changes_without_a_stamp(org, clock, sf):
    stamp = org.get("Opportunity", DEAL)["SystemModstamp"]
    clock.advance(hours=1)
    org.poke("Opportunity", DEAL, {"OwnerId": org.get("User", MANAGER)["Id"]})
    record = sf.Opportunity.get(DEAL)
    assert (record["OwnerId"][:15], record["SystemModstamp"]) == (MANAGER, stamp)


def test_a_refused_update_in_process_leaves_nothing(org):
    with pytest.raises(RowError, match="STRING_TOO_LONG"):
        org.update("Opportunity", DEAL, {"Name": "x" * 200})
    assert org.get("Opportunity", DEAL)["Name"] == "Acme - GTX"


def test_wrong_methods_and_bodies(http, data):
    assert http.delete(f"{data}/limits").status_code == 405
    answer = http.post(f"{data}/sobjects/Account", data=b"{", headers={"Content-Type": "application/json"})
    assert answer.json()[0]["errorCode"] == "JSON_PARSER_ERROR"
    assert http.post(f"{data}/sobjects/Account", json=[1]).json()[0]["errorCode"] == "JSON_PARSER_ERROR"
    assert (
        http.get(f"{data}/sobjects/Account/{ACME}?fields=Name,BillingAddress").json()["BillingAddress"]["city"]
        == "Oslo"
    )
    assert http.get(f"{data}/sobjects/Account/{ACME}?fields=Nmae").status_code == 400


def test_unknown_id_is_404(sf):
    with pytest.raises(SalesforceResourceNotFound):
        sf.Account.get("001000000000Non")


def test_dates_and_limits_travel_in_headers(http, data, clock):
    clock.advance(seconds=42)
    answer = http.get(f"{data}/limits")
    assert answer.headers["Date"] == "Sun, 22 Nov 2026 05:00:42 GMT"
    assert answer.headers["Sforce-Limit-Info"] == "api-usage=1/100000"
    assert json.loads(answer.content)["DailyApiRequests"] == {"Max": 100_000, "Remaining": 100_000}


def test_conflict_is_only_general_for_simple_salesforce(sf, clock):
    clock.advance(hours=1)
    with pytest.raises(SalesforceGeneralError):
        sf.Opportunity.update(DEAL, {"NextStep": "x"}, headers={"If-Unmodified-Since": "Sun, 22 Nov 2015 00:00:00 GMT"})
