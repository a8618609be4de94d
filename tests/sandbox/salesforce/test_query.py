"""Reading: query, paging, describe, over real HTTP."""

from decimal import Decimal

import msgspec
import pytest

from .conftest import ACME, DEAL, GLOBEX, OPEN_DEAL


def ids(answer):
    return [record["Id"][:15] for record in answer["records"]]


def test_nested_fields_and_exact_amounts(http, data):
    answer = http.get(
        f"{data}/query", params={"q": "SELECT Id, Amount, Account.Parent.Name FROM Opportunity ORDER BY Amount"}
    )
    assert b"1234567890123.45" in answer.content
    records = msgspec.json.Decoder(float_hook=Decimal).decode(answer.content)["records"]
    assert [record["Amount"] for record in records] == [
        Decimal("99.99"),
        Decimal("1054.0"),
        Decimal("1234567890123.45"),
    ]
    assert records[0]["Account"] is None
    assert records[2]["Account"]["Parent"]["Name"] == "Acme"


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("IsWon = true", [DEAL]),
        ("StageName = 'closed won'", [DEAL]),
        ("Name LIKE 'globex%'", [OPEN_DEAL]),
        (f"Id IN ('{DEAL}')", [DEAL]),
        (f"AccountId = null AND Id != '{DEAL}'", ["006000000000Spl"]),
        ("NOT (Amount > 100 OR CloseDate > 2026-12-01)", ["006000000000Spl"]),
        ("CloseDate = THIS_MONTH", ["006000000000Spl"]),
        ("CreatedDate < 2026-02-01T00:00:00Z", [DEAL]),
        ("Account.Industry = 'energy'", [DEAL]),
    ],
)
def test_conditions(sf, where, expected):
    assert ids(sf.query(f"SELECT Id FROM Opportunity WHERE {where}")) == expected  # noqa: S608  # a fixed query


def test_pages_of_any_size_give_every_record_once(org, sf):
    for number in range(450):
        org.insert("Account", {"Name": f"Account {number:03d}"})
    headers = {"Sforce-Query-Options": "batchSize=200"}
    answer = sf.query("SELECT Id FROM Account ORDER BY Name", headers=headers)
    assert (answer["totalSize"], len(answer["records"]), answer["done"]) == (452, 200, False)
    assert len({record["Id"] for record in sf.query_all_iter("SELECT Id FROM Account", headers=headers)}) == 452
    assert len(org.calls) == 1 + 3


def test_describe_shows_custom_fields(sf):
    fields = {field["name"]: field for field in sf.Opportunity.describe()["fields"]}
    assert (fields["Amount"]["precision"], fields["Amount"]["scale"]) == (18, 2)
    assert fields["Term_Months__c"]["custom"]
    assert not fields["IsWon"]["updateable"]


def test_collections_change_records(org, sf):
    records = [{"attributes": {"type": "Opportunity"}, "id": DEAL, "NextStep": "Call"}]
    (result,) = sf.restful("composite/sobjects", method="PATCH", json={"records": records})
    assert result["success"]
    assert org.get("Opportunity", DEAL)["NextStep"] == "Call"


def test_what_was_shown_before_is_shown_anew_after_a_change(org, sf):
    query = "SELECT Id, NextStep, Account.Name FROM Opportunity WHERE IsWon = true"
    assert sf.query(query)["records"][0]["NextStep"] is None
    org.update("Opportunity", DEAL, {"NextStep": "Call"})
    assert sf.query(query)["records"][0]["NextStep"] == "Call"
    org.update("Account", ACME, {"Name": "Acme 2"})
    assert sf.query(query)["records"][0]["Account"]["Name"] == "Acme 2"


def test_a_record_that_moved_is_found_where_it_is(org, sf):
    def deals(account):
        return ids(sf.query(f"SELECT Id FROM Opportunity WHERE AccountId = '{account}' ORDER BY Id"))  # noqa: S608  # fixed

    assert (deals(ACME), deals(GLOBEX)) == ([DEAL], [OPEN_DEAL])
    org.update("Opportunity", DEAL, {"AccountId": GLOBEX})
    assert (deals(ACME), deals(GLOBEX)) == ([], [OPEN_DEAL, DEAL])
    org.update("Opportunity", DEAL, {"AccountId": ACME})
    assert (deals(ACME), deals(GLOBEX)) == ([DEAL], [OPEN_DEAL])


def test_a_locator_is_its_users_own(org, http, data):
    for number in range(300):
        org.insert("Account", {"Name": f"A{number}"})
    options = {"params": {"q": "SELECT Id FROM Account"}, "headers": {"Sforce-Query-Options": "batchSize=200"}}
    url = data[: -len("/services/data/v66.0")] + http.get(f"{data}/query", **options).json()["nextRecordsUrl"]
    assert len(http.get(url).json()["records"]) == 102
    other = org.tokens.issue("00D", org.get("User", "005000000000Rep")["Id"])
    answer = http.get(url, headers={"Authorization": f"Bearer {other}"})
    assert answer.json()[0]["errorCode"] == "INVALID_QUERY_LOCATOR"


def test_answers_are_packed_when_asked(http, data):
    plain = http.get(f"{data}/sobjects/Opportunity/describe", headers={"Accept-Encoding": "identity"})
    packed = http.get(f"{data}/sobjects/Opportunity/describe", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert packed.content == plain.content
    assert int(packed.headers["Content-Length"]) < len(plain.content)
