"""The generated company as a book: a small converter of its own, so that the engine is tested without connectors."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

from engine import frames as f
from engine.book import Book, Rules
from engine.documents.company.people import read_enrolments, read_list, read_quotas, read_reporting, read_roles
from engine.documents.reading import read_company, read_engagement, read_plan
from engine.money import parse_amount
from sandbox.world import World
from tests.engine.builders import book, frame

CONFIG = Path(__file__).parents[2] / "config"
MOTIONS = {
    "New Business": "new_business",
    "Renewal": "renewal",
    "Upsell": "upsell",
    "Cross-sell": "cross_sell",
    "Downgrade": "downgrade",
    "Churn": "churn",
    "Services": "services",
}


def demo_rules() -> Rules:
    """The documents of the demo company."""
    plans = [read_plan(file.read_text(), file.name).rows for file in sorted((CONFIG / "plans").glob("*.yaml"))]
    company = read_company((CONFIG / "company.yaml").read_text(), "company.yaml").rows
    engagement = read_engagement((CONFIG / "engagement/harbour.yaml").read_text(), "harbour.yaml").rows
    assert company
    assert engagement
    assert all(plans)
    return Rules(company=company, engagements=(engagement,), plans=tuple(plan for plan in plans if plan))


def book_of(world: World) -> Book:
    """Every frame of the book, from the load document and the people files."""
    document = world.document
    alive = [row for row in document["opportunities"] if not row.get("IsDeleted")]
    accounts = frame(f.Accounts, [_account(row) for row in document["accounts"] if not row.get("IsDeleted")])
    people = frame(f.People, [_person(row) for row in document["users"]])
    files = world.people
    return book(
        accounts=accounts.to_dicts(),
        people=people.to_dicts(),
        deals=[_deal(row) for row in alive],
        splits=[_split(row["Id"], split) for row in alive for split in row["Splits"]],
        contracts=[_contract(row) for row in document["contracts"]],
        fx_rates=[_rate(row) for row in document["dated_rates"]],
        role_holdings=read_roles(files["people/roles.csv"], "roles", people).rows.to_dicts(),
        reporting_lines=read_reporting(files["people/reporting.csv"], "reporting", people).rows.to_dicts(),
        enrolments=read_enrolments(files["people/enrolments.csv"], "enrolments", people).rows.to_dicts(),
        quotas=read_quotas(files["people/quotas.csv"], "quotas", people).rows.to_dicts(),
        list_entries=read_list(files["lists/named_accounts.csv"], "list", "named_accounts", accounts).rows.to_dicts(),
    )


def _account(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "account_id": row["Id"],
        "name": row["Name"],
        "owner_id": row["OwnerId"],
        "industry": row["Industry"],
        "country": row["BillingCountry"],
        "segment": row["Segment__c"],
        "territory": row["Territory__c"],
        "employees": row["NumberOfEmployees"],
    }


def _person(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "person_id": row["Id"],
        "user_id": row["Id"],
        "name": row["Name"],
        "email": row["Email"],
        "active": row["IsActive"],
        "manager_id": row["ManagerId"],
    }


def _deal(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "deal_id": row["Id"],
        "name": row["Name"],
        "account_id": row["AccountId"],
        "owner_id": row["OwnerId"],
        "type": row["Type"],
        "motion": MOTIONS.get(row["Type"]),
        "stage": row["StageName"],
        "is_won": row["IsWon"],
        "is_closed": row["IsClosed"],
        "created_on": row["CreatedDate"][:10],
        "closed_on": row["CloseDate"],
        "amount_micros": _micros(row["Amount"]),
        "acv_micros": _micros(row["ACV__c"]),
        "currency": row["CurrencyIsoCode"],
        "source": row["LeadSource"],
        "term_months": row["Term_Months__c"],
        "starts_on": row["Start_Date__c"],
        "prior_deal_id": row["Prior_Opportunity__c"],
        "renewed_contract_id": row["Renewed_Contract__c"],
    }


def _split(deal_id: str, row: dict[str, Any]) -> dict[str, Any]:
    share = Fraction(row["SplitPercentage"]) / 100
    return {
        "deal_id": deal_id,
        "user_id": row["SplitOwnerId"],
        "share_num": share.numerator,
        "share_den": share.denominator,
    }


def _contract(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "contract_id": row["Id"],
        "account_id": row["AccountId"],
        "origin_deal_id": row["Opportunity__c"],
        "starts_on": row["StartDate"],
        "ends_on": row["EndDate"],
        "acv_micros": _micros(row["ACV__c"]),
        "currency": row["CurrencyIsoCode"],
        "cancelled_on": row["Cancelled_On__c"],
    }


def _rate(row: dict[str, Any]) -> dict[str, Any]:
    """The CRM states units of the currency for one of the company's; the book the other way round."""
    rate = 1 / Fraction(row["ConversionRate"])
    until = date.fromisoformat(row["NextStartDate"])
    return {
        "currency": row["IsoCode"],
        "from_on": row["StartDate"],
        "until_on": None if until == date(9999, 12, 31) else until,
        "rate_num": rate.numerator,
        "rate_den": rate.denominator,
    }


def _micros(text: str | None) -> int | None:
    return None if text is None else parse_amount(text)
