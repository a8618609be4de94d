"""Turns one record of the document into values of the portal, and says what it cannot."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.hubspot.errors import LoadProblem
from sandbox.hubspot.loading.numbers import Numbers
from sandbox.hubspot.loading.texts import TYPES, number_text, plain, property_name, stamp
from sandbox.hubspot.records.tables import Record
from sandbox.hubspot.schema import ObjectType

if TYPE_CHECKING:
    from sandbox.hubspot.state import Portal

Given = Mapping[str, Any]
LEFT_OUT = frozenset(
    {
        "Id", "IsDeleted", "MasterRecordId", "CreatedDate", "LastModifiedDate", "SystemModstamp", "CurrencyIsoCode",
        "OwnerId", "Alias", "ForecastCategory", "Probability",
    }
)  # fmt: skip
"""Keys that become something else than a property of their own, or that a portal works out for itself."""


@dataclass(slots=True)
class Taking:
    """What is being loaded, and what is known of it already."""

    portal: "Portal"
    numbers: Numbers
    ignore: frozenset[str]
    fields: dict[str, dict[str, str]] = field(default_factory=dict)
    """By type: custom fields and their types in the document."""

    def values(
        self, where: str, kind: ObjectType, given: Given, standard: Mapping[str, str], handled: frozenset[str]
    ) -> dict[str, str]:
        """Give the texts of a record; an owner is a number, and what has no place is refused."""
        out: dict[str, str] = {}
        custom = self.fields.get(kind.id, {})
        for name, value in given.items():
            if name in self.ignore or name in handled or name in LEFT_OUT or value is None:
                continue
            if name in standard:
                out[standard[name]] = self._standard(kind, standard[name], value, f"{where}: {name}")
            elif name in custom:
                out[property_name(name)] = self._custom(custom[name], value, f"{where}: {name}")
            else:
                raise LoadProblem(f"{where}: {name} has no place in a portal: list it in `ignore`")
        if given.get("OwnerId") is not None:
            out["hubspot_owner_id"] = str(self.numbers.of("users", given["OwnerId"], where))
        return {name: text for name, text in out.items() if text}

    def _standard(self, kind: ObjectType, name: str, value: Any, where: str) -> str:
        wanted = kind.properties[name].type
        return str(value) if wanted == "enumeration" else plain(wanted, value, where)

    def _custom(self, declared: str, value: Any, where: str) -> str:
        if declared == "reference":
            return str(self.numbers.anywhere(value, where))
        written = TYPES[declared][0]
        return number_text(value, where) if written == "number" else plain(written, value, where)

    def record(self, number: int, values: dict[str, str], given: Given, where: str) -> Record:
        """Make a record with the stamps of the document; missing ones follow from those given."""
        try:
            created = stamp(given["CreatedDate"]) if given.get("CreatedDate") else self.portal.now_ms()
            changed = given.get("SystemModstamp") or given.get("LastModifiedDate")
            updated = stamp(changed) if changed else created
        except ValueError as problem:
            raise LoadProblem(f"{where}: {problem}") from None
        if not given.get("CreatedDate"):
            created = min(created, updated)
        return Record(number, values, created, updated, updated if given.get("IsDeleted") else None)
