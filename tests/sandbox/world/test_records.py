"""The load document: ids, references, money, calendars."""

import re
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest

from tests.sandbox.world.reading import by_id, rows, world

PREFIXES = {
    "users": "005", "accounts": "001", "opportunities": "006", "user_roles": "00E", "products": "01t",
    "contracts": "800",
}  # fmt: skip
MONEY = re.compile(r"-?\d+(\.\d\d)?")
FIRST_YEAR = "2023-02-01"


def _letter(five: str) -> str:
    bits = "".join("1" if char in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" else "0" for char in reversed(five))
    return "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"[int(bits, 2)]


@pytest.mark.parametrize("kind", PREFIXES)
def test_ids_are_unique_and_well_formed(kind):
    ids = [record["Id"] for record in world(7, 2000).document[kind]]

    assert len(set(ids)) == len(ids)
    for each in ids:
        assert each.startswith(PREFIXES[kind])
        assert each[15:] == "".join(_letter(each[i : i + 5]) for i in (0, 5, 10))


def test_ids_differ_in_more_than_case_folding_can_see():
    """Some ids are equal but for case, as in a real org: whoever folds case loses records."""
    ids = [record["Id"][:15] for record in world(7, 2000).document["opportunities"]]

    assert len({each.lower() for each in ids}) < len(ids)


REFERENCES = [
    ("users", "ManagerId", "users"), ("users", "UserRoleId", "user_roles"),
    ("user_roles", "ParentRoleId", "user_roles"),
    ("accounts", "ParentId", "accounts"), ("accounts", "OwnerId", "users"), ("accounts", "MasterRecordId", "accounts"),
    ("contracts", "AccountId", "accounts"), ("contracts", "OwnerId", "users"),
    ("contracts", "Opportunity__c", "opportunities"), ("opportunities", "AccountId", "accounts"),
    ("opportunities", "OwnerId", "users"), ("opportunities", "Prior_Opportunity__c", "opportunities"),
    ("opportunities", "Renewed_Contract__c", "contracts"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "field", "target"), REFERENCES)
def test_every_reference_resolves(kind, field, target):
    made = world()
    found = [record[field] for record in made.document[kind] if record.get(field)]

    assert found
    assert set(found) <= by_id(made, target).keys()


def test_lines_splits_and_teams_resolve():
    made = world()
    users, products = by_id(made, "users"), by_id(made, "products")
    for deal in made.document["opportunities"]:
        assert {line["Product2Id"] for line in deal["Lines"]} <= products.keys()
        assert {split["SplitOwnerId"] for split in deal["Splits"]} <= users.keys()
        assert {member["UserId"] for member in deal["Team"]} <= users.keys()


def test_people_files_name_people_and_accounts_of_the_document():
    made = world()
    emails = {user["Email"] for user in made.document["users"]}
    accounts = by_id(made, "accounts")
    for file in ("roles", "reporting", "enrolments", "quotas"):
        assert {row["payee"] for row in rows(made, f"people/{file}.csv")} <= emails
    assert {row["manager"] for row in rows(made, "people/reporting.csv")} <= emails
    assert {row["value"] for row in rows(made, "people/roles.csv") if row["scope"] == "account"} <= accounts.keys()
    assert {row["account"] for row in rows(made, "lists/named_accounts.csv")} <= accounts.keys()


def test_nothing_refers_to_the_loser_of_a_merge():
    made = world()
    losers = {account["Id"] for account in made.document["accounts"] if account.get("MasterRecordId")}

    assert losers
    assert not losers & {deal["AccountId"] for deal in made.document["opportunities"]}
    assert not losers & {contract["AccountId"] for contract in made.document["contracts"]}


def test_money_is_text_with_at_most_two_decimals_and_none_in_yen():
    for deal in world().document["opportunities"]:
        amounts = [deal["Amount"], deal["ACV__c"], *(line["TotalPrice"] for line in deal["Lines"])]
        for amount in (amount for amount in amounts if amount is not None):
            assert MONEY.fullmatch(amount)
            assert deal["CurrencyIsoCode"] != "JPY" or "." not in amount


def test_lines_add_up_to_the_amount():
    for deal in (deal for deal in world().document["opportunities"] if deal["Amount"] is not None):
        assert sum(Decimal(line["TotalPrice"]) for line in deal["Lines"]) == Decimal(deal["Amount"])


def test_splits_add_up_to_a_hundred_percent():
    split = [deal["Splits"] for deal in world(7, 2000).document["opportunities"] if deal["Splits"]]
    for shares in split:
        assert sum(Decimal(share["SplitPercentage"]) for share in shares) == 100
        assert len({share["SplitOwnerId"] for share in shares}) == len(shares)
    kinds = {tuple(sorted(share["SplitPercentage"] for share in shares)) for shares in split}

    assert kinds == {("50", "50"), ("40", "60"), ("33.33", "33.33", "33.34")}


def test_dated_rates_cover_the_history_without_gap_or_overlap():
    made = world()
    for code in ("EUR", "GBP", "JPY"):
        rates = [rate for rate in made.document["dated_rates"] if rate["IsoCode"] == code]

        assert rates[0]["StartDate"] == FIRST_YEAR
        assert [rate["StartDate"] for rate in rates[1:]] == [rate["NextStartDate"] for rate in rates[:-1]]
        assert len({rate["ConversionRate"] for rate in rates}) > 30
        assert all(re.fullmatch(r"\d+\.\d{6}", rate["ConversionRate"]) for rate in rates)


def test_contracts_of_an_account_follow_each_other():
    made = world(7, 2000)
    chains = {}
    for contract in sorted(made.document["contracts"], key=lambda each: each["StartDate"]):
        chains.setdefault(contract["AccountId"], []).append(contract)
    for chain in chains.values():
        for before, after in pairwise(chain):
            assert date.fromisoformat(after["StartDate"]) == date.fromisoformat(before["EndDate"]) + timedelta(days=1)
            assert before["Cancelled_On__c"] is None

    assert max(len(chain) for chain in chains.values()) >= 3


def test_renewals_close_before_the_old_contract_ends_and_name_it():
    made = world(7, 2000)
    contracts, deals = by_id(made, "contracts"), by_id(made, "opportunities")
    renewals = [deal for deal in deals.values() if deal["Type"] == "Renewal"]
    for deal in renewals:
        old = contracts.get(deal["Renewed_Contract__c"])
        if old is None:
            (old,) = [each for each in contracts.values() if each["Opportunity__c"] == deal["Prior_Opportunity__c"]]
        assert old["AccountId"] == deal["AccountId"]
        assert old["StartDate"] < deal["CloseDate"] <= old["EndDate"]

    assert {bool(deal["Prior_Opportunity__c"]) for deal in renewals} == {True, False}


def test_a_cancelled_contract_has_its_churn_deal_that_day():
    made = world(7, 2000)
    churned = {
        (deal["AccountId"], deal["CloseDate"], deal["Amount"])
        for deal in made.document["opportunities"]
        if deal["Type"] == "Churn"
    }
    cancelled = {
        (contract["AccountId"], contract["Cancelled_On__c"], f"-{contract['ACV__c']}")
        for contract in made.document["contracts"]
        if contract["Status"] == "Cancelled"
    }

    assert cancelled == churned
    assert len(cancelled) > 10


def test_deals_were_created_before_they_closed_unless_declared():
    made = world()
    declared = {piece["record"] for piece in made.answer_key["dirt"] if piece["kind"] == "backdated"}
    late = {deal["Id"] for deal in made.document["opportunities"] if deal["CreatedDate"][:10] > deal["CloseDate"]}

    assert late == declared


def test_only_declared_duplicates_repeat_account_amount_and_date():
    made = world(7, 2000)
    deals = made.document["opportunities"]
    count = Counter((deal["AccountId"], deal["Amount"], deal["CloseDate"]) for deal in deals)
    declared = {piece["record"] for piece in made.answer_key["dirt"] if piece["kind"] == "duplicate"}
    repeated = [deal for deal in deals if count[deal["AccountId"], deal["Amount"], deal["CloseDate"]] > 1]

    assert len(repeated) == 2 * len(declared)
    assert declared <= {deal["Id"] for deal in repeated}


def test_names_and_notes_are_hard_on_careless_readers():
    document = world().document
    names = {account["Name"] for account in document["accounts"]}

    assert {"NA", "None", "株式会社みなと", 'O\'Neill & Sons "The Best"'} <= names
    assert any("\n" in (deal["Description"] or "") for deal in document["opportunities"])
    assert any(not user["Name"].isascii() for user in document["users"])
    assert all(user["Email"].isascii() for user in document["users"])


def test_open_deals_close_after_the_history_and_closed_ones_inside():
    for deal in world().document["opportunities"]:
        assert (deal["CloseDate"] >= "2026-11-01") != deal["IsClosed"]
        assert deal["SystemModstamp"] < "2026-11-01"
        assert deal["CloseDate"] >= FIRST_YEAR
