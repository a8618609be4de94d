"""Loads a CRM-shaped JSON document into a portal: the same document that the stand-in Salesforce loads.

Keys, all optional: `organization`, `multi_currency`, `currencies`, `dated_rates`, `custom_fields`, `user_roles`,
`users`, `accounts`, `products`, `contracts`, `stages`, `opportunities` (with nested `Lines`, `Splits`, `Team`),
`quotas` and `ignore`. Users become owners, accounts companies, opportunities deals; contracts become a custom object;
custom fields become properties named without `__c`, in lower case. Ids become numbers (`portal.ids` tells which). A
key that has no place here and is not listed in `ignore` (default `["SourceKey"]`) is refused, as is a value that does
not fit: nothing is dropped in silence but what `LEFT_OUT` names. After a LoadProblem throw the portal away.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sandbox.hubspot.errors import LoadProblem
from sandbox.hubspot.loading import deals, people, records
from sandbox.hubspot.loading.numbers import Numbers
from sandbox.hubspot.loading.setup import DEAL, take_account, take_currencies, take_fields, take_stages
from sandbox.hubspot.loading.taking import Taking

if TYPE_CHECKING:
    from sandbox.hubspot.state import Portal

_SECTIONS = {"users", "accounts", "products", "contracts", "opportunities", "quotas"}
_SETUP = {"organization", "multi_currency", "currencies", "dated_rates", "custom_fields", "user_roles", "stages"}


def load_document(portal: "Portal", document: Mapping[str, Any]) -> None:
    """Load a document; LoadProblem names the record and what is wrong with it."""
    _check_keys(document)
    take_account(portal, document.get("organization") or {})
    take_currencies(portal, document.get("currencies") or (), document.get("dated_rates") or ())
    take_stages(portal, document.get("stages") or (), document.get("opportunities") or ())
    taking = Taking(portal, Numbers(), frozenset(document.get("ignore", ["SourceKey"])))
    fields = document.get("custom_fields") or {}
    people.take_users(taking, document.get("users") or (), fields.get("User") or ())
    contracts = records.contract_type(portal) if document.get("contracts") else None
    homes = {"Account": portal.schema.get("companies"), "Opportunity": portal.schema.get(DEAL), "Contract": contracts}
    sections = {"Account": "accounts", "Opportunity": "opportunities", "Contract": "contracts"}
    for name, declared in fields.items():
        home = homes.get(name)
        if home is not None:
            rows = document.get(sections[name]) or ()
            taking.fields[home.id] = take_fields(home, declared, rows, portal.now_ms())
        elif name not in {*homes, "User"}:
            raise LoadProblem(f"custom_fields.{name}: expected some of {sorted([*homes, 'User'])}")
    records.number(taking, document, contracts)
    records.take_accounts(taking, document.get("accounts") or ())
    records.take_products(taking, document.get("products") or ())
    if contracts is not None:
        records.take_contracts(taking, contracts, document["contracts"])
    deals.take_deals(taking, document.get("opportunities") or ())
    people.take_quotas(taking, document.get("quotas") or ())
    portal.ids |= taking.numbers.all()
    portal.reindex()


def _check_keys(document: Mapping[str, Any]) -> None:
    known = {*_SECTIONS, *_SETUP, "ignore"}
    unknown = [
        key for key, value in document.items() if key not in known and value and key not in document.get("ignore", ())
    ]
    if unknown:
        raise LoadProblem(f"unknown keys {unknown}: expected some of {sorted(known)}, or list them in `ignore`")
