"""What a portal says of its own objects and properties, asked once a run and object."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from connectors.answers import json_reader
from connectors.hubspot.session import Connection
from connectors.port import NotAllowed
from engine.model import FieldInfo

STANDARD = frozenset({"companies", "contacts", "deals", "goal_targets", "line_items", "products"})
"""Objects that every portal has under these names; others are its custom objects."""

NUMBER, DATE, DATETIME, BOOL = "number", "date", "datetime", "bool"
TEXT_LENGTH = 65_536


class _Writability(msgspec.Struct, frozen=True):
    readOnlyValue: bool = False  # noqa: N815  HubSpot's key


class DescribedProperty(msgspec.Struct, frozen=True):
    """One property's definition."""

    name: str
    type: str
    calculated: bool = False
    modificationMetadata: _Writability = _Writability()  # noqa: N815
    referencedObjectType: str | None = None  # noqa: N815
    groupName: str = ""  # noqa: N815
    hasUniqueValue: bool = False  # noqa: N815

    @property
    def writable(self) -> bool:
        """Whether anybody may set it: HubSpot works out the others itself."""
        return not (self.calculated or self.modificationMetadata.readOnlyValue)

    def info(self) -> FieldInfo:
        """The connector-neutral form. HubSpot states no scale: money is written with two decimals."""
        scale = 2 if self.type == NUMBER else 0
        return FieldInfo(self.name, self.type, readable=True, writable=self.writable, scale=scale, length=TEXT_LENGTH)


class Described(msgspec.Struct, frozen=True):
    """One object: its name in the mapping, what paths call it, and its properties."""

    name: str
    path: str
    properties: tuple[DescribedProperty, ...]

    def by_name(self) -> Mapping[str, DescribedProperty]:
        """The properties by internal name."""
        return {each.name: each for each in self.properties}


class _Properties(msgspec.Struct):
    results: tuple[DescribedProperty, ...]


class _Schema(msgspec.Struct):
    name: str
    objectTypeId: str  # noqa: N815


class _Schemas(msgspec.Struct):
    results: list[_Schema]


def describe(connection: Connection, name: str) -> Described | None:
    """The object's definition; None where the portal has none of this name."""
    path = name if name in STANDARD else custom_objects(connection).get(name)
    return None if path is None else described_as(connection, name, path)


def described_as(connection: Connection, name: str, path: str) -> Described:
    """The definition of the object that paths call so."""
    api = connection.hubspot.crm.properties.core_api
    found = connection.ask(api.get_all, path, read=json_reader(_Properties))
    return Described(name, path, found.results)


def custom_objects(connection: Connection) -> Mapping[str, str]:
    """The type ids of the portal's custom objects by name; none where the subscription or the scopes give none."""
    try:
        found = connection.ask(connection.hubspot.crm.schemas.core_api.get_all, read=json_reader(_Schemas))
    except NotAllowed:
        return {}
    return {each.name: each.objectTypeId for each in found.results}
