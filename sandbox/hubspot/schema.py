"""Object types and their properties: what the portal knows, standard and custom."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sandbox.hubspot.clock import iso
from sandbox.hubspot.errors import validation

ALWAYS = ("createdate", "hs_lastmodifieddate", "hs_object_id")
"""Properties that every answer shows, whatever was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One value of an enumeration."""

    value: str
    label: str
    order: int = -1
    hidden: bool = False

    def shown(self) -> dict[str, Any]:
        """Shape of the API."""
        return {"label": self.label, "value": self.value, "displayOrder": self.order, "hidden": self.hidden}


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """The definition of one property."""

    name: str
    label: str
    type: str
    field_type: str
    group: str
    description: str = ""
    options: tuple[Option, ...] = ()
    order: int = -1
    hubspot_defined: bool = False
    calculated: bool = False
    read_only: bool = False
    unique: bool = False
    owner: bool = False
    hidden: bool = False
    form_field: bool = False
    currency: bool = False
    archived: bool = False
    changed_ms: int = 0
    created_ms: int = 0

    @property
    def many(self) -> bool:
        """Whether a value may hold several options, separated by semicolons."""
        return self.field_type == "checkbox"

    def shown(self) -> dict[str, Any]:
        """Shape of the API."""
        shown: dict[str, Any] = {
            "name": self.name,
            "label": self.label,
            "type": self.type,
            "fieldType": self.field_type,
            "description": self.description,
            "groupName": self.group,
            "options": [option.shown() for option in self.options],
            "displayOrder": self.order,
            "calculated": self.calculated,
            "externalOptions": self.owner,
            "hasUniqueValue": self.unique,
            "hidden": self.hidden,
            "hubspotDefined": self.hubspot_defined,
            "formField": self.form_field,
            "archived": self.archived,
            "dataSensitivity": "non_sensitive",
            "modificationMetadata": {
                "archivable": not self.hubspot_defined,
                "readOnlyDefinition": self.hubspot_defined,
                "readOnlyOptions": self.hubspot_defined,
                "readOnlyValue": self.read_only,
            },
        }
        if not self.hubspot_defined:
            shown |= {"createdAt": iso(self.created_ms), "updatedAt": iso(self.changed_ms)}
        if self.owner:
            shown["referencedObjectType"] = "OWNER"
        if self.currency:
            shown |= {"showCurrencySymbol": True, "numberDisplayHint": "currency"}
        return shown


@dataclass(slots=True, kw_only=True, eq=False)
class ObjectType:
    """One type of object, standard or made by the customer."""

    id: str
    singular: str
    plural: str
    label: str
    defaults: tuple[str, ...]
    required: tuple[str, ...] = ()
    searchable: tuple[str, ...] = ()
    properties: dict[str, Property] = field(default_factory=dict)
    gone: dict[str, Property] = field(default_factory=dict)
    groups: dict[str, dict[str, Any]] = field(default_factory=dict)
    custom: dict[str, Any] | None = None
    """What a custom object's schema says besides."""

    @property
    def code(self) -> str:
        """The word for the type in messages."""
        return self.singular.upper()

    def add(self, new: Property) -> None:
        """Add a property, or replace the one of that name."""
        self.properties[new.name] = new
        self.groups.setdefault(
            new.group,
            {"name": new.group, "label": label_of(new.group), "displayOrder": -1, "archived": False},
        )

    def reads(self, name: str) -> bool:
        """Whether the API shows a property of this name; dates of stages are shown without being listed."""
        return name in self.properties or (self.id == "0-3" and name.startswith("hs_v2_date_"))


class Schema:
    """All types, by any of the names that an address may use."""

    def __init__(self) -> None:
        self._types: dict[str, ObjectType] = {}
        self._names: dict[str, ObjectType] = {}

    def __iter__(self) -> Iterator[ObjectType]:
        return iter(self._types.values())

    def add(self, new: ObjectType, *names: str) -> None:
        """Add a type with further names."""
        self._types[new.id] = new
        for name in (new.id, new.singular, new.plural, *names):
            self._names[name.lower()] = new

    def remove(self, old: ObjectType) -> None:
        """Forget a type."""
        del self._types[old.id]
        self._names = {name: kind for name, kind in self._names.items() if kind is not old}

    def get(self, segment: str) -> ObjectType:
        """Find a type by a segment of an address; refused when there is none."""
        found = self._names.get(segment.lower())
        if found is None:
            raise validation(f"Unable to infer object type from: {segment}")
        return found

    def find(self, segment: str) -> ObjectType | None:
        """Find a type, or nothing."""
        return self._names.get(segment.lower())


def label_of(name: str) -> str:
    """Make a label of a name.

    >>> label_of("hs_deal_stage_probability"), label_of("dealinformation")
    ('Deal Stage Probability', 'Dealinformation')
    """
    return name.removeprefix("hs_").replace("_", " ").title()
