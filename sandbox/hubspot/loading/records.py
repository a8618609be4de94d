"""Accounts, products and contracts of the document."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from sandbox.hubspot.bodies import SchemaBody
from sandbox.hubspot.loading.numbers import KINDS
from sandbox.hubspot.loading.setup import add_options, add_property
from sandbox.hubspot.loading.taking import Taking
from sandbox.hubspot.loading.texts import upper_snake
from sandbox.hubspot.rest.schemas import made
from sandbox.hubspot.schema import ObjectType

if TYPE_CHECKING:
    from sandbox.hubspot.state import Portal

Given = Mapping[str, Any]
COMPANY, PRODUCT, CHILD = "0-2", "0-7", 13
_ACCOUNT = {
    "Name": "name",
    "Industry": "industry",
    "NumberOfEmployees": "numberofemployees",
    "AnnualRevenue": "annualrevenue",
    "BillingStreet": "address",
    "BillingCity": "city",
    "BillingState": "state",
    "BillingPostalCode": "zip",
    "BillingCountry": "country",
    "Phone": "phone",
    "Website": "website",
    "Description": "description",
}
_PRODUCT = {
    "Name": "name",
    "ProductCode": "hs_sku",
    "Description": "description",
    "Family": "family",
    "ListPrice": "price",
}
_CONTRACT = {"StartDate": "start_date", "EndDate": "end_date", "ContractTerm": "term_months", "Status": "status"}
_FIRST = {"accounts": 25_177_000_000, "products": 15_160_000_000, "opportunities": 35_447_000_000}
_FIRST_CONTRACT = 61_250_000_000


def number(taking: Taking, document: Given, contracts: ObjectType | None) -> None:
    """Number all records first: they point at one another."""
    for section, kind in KINDS.items():
        first = max(_FIRST[section], taking.portal.tables[kind].last_id)
        taking.numbers.give(section, document.get(section) or (), first)
    if contracts is not None:
        first = max(_FIRST_CONTRACT, taking.portal.tables[contracts.id].last_id)
        taking.numbers.give("contracts", document["contracts"], first)


def take_accounts(taking: Taking, accounts: Iterable[Given]) -> None:
    """Make companies. One that was merged leads to its master, which names it."""
    portal, accounts = taking.portal, list(accounts)
    kind, table, records, merged = portal.schema.get(COMPANY), portal.tables[COMPANY], [], {}
    industries = {str(account["Industry"]) for account in accounts if account.get("Industry")}
    add_options(kind, "industry", [(upper_snake(each), each) for each in sorted(industries)])
    for place, account in enumerate(accounts):
        where = f"accounts[{place}] ({account['Id']})"
        own = taking.numbers.of("accounts", account["Id"], where)
        values = taking.values(where, kind, account, _ACCOUNT, frozenset({"ParentId"}))
        if "industry" in values:
            values["industry"] = upper_snake(values["industry"])
        if account.get("MasterRecordId"):
            merged[own] = taking.numbers.of("accounts", account["MasterRecordId"], where)
            continue
        records.append(taking.record(own, values, account, where))
        if account.get("ParentId"):
            parent = taking.numbers.of("accounts", account["ParentId"], where)
            portal.links.link(portal.links.label(CHILD + 1), own, parent)
    table.fill(records)
    for old, new in merged.items():
        table.merged[old] = new
        names = table.live[new].values
        names["hs_merged_object_ids"] = ";".join(filter(None, [names.get("hs_merged_object_ids"), str(old)]))


def take_products(taking: Taking, products: Iterable[Given]) -> None:
    """Make products; the family is a property of the customer's."""
    portal, records = taking.portal, []
    kind, products = portal.schema.get(PRODUCT), list(products)
    add_property(kind, "family", "Family", "picklist", portal.now_ms())
    families = sorted({str(product["Family"]) for product in products if product.get("Family")})
    add_options(kind, "family", [(family, family) for family in families])
    for place, product in enumerate(products):
        where = f"products[{place}] ({product['Id']})"
        values = taking.values(where, kind, product, _PRODUCT, frozenset({"IsActive"}))
        own = taking.numbers.of("products", product["Id"], where)
        records.append(taking.record(own, values, product, where))
    portal.tables[PRODUCT].fill(records)


def contract_type(portal: "Portal") -> ObjectType:
    """Make the custom object that contracts are."""
    text, day = {"type": "string", "fieldType": "text"}, {"type": "date", "fieldType": "date"}
    definition = {
        "name": "contract",
        "labels": {"singular": "Contract", "plural": "Contracts"},
        "primaryDisplayProperty": "contract_name",
        "properties": [
            {"name": "contract_name", "label": "Name", **text},
            {"name": "start_date", "label": "Start date", **day},
            {"name": "end_date", "label": "End date", **day},
            {"name": "term_months", "label": "Term in months", "type": "number", "fieldType": "number"},
            {"name": "status", "label": "Status", **text},
            {"name": "currency", "label": "Currency", **text},
        ],
        "associatedObjects": ["COMPANY", "DEAL"],
    }
    return made(portal, msgspec.convert(definition, SchemaBody))


def take_contracts(taking: Taking, kind: ObjectType, contracts: Iterable[Given]) -> None:
    """Make contracts, each associated with its company."""
    portal, records = taking.portal, []
    to_company = portal.links.plain(kind.id, COMPANY)
    for place, contract in enumerate(contracts):
        where = f"contracts[{place}] ({contract['Id']})"
        own = taking.numbers.of("contracts", contract["Id"], where)
        values = taking.values(where, kind, contract, _CONTRACT, frozenset({"AccountId"}))
        values["contract_name"] = f"Contract {own}"
        if contract.get("CurrencyIsoCode"):
            values["currency"] = str(contract["CurrencyIsoCode"])
        records.append(taking.record(own, values, contract, where))
        company = taking.numbers.of("accounts", contract["AccountId"], where)
        portal.links.link(to_company, own, company)
    portal.tables[kind.id].fill(records)
