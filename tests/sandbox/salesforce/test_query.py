"""Reading: query, paging, describe, over real HTTP."""

from decimal import Decimal

import msgspec
import pytest

from .conftest import DEAL, OPEN_DEAL


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
