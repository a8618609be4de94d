"""The generated company as a CRM-shaped load document: the records as Salesforce would hand them out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from random import Random
from typing import Any

from sandbox.world.company import Person, Staff
from sandbox.world.customers import Account
from sandbox.world.dates import add_months
from sandbox.world.deals import LOST, WON, Contract, Deal, History
from sandbox.world.ids import ORGANIZATION, Ids
from sandbox.world.money import text_of
from sandbox.world.products import Product
from sandbox.world.quotas import Quota
from sandbox.world.rates import CORPORATE, DECIMALS, TYPICAL, DatedRate, Rates, rate_text

Record = dict[str, Any]

PICK, MONEY = {"type": "picklist", "length": 255}, {"type": "currency", "precision": 18, "scale": 2}
LOOKUP = {"type": "reference", "length": 18}
OPENS_UTC, OFFICE_SECONDS = 14, 8 * 60 * 60
CUSTOM_FIELDS: dict[str, list[Record]] = {
    "Account": [
        {"name": "Segment__c", "label": "Segment", **PICK},
        {"name": "Territory__c", "label": "Territory", **PICK},
    ],
    "Contract": [
        {"name": "ACV__c", "label": "Annual Contract Value", **MONEY},
        {"name": "Opportunity__c", "label": "Origin", "reference_to": "Opportunity", **LOOKUP},
        {"name": "Cancelled_On__c", "label": "Cancelled On", "type": "date"},
    ],
    "Opportunity": [
        {"name": "Term_Months__c", "label": "Term in Months", "type": "double", "precision": 4, "scale": 0},
        {"name": "ACV__c", "label": "Annual Contract Value", **MONEY},
        {"name": "Start_Date__c", "label": "Start Date", "type": "date"},
        {"name": "Prior_Opportunity__c", "label": "Prior", "reference_to": "Opportunity", **LOOKUP},
        {"name": "Renewed_Contract__c", "label": "Renews", "reference_to": "Contract", **LOOKUP},
    ],
}  # fmt: skip


def load_document(rng: Random, ids: Ids, history: History, rates: Rates, products: Sequence[Product]) -> Record:
    """Everything the sandbox loads."""
    product_ids = {product.code: product.id for product in products}
    last_day = date.fromordinal(history.until.toordinal() - 1)
    return {
        "organization": _organization(ids),
        "multi_currency": True,
        "currencies": [_currency(code) for code in TYPICAL],
        "dated_rates": [_dated_rate(rate) for rate in rates.rows],
        "user_roles": _user_roles(history.staff),
        "users": _users(history.staff, history.until, last_day),
        "accounts": [_account(account) for account in history.customers.all],
        "products": [_product(product) for product in products],
        "contracts": [_contract(contract, history.until) for contract in history.contracts],
        "opportunities": [_opportunity(rng, deal, product_ids, history.until) for deal in history.deals],
        "custom_fields": CUSTOM_FIELDS,
        "ignore": ["quotas"],
    }


def quota_records(quotas: Iterable[Quota]) -> list[Record]:
    """Quotas for a CRM that keeps them as records, as HubSpot does; the people files have them for any."""
    return [_quota(quota) for quota in quotas]


def _quota(quota: Quota) -> Record:
    return {
        "UserId": quota.person.id,
        "Name": quota.name,
        "StartDate": str(quota.month),
        "EndDate": str(add_months(quota.month, 1)),
        "Amount": str(quota.dollars),
    }


def _organization(ids: Ids) -> Record:
    return {
        "Id": ids.next(ORGANIZATION),
        "Name": "Harbour Analytics",
        "TimeZoneSidKey": "America/New_York",
        "FiscalYearStartMonth": 2,
        "IsSandbox": True,
        "OrganizationType": "Enterprise Edition",
        "DefaultCurrencyIsoCode": CORPORATE,
    }


def _currency(code: str) -> Record:
    return {
        "IsoCode": code,
        "ConversionRate": rate_text(TYPICAL[code]),
        "DecimalPlaces": DECIMALS[code],
        "IsCorporate": code == CORPORATE,
        "IsActive": True,
    }


def _dated_rate(rate: DatedRate) -> Record:
    return {
        "IsoCode": rate.currency,
        "StartDate": str(rate.start),
        "NextStartDate": str(rate.next_start),
        "ConversionRate": rate.text,
    }


def _user_roles(staff: Staff) -> list[Record]:
    rows = [{"Id": staff.chief_role_id, "Name": "Chief Executive", "ParentRoleId": None}]
    for seat in staff.seats:
        parent = seat.boss.role_id if seat.boss else staff.chief_role_id
        name = f"{seat.role} {seat.name}" if seat.role == "AE" else seat.name
        rows.append({"Id": seat.role_id, "Name": name, "ParentRoleId": parent})
    return rows


def _users(staff: Staff, until: date, last_day: date) -> list[Record]:
    """The chief and everybody who ever sat on a seat; leavers are inactive."""
    users = [_user(staff.chief, staff.chief_role_id, "Executive", None, active=True)]
    for seat, tenure in staff.tenures:
        active = tenure.until is None or tenure.until >= until
        boss = seat.boss.holder(last_day) if seat.boss else None
        users.append(_user(tenure.person, seat.role_id, seat.region or "Worldwide", boss, active=active))
    return users


def _user(person: Person, role_id: str, department: str, boss: Person | None, *, active: bool) -> Record:
    return {
        "Id": person.id,
        "Username": person.email,
        "Name": person.name,
        "FirstName": person.first,
        "LastName": person.last,
        "Email": person.email,
        "Title": person.title,
        "Department": department,
        "ManagerId": boss.id if boss else None,
        "IsActive": active,
        "UserRoleId": role_id,
        "EmployeeNumber": f"{person.number:05d}",
        "DefaultCurrencyIsoCode": CORPORATE,
    }


def _account(account: Account) -> Record:
    row = {
        "Id": account.id,
        "Name": account.name,
        "Industry": account.industry,
        "NumberOfEmployees": account.employees,
        "AnnualRevenue": str(account.revenue),
        "BillingCountry": account.country,
        "BillingState": account.state,
        "ParentId": account.parent.id if account.parent else None,
        "OwnerId": account.owner.id,
        "Segment__c": account.segment,
        "Territory__c": account.territory,
        "CurrencyIsoCode": account.currency,
    }
    if account.merged_into:
        row |= {"IsDeleted": True, "MasterRecordId": account.merged_into.id}
    return row


def _product(product: Product) -> Record:
    return {
        "Id": product.id,
        "Name": product.name,
        "ProductCode": product.code,
        "Family": product.family,
        "IsActive": product.family != "Legacy",
    }


def _contract(contract: Contract, until: date) -> Record:
    status = "Expired" if contract.ends < until else "Activated"
    return {
        "Id": contract.id,
        "AccountId": contract.account.id,
        "StartDate": str(contract.starts),
        "EndDate": str(contract.ends),
        "ContractTerm": contract.months,
        "Status": "Cancelled" if contract.cancelled else status,
        "OwnerId": contract.owner.id,
        "ACV__c": text_of(contract.acv_cents),
        "Opportunity__c": contract.origin.id,
        "Cancelled_On__c": str(contract.cancelled) if contract.cancelled else None,
        "CurrencyIsoCode": contract.account.currency,
    }


def _opportunity(rng: Random, deal: Deal, product_ids: dict[str, str], until: date) -> Record:
    row = {
        "Id": deal.id,
        "Name": deal.name,
        "AccountId": deal.account.id if deal.account else None,
        "OwnerId": deal.owner.id if deal.owner else None,
        "StageName": deal.stage,
        "IsClosed": deal.stage in {WON, LOST},
        "IsWon": deal.won,
        "Amount": None if deal.amount_cents is None else text_of(deal.amount_cents),
        "CloseDate": str(deal.closes),
        "CreatedDate": _instant(rng, deal.created),
        "Type": deal.type,
        "LeadSource": deal.source,
        "CurrencyIsoCode": deal.currency,
        "Term_Months__c": deal.months,
        "ACV__c": None if deal.acv_cents is None else text_of(deal.acv_cents),
        "Start_Date__c": str(deal.starts) if deal.starts else None,
        "Prior_Opportunity__c": deal.prior.id if deal.prior else None,
        "Renewed_Contract__c": deal.renews.id if deal.renews else None,
        "Description": deal.note,
        "Lines": [
            {"Product2Id": product_ids[line.code], "Quantity": line.quantity, "TotalPrice": text_of(line.cents)}
            for line in deal.lines
        ],
        "Splits": [{"SplitOwnerId": person.id, "SplitPercentage": text_of(share)} for person, share in deal.splits],
        "Team": [{"UserId": deal.sourced_by.id, "TeamMemberRole": "SDR"}] if deal.sourced_by else [],
        "SystemModstamp": _instant(rng, min(max(deal.closes, deal.created), date.fromordinal(until.toordinal() - 1))),
    }
    if deal.deleted:
        row["IsDeleted"] = True
    return row


def _instant(rng: Random, day: date) -> str:
    """A moment in the office hours of New York on that day, as the CRM writes it."""
    minutes, second = divmod(rng.randrange(OFFICE_SECONDS), 60)
    hour, minute = divmod(minutes, 60)
    return f"{day}T{OPENS_UTC + hour}:{minute:02d}:{second:02d}.000+0000"
