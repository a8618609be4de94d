"""Documents: what they may say, what is refused, and that a dumped org comes back as it was."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sandbox.salesforce.errors import ApiError, LoadProblem
from sandbox.salesforce.queries.query import run_query
from sandbox.salesforce.state import Org
from tests.clock import FakeClock

from .conftest import ACME, DEAL, DOCUMENT, OPEN_DEAL, SPLIT_DEAL

MAVEN = Path(__file__).parents[4] / "shared" / "data" / "crm-maven.json"


def query(org, soql):
    return run_query(org, soql, user=org.integration_user)


def test_stages_follow_from_the_records(org):
    stages = {row["MasterLabel"]: row for row in org.rows("OpportunityStage")}
    assert len(stages) == 11
    assert (stages["Verbal Yes"]["IsClosed"], stages["Closed Won"]["IsWon"]) == (False, True)
    deal = org.get("Opportunity", DEAL)
    assert (deal["IsWon"], deal["ForecastCategory"], deal["FiscalYear"], deal["FiscalQuarter"]) == (
        True,
        "Closed",
        2027,
        1,
    )


def test_stamps_follow_from_those_given(org):
    deal, other = org.get("Opportunity", DEAL), org.get("Opportunity", OPEN_DEAL)
    assert deal["SystemModstamp"] == deal["LastModifiedDate"] == "2026-01-20T00:00:00.000+0000"
    assert other["SystemModstamp"] == other["CreatedDate"] == "2026-11-22T05:00:00.000+0000"
    assert {row["SystemModstamp"] for row in org.rows("OpportunityLineItem")} == {deal["SystemModstamp"]}


def test_nested_records(org):
    (line,) = org.rows("OpportunityLineItem")
    assert (line["OpportunityId"][:15], line["UnitPrice"], line["ListPrice"]) == (DEAL, 527, 550)
    assert {row["OpportunityId"][:15] for row in org.rows("OpportunitySplit")} == {SPLIT_DEAL}
    assert [str(row["SplitAmount"]) for row in org.rows("OpportunitySplit")] == ["66.66", "33.33"]
    assert [row["Name"] for row in org.rows("OpportunityTeamMember")] == ["Mia Manager"]


def test_contract_end_follows_from_its_term(org):
    (contract,) = org.rows("Contract")
    assert (contract["EndDate"], contract["StatusCode"], contract["ContractNumber"]) == (
        "2027-01-30",
        "Activated",
        "00000001",
    )


def test_the_same_document_gives_the_same_org():
    dumps = []
    for _ in range(2):
        org = Org(FakeClock(), seed=7)
        org.load(DOCUMENT)
        dumps.append(org.dump())
    assert dumps[0] == dumps[1]


def test_currencies():
    org = Org(FakeClock())
    document = {
        "multi_currency": True,
        "currencies": [
            {"IsoCode": "EUR", "ConversionRate": "1", "IsCorporate": True},
            {"IsoCode": "USD", "ConversionRate": "1.085"},
        ],
        "dated_rates": [
            {"IsoCode": "USD", "StartDate": "2026-01-01", "NextStartDate": "2026-02-01", "ConversionRate": "1.1"}
        ],
        "opportunities": [
            {"Name": "a", "StageName": "Prospecting", "CurrencyIsoCode": "USD"},
            {"Name": "b", "StageName": "Prospecting"},
        ],
    }
    org.load(document)
    assert [row["CurrencyIsoCode"] for row in org.rows("Opportunity")] == ["USD", "EUR"]
    rates = query(org, "SELECT IsoCode, ConversionRate FROM CurrencyType WHERE IsCorporate = false").rows
    assert [(row["IsoCode"], str(row["ConversionRate"])) for row in rates] == [("USD", "1.085")]
    with pytest.raises(ApiError, match="SUM of several currencies is not supported here: group by CurrencyIsoCode"):
        query(org, "SELECT SUM(Amount) FROM Opportunity")
    assert len(query(org, "SELECT CurrencyIsoCode, SUM(Amount) FROM Opportunity GROUP BY CurrencyIsoCode").groups) == 2
    assert len(query(org, "SELECT StartDate, NextStartDate, ConversionRate FROM DatedConversionRate").rows) == 1


def deal(**values):
    return {"opportunities": [{"Name": "x", "StageName": "Prospecting", "CloseDate": "2026-01-01", **values}]}


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"oportunities": [1]}, "unknown keys ['oportunities']"),
        (deal(Colour="red"), "opportunities[0] (no Id): Colour is no field of Opportunity: declare it"),
        (deal(Id="006x"), "006x is no Opportunity id"),
        (deal(Id=ACME), "is no Opportunity id: expected 15 or 18 characters from 006"),
        (deal(Id=DEAL, AccountId="001000000000Non"), "AccountId 001000000000NonAAE names no Account"),
        (deal(Amount=1.5), "Amount: Cannot deserialize instance of currency"),
        (deal(Amount="1.005"), "Amount: 1.005 has more than 2 decimals"),
        (deal(CloseDate="soon"), "CloseDate: Cannot deserialize instance of date"),
        (deal(StageName="Closed Won", IsWon=False), "IsClosed or IsWon contradict stage 'Closed Won'"),
        (deal(StageName="Nameless"), "stage 'Nameless' is unknown"),
        ({"opportunities": deal(Id=DEAL)["opportunities"] * 2}, "occurs twice"),
        ({"currencies": [{"IsoCode": "EUR"}]}, "need `multi_currency: true`"),
        ({"multi_currency": True, "currencies": [{"Iso": "EUR"}]}, "currencies[0]: 'Iso'"),
        ({"organization": {"Colour": "red"}}, "organization: Colour is no field"),
        ({"custom_fields": {"Opportunity": [{"name": "Plain", "type": "string"}]}}, "expected a name ending in __c"),
    ],
)
def test_documents_that_do_not_fit(document, message):
    with pytest.raises(LoadProblem) as problem:
        Org(FakeClock()).load(document)
    assert message in str(problem.value)


def test_null_owner_stays_null_and_missing_owner_is_the_integration_user():
    org = Org(FakeClock())
    org.load({"opportunities": [deal(OwnerId=None)["opportunities"][0], deal()["opportunities"][0]]})
    assert [row["OwnerId"] for row in org.rows("Opportunity")] == [None, org.integration_user]


def test_amount_is_the_sum_of_lines_where_none_is_given():
    org = Org(FakeClock())
    product = "01t000000000Gtx"
    lines = [{"Product2Id": product, "Quantity": 1, "TotalPrice": price} for price in ("1.10", "2.25")]
    org.load({"products": [{"Id": product, "Name": "P"}], **deal(Lines=lines)})
    assert str(org.rows("Opportunity")[0]["Amount"]) == "3.35"


def test_a_dumped_org_comes_back(org, clock):
    org.delete("Opportunity", OPEN_DEAL)
    org.hide_field("Account", "Sic")
    state = json.loads(json.dumps(org.dump()))
    other = Org(clock)
    other.restore(state)
    assert other.dump() == org.dump()
    assert other.insert("Account", {"Name": "next"}) == org.insert("Account", {"Name": "next"})
    with pytest.raises(LoadProblem, match="state of format 0"):
        other.restore({"format": 0})


@pytest.mark.skipif(not MAVEN.exists(), reason="the pipeline data set is not part of the product")
def test_a_real_pipeline_has_its_published_totals():
    org = Org(lambda: datetime(2026, 11, 22, tzinfo=UTC))
    org.load(json.loads(MAVEN.read_text()))
    by_stage = query(
        org, "SELECT StageName, COUNT(Id) n FROM Opportunity GROUP BY StageName ORDER BY COUNT(Id) DESC"
    ).groups
    assert [group["n"] for group in by_stage] == [4238, 2473, 1589, 500]
    won = query(org, "SELECT SUM(Amount) total FROM Opportunity WHERE IsWon = true").groups
    assert won == [{"total": 10_005_534}]
    top = query(
        org,
        "SELECT Owner.Name, SUM(Amount) total FROM Opportunity WHERE IsWon = true "
        "GROUP BY Owner.Name ORDER BY SUM(Amount) DESC LIMIT 1",
    )
    assert top.groups == [{"Name": "Darcel Schlecht", "total": 1_153_214}]
