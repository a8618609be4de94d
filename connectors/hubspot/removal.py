"""Takes out of a portal what `setup` made, and nothing else; planned first, and never pay without being told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from connectors.answers import json_reader
from connectors.hubspot.batches import BATCH
from connectors.hubspot.describe import describe
from connectors.hubspot.pay_records import PAY_RECORDS
from connectors.hubspot.search import count_after, count_with
from connectors.hubspot.session import Connection
from connectors.hubspot.setup import GROUP, ignored
from connectors.hubspot.setup_records import Schema, schemas
from connectors.mapping import CrmMapping
from connectors.pay_records import PayObject
from connectors.port import NotAllowed, Refused, TryAgain

ROUNDS_MAX = 100_000


@dataclass(frozen=True, slots=True)
class RemovalPlan:
    """What would be taken away."""

    deal_object: str
    objects: Mapping[str, str]
    """Type ids by name, details before their master."""
    properties: tuple[str, ...]
    """Of the deal: those in our group that the mapping names."""
    whole_group: bool
    """Whether nothing else is left in our group then."""
    records: Mapping[str, int]
    """How many records with pay would go with it, by object or property."""

    def steps(self) -> tuple[str, ...]:
        """One line a step, for people."""
        lost = [
            f"archive {count} records with pay: {name} (only with --with-records)"
            for name, count in self.records.items()
            if count
        ]
        taken = [f"delete custom object {name}" for name in self.objects]
        archived = [f"archive property {self.deal_object}.{name}" for name in self.properties]
        return (*lost, *taken, *archived, *([f"delete property group {GROUP}"] if self.whole_group else ()))


class _Record(msgspec.Struct):
    id: str


class _Page(msgspec.Struct):
    results: list[_Record]


def plan_removal(connection: Connection, mapping: CrmMapping) -> RemovalPlan:
    """What of ours is in the portal. A property is ours if the mapping writes it and it is in our group."""
    deals = describe(connection, mapping.deal_object)
    if deals is None:
        raise NotAllowed(f"{mapping.deal_object}: these credentials do not see the object.")
    grouped = {each.name for each in deals.properties if each.groupName == GROUP}
    properties = tuple(name for name in mapping.write.values() if name in grouped)
    known = schemas(connection) or {}
    ours = [pay for pay in reversed(PAY_RECORDS.objects) if pay.name in known and _is_ours(known[pay.name], pay)]
    objects = {pay.name: known[pay.name].objectTypeId for pay in ours}
    records = {name: count_after(connection, path, 0) for name, path in objects.items()}
    amount = mapping.write.get("amount")
    if amount in properties:
        records[f"{deals.name}.{amount}"] = count_with(connection, deals.path, amount)
    return RemovalPlan(deals.name, objects, properties, bool(properties) and grouped == set(properties), records)


def apply_removal(connection: Connection, plan: RemovalPlan, *, with_records: bool = False) -> tuple[str, ...]:
    """Do what the plan says. Refused where pay would be lost without a word.

    The search index may not know of the latest records: HubSpot itself refuses to delete an object that has any.
    """
    if any(plan.records.values()) and not with_records:
        held = ", ".join(f"{count} in {name}" for name, count in plan.records.items() if count)
        raise Refused(
            f"the portal holds records with pay ({held}). Add --with-records to archive them too.", code="PAY"
        )
    crm = connection.hubspot.crm
    for name, type_id in plan.objects.items():
        if with_records:
            _empty(connection, name, type_id)
        connection.ask(crm.schemas.core_api.archive, type_id, read=ignored)
    for name in plan.properties:
        connection.ask(crm.properties.core_api.archive, plan.deal_object, name, read=ignored)
    if plan.whole_group:
        connection.ask(crm.properties.groups_api.archive, plan.deal_object, GROUP, read=ignored)
    return plan.steps()


def _is_ours(schema: Schema, pay: PayObject) -> bool:
    return any(each.name == pay.key and each.hasUniqueValue for each in schema.properties)


def _empty(connection: Connection, name: str, type_id: str) -> None:
    """Put every record of an object into the recycle bin, the first page again and again."""
    api = connection.hubspot.crm.objects
    for _ in range(ROUNDS_MAX):
        page = connection.ask(api.basic_api.get_page, type_id, read=json_reader(_Page), limit=BATCH)
        if not page.results:
            return
        body = {"inputs": [{"id": each.id} for each in page.results]}
        connection.ask(api.batch_api.archive, type_id, body, read=ignored)
    raise TryAgain(f"{name}: the records have no end.", code="PAGING")
