"""Which fields of an object are asked for, and what for; whether the CRM has them is the connector's to find out."""

from __future__ import annotations

from dataclasses import dataclass

from connectors.canonical import FRAMES, Kind
from connectors.mapping import CrmMapping
from connectors.port import Refused


@dataclass(frozen=True, slots=True)
class Wanted:
    """A field somebody asks for, and what for."""

    field: str
    kind: Kind
    optional: bool


def mapped_fields(mapping: CrmMapping, crm_object: str) -> tuple[Wanted, ...]:
    """What the mapping asks of an object, associations too; the deal's team is named by fields of the deal."""
    frame = mapping.frame_of(crm_object)
    if frame is None:
        raise Refused(f"{crm_object} is not in the mapping.")
    mapped = mapping.objects[frame]
    team = tuple(mapping.team.values()) if frame == "deals" else ()
    return (
        *(Wanted(each.field, FRAMES[frame][name], each.optional) for name, each in mapped.fields.items()),
        *(Wanted(each.field, each.kind, each.optional) for each in mapped.facts.values()),
        *(Wanted(name, Kind.TEXT, optional=True) for name in team),
    )
