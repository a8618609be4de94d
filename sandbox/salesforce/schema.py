"""Objects and fields: what exists in the org. Who may see it is `access.py`'s."""

import re
from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass, field
from decimal import Decimal

from sandbox.salesforce.errors import no_such_type

Value = str | int | bool | Decimal | None
Row = dict[str, Value]
NUMBERS = frozenset({"currency", "double", "percent"})
TEXTS = frozenset({"string", "textarea", "picklist", "email", "phone", "url", "multipicklist"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of an object, with the attributes that `describe` shows."""

    name: str
    type: str
    label: str
    length: int = 0
    precision: int = 0
    scale: int = 0
    createable: bool = True
    updateable: bool = True
    required: bool = False
    reference_to: tuple[str, ...] = ()
    relationship_name: str | None = None
    child_name: str | None = None  # what the parent calls the records that refer to it
    picklist: tuple[str, ...] = ()
    restricted: bool = False
    external_id: bool = False
    unique: bool = False
    case_sensitive: bool = False
    name_field: bool = False
    display_format: str | None = None  # of an auto-number
    default: str | bool | None = None
    master_detail: bool = False
    calculated: bool = False
    summary: tuple[str, str, str] | None = None  # operation, Child.Field or Child, Child.MasterField
    help_text: str | None = None
    secured: bool = False  # created by a deploy: nobody sees it until a permission set grants it

    @property
    def custom(self) -> bool:
        """Whether an administrator made the field."""
        return self.name.endswith("__c")

    @property
    def permissionable(self) -> bool:
        """Whether field-level security applies; required fields and master-details are always visible."""
        return self.secured and not self.required and not self.master_detail

    @property
    def filterable(self) -> bool:
        """Whether WHERE and ORDER BY may name the field."""
        return self.type not in {"textarea", "address"}


@dataclass(slots=True, kw_only=True, eq=False)
class SObject:
    """One object (table) of the org."""

    name: str
    label: str
    plural: str
    prefix: str
    setup: bool = False  # configuration: no IsDeleted, no delete, not replicated
    money: bool = False  # carries CurrencyIsoCode once multi-currency is on
    sharing: str = "ReadWrite"
    secured: bool = False  # created by a deploy: nobody reads it until a permission set grants it
    fields: dict[str, Field] = field(default_factory=dict)
    _names: dict[str, str] = field(default_factory=dict)
    relationships: dict[str, Field] = field(default_factory=dict)
    defaults: Row = field(default_factory=dict)
    numbered: list[Field] = field(default_factory=list)
    _references: dict[str, Field] = field(default_factory=dict)

    @property
    def custom(self) -> bool:
        """Whether an administrator made the object."""
        return self.name.endswith("__c")

    def copied(self) -> "SObject":
        """Give an object that can be changed without changing this one; fields never change."""
        new = copy(self)
        for name in ("fields", "_names", "relationships", "_references", "defaults"):
            setattr(new, name, dict(getattr(self, name)))
        new.numbered = list(self.numbered)
        return new

    def add(self, new: Field) -> None:
        """Add a field, or replace the one of that name."""
        self.fields[new.name] = new
        self._names[new.name.lower()] = new.name
        self.defaults = {each.name: each.default for each in self.fields.values() if each.default is not None}
        self._references = {each.name: each for each in self.fields.values() if each.reference_to}
        self.numbered = [each for each in self.fields.values() if each.display_format]
        if new.relationship_name:
            self.relationships[new.relationship_name.lower()] = new

    def remove(self, name: str) -> None:
        """Take a field away."""
        kept = [each for each in self.fields.values() if each.name != name]
        self.fields, self._names, self.relationships = {}, {}, {}
        self.defaults, self._references, self.numbered = {}, {}, []
        for each in kept:
            self.add(each)

    def find(self, name: str) -> Field | None:
        """Find a field by its name in any case."""
        known = self._names.get(name.lower())
        return self.fields[known] if known else None

    def references(self) -> list[tuple[str, Field]]:
        """Give the fields that point at other records."""
        return list(self._references.items())

    @property
    def name_field(self) -> str | None:
        """The field that titles a record."""
        return next((each.name for each in self.fields.values() if each.name_field), None)


class Schema:
    """All objects of the org, by name in any case."""

    def __init__(self) -> None:
        self._objects: dict[str, SObject] = {}
        self.version = 0

    def __iter__(self) -> Iterator[SObject]:
        return iter(self._objects.values())

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._objects

    def add(self, new: SObject) -> None:
        """Add an object."""
        self._objects[new.name.lower()] = new
        self.version += 1

    def add_field(self, sobject: str, new: Field) -> None:
        """Add a field to an object, or replace the one of that name."""
        self.get(sobject).add(new)
        self.version += 1

    def remove(self, name: str) -> None:
        """Take an object away."""
        del self._objects[name.lower()]
        self.version += 1

    def remove_field(self, sobject: str, name: str) -> None:
        """Take a field of an object away."""
        self.get(sobject).remove(name)
        self.version += 1

    def get(self, name: str) -> SObject:
        """Find an object by name; INVALID_TYPE when there is none."""
        found = self._objects.get(name.lower())
        if found is None:
            raise no_such_type(name)
        return found

    def by_prefix(self, record_id: str) -> SObject | None:
        """Find the object that an id belongs to."""
        return next((each for each in self if each.prefix == record_id[:3]), None)

    def children(self, parent: str) -> Iterator[tuple[SObject, Field]]:
        """Give every reference field that points at an object."""
        for sobject in self:
            for each in sobject.fields.values():
                if parent in each.reference_to:
                    yield sobject, each


def label_of(name: str) -> str:
    """Make a label of an API name.

    >>> label_of("NumberOfEmployees"), label_of("Term_Months__c"), label_of("OwnerId")
    ('Number Of Employees', 'Term Months', 'Owner ID')
    """
    plain = name.removesuffix("__c").replace("_", " ")
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", plain)
    return re.sub(r"\bId$", "ID", spaced)
