"""Loads a CRM-shaped JSON document into an org.

Keys, all optional: `organization`, `multi_currency`, `currencies`, `dated_rates`, `custom_fields`, `user_roles`,
`users`, `accounts`, `products`, `contracts`, `stages`, `opportunities` (with nested `Lines`, `Splits`, `Team`) and
`ignore`. Records use API names. Amounts are strings or integers. A key that is neither a field of the object nor
listed in `ignore` (default `["SourceKey"]`) is refused, as is a value that does not fit its field: nothing is dropped
or rounded in silence. Required fields may be null, as in records older than the requirement. After a LoadProblem throw
the org away.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from sys import intern
from typing import TYPE_CHECKING, Any

from sandbox.salesforce.errors import ApiError, LoadProblem
from sandbox.salesforce.ids import id18, looks_like_id
from sandbox.salesforce.records.automation import before_save, stage_history
from sandbox.salesforce.records.load_setup import CHILDREN, SECTIONS, SETUP_KEYS, load_setup, take_stages
from sandbox.salesforce.records.values import canonical, stored
from sandbox.salesforce.schema import NUMBERS, Row, SObject

if TYPE_CHECKING:
    from sandbox.salesforce.state import Org

Record = Mapping[str, Any]
_REPEATED = frozenset({"picklist", "date", "datetime", "reference"})  # the same few texts in most records: kept once


def load_document(org: "Org", document: Record) -> None:
    """Load a document; LoadProblem names the record and what is wrong with it."""
    _check_keys(document)
    load_setup(org, document)
    loader = _Loader(org, frozenset(document.get("ignore", ["SourceKey"])))
    for section, sobject in SECTIONS.items():
        if section == "opportunities":
            take_stages(org, document.get("stages", ()), document.get("opportunities", ()))
        loader.section(section, org.schema.get(sobject), document.get(section, ()))
    loader.check_references()


def _check_keys(document: Record) -> None:
    known = {*SECTIONS, *SETUP_KEYS, "stages", "ignore"}
    unknown = [
        key for key, value in document.items() if key not in known and value and key not in document.get("ignore", ())
    ]
    if unknown:
        raise LoadProblem(f"unknown keys {unknown}: expected some of {sorted(known)}, or list them in `ignore`")


class _Loader:
    """Turns the records of one document into rows."""

    def __init__(self, org: "Org", ignore: frozenset[str]) -> None:
        self.org, self.ignore = org, ignore
        self.pending: list[tuple[str, str, str, str]] = []

    def section(self, section: str, sobject: SObject, records: Iterable[Record]) -> None:
        """Load one list of the document."""
        for place, record in enumerate(records):
            self._record(f"{section}[{place}] ({record.get('Id', 'no Id')})", sobject, record)

    def _record(self, where: str, sobject: SObject, record: Record) -> None:
        nested = CHILDREN.get(sobject.name, {})
        apart = {*nested, *self.ignore, *(("ListPrice",) if sobject.name == "Product2" else ())}
        values = self._values(where, sobject, {name: value for name, value in record.items() if name not in apart})
        lines = record.get("Lines") or ()
        if sobject.name == "Opportunity":
            values["HasOpportunityLineItem"] = bool(lines)
        row = self._put(where, sobject, values, None)
        if record.get("ListPrice") is not None and sobject.name == "Product2":
            self._price(where, row, record["ListPrice"])
        for key, child in nested.items():
            for place, each in enumerate(record.get(key) or ()):
                self._child(f"{where}.{key}[{place}]", self.org.schema.get(child), each, row)
        if lines and "Amount" not in record:
            self._total(row)
        if sobject.name == "Opportunity":
            created = {name: row[name] for name in ("CreatedDate", "CreatedById")}
            self.org.tables.load("OpportunityHistory", [stage_history(self.org, None, row) | created])

    def _child(self, where: str, sobject: SObject, record: Record, parent: Row) -> None:
        kept = {name: value for name, value in record.items() if name not in self.ignore}
        values = {"OpportunityId": parent["Id"], **self._values(where, sobject, kept)}
        if sobject.name == "OpportunityLineItem" and values.get("Product2Id"):
            entries = self.org.tables["PricebookEntry"].find("Product2Id", values["Product2Id"])
            values.setdefault("PricebookEntryId", entries[0]["Id"] if entries else None)
        self._put(where, sobject, values, parent)

    def _price(self, where: str, product: Row, price: Any) -> None:
        sobject = self.org.schema.get("PricebookEntry")
        values = self._values(where, sobject, {"Product2Id": product["Id"], "UnitPrice": price, "IsActive": True})
        self._put(where, sobject, values, product)

    def _total(self, deal: Row) -> None:
        lines = self.org.tables["OpportunityLineItem"].find("OpportunityId", deal["Id"])
        deal["Amount"] = canonical(sum((Decimal(str(line["TotalPrice"] or 0)) for line in lines), Decimal(0)))

    def _values(self, where: str, sobject: SObject, record: Record) -> Row:
        out: Row = {}
        for name, value in record.items():
            field = sobject.fields.get(name)
            if field is None:
                remedy = "declare it in `custom_fields` or list it in `ignore`"
                raise LoadProblem(f"{where}: {name} is no field of {sobject.name}: {remedy}")
            try:
                kept = stored(field, value)
                out[name] = intern(kept) if field.type in _REPEATED and isinstance(kept, str) else kept
            except ApiError as problem:
                raise LoadProblem(f"{where}: {name}: {problem.message}") from None
            if field.type in NUMBERS and value is not None and out[name] != Decimal(value):
                raise LoadProblem(f"{where}: {name}: {value} has more than {field.scale} decimals")
        return out

    def _put(self, where: str, sobject: SObject, values: Row, parent: Row | None) -> Row:
        org = self.org
        row = dict(sobject.defaults)
        if "OwnerId" in sobject.fields:
            row["OwnerId"] = org.integration_user
        if "CurrencyIsoCode" in sobject.fields:
            row["CurrencyIsoCode"] = parent["CurrencyIsoCode"] if parent else org.corporate_currency
        row = org.born(sobject.name, row | values) | values
        self._stamp(row, values, parent)
        row["Id"] = self._id(where, sobject, row["Id"])
        before_save(org, sobject.name, None, row)
        org.tables.load(sobject.name, [row])
        self._note_references(where, sobject, values)
        return row

    def _note_references(self, where: str, sobject: SObject, values: Row) -> None:
        """Remember references to records that have not come yet."""
        for name, field in sobject.references():
            value, target = values.get(name), field.reference_to[0]
            if value is not None and value not in self.org.tables[target].rows:
                self.pending.append((where, name, str(value), target))

    def _stamp(self, row: Row, values: Row, parent: Row | None) -> None:
        """Missing stamps follow from those given: created, then modified, then the system's."""
        for name in ("CreatedDate", "LastModifiedDate", "SystemModstamp"):
            if values.get(name) is None:
                earlier = {"LastModifiedDate": "CreatedDate", "SystemModstamp": "LastModifiedDate"}.get(name)
                if parent is not None:
                    row[name] = parent[name]
                elif earlier is not None:
                    row[name] = row[earlier]

    def _id(self, where: str, sobject: SObject, value: object) -> str:
        text = str(value)
        if not looks_like_id(text) or not text.startswith(sobject.prefix):
            raise LoadProblem(
                f"{where}: {text} is no {sobject.name} id: expected 15 or 18 characters from {sobject.prefix}"
            )
        if id18(text) in self.org.tables[sobject.name].rows:
            raise LoadProblem(f"{where}: the id {text} occurs twice")
        return id18(text)

    def check_references(self) -> None:
        """Every reference names a record, whatever the order in which they came."""
        for where, name, value, target in self.pending:
            if value not in self.org.tables[target].rows:
                raise LoadProblem(f"{where}: {name} {value} names no {target}")
