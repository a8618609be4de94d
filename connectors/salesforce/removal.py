"""Takes out of an org what `setup` made, and nothing else; planned first, and never pay without being told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from simple_salesforce.format import format_soql

from connectors.mapping import CrmMapping
from connectors.port import NotAllowed, Refused
from connectors.salesforce.archive import Member, members, removal
from connectors.salesforce.assignments import current_user, holders
from connectors.salesforce.deploy import deploy
from connectors.salesforce.describe import describe
from connectors.salesforce.granted import Granted, granted
from connectors.salesforce.metadata import SPECS
from connectors.salesforce.pay_package import DECIMALS, pay_files
from connectors.salesforce.pay_records import PAY_RECORDS
from connectors.salesforce.permission_sets import AMOUNT, WRITER
from connectors.salesforce.query import query_count, query_rows
from connectors.salesforce.session import Connection
from connectors.salesforce.setup import SETS

WITH_THEIR_OBJECT = frozenset({"Layout"})
"""Kinds that Salesforce takes away with the object they belong to."""


@dataclass(frozen=True, slots=True)
class RemovalPlan:
    """What would be taken away."""

    components: tuple[Member, ...]
    assignments: tuple[str, ...]
    """Ids: a permission set that somebody has cannot be taken away."""
    records: Mapping[str, int]
    """How many records with pay would go with it, by object or field."""

    @property
    def empty(self) -> bool:
        """Whether nothing of ours is there."""
        return not (self.components or self.assignments)

    def steps(self) -> tuple[str, ...]:
        """One line a step, for people."""
        lost = [
            f"delete {count} records with pay: {name} (only with --with-records)"
            for name, count in self.records.items()
            if count
        ]
        taken = [f"end {len(self.assignments)} assignments of our permission sets"] if self.assignments else []
        kinds: dict[str, list[str]] = {}
        for kind, name in self.components:
            kinds.setdefault(kind, []).append(name)
        return (*lost, *taken, *(f"delete {kind} {', '.join(names)}" for kind, names in kinds.items()))


def plan_removal(connection: Connection, mapping: CrmMapping) -> RemovalPlan:
    """What of ours is in the org. A field is ours if it says what only our fields say."""
    found = granted(connection, SETS)
    objects = _objects(connection)
    fields = _deal_fields(connection, mapping)
    parts: list[Member] = []
    if objects:
        parts = [each for each in members(pay_files(DECIMALS)) if each[0] not in WITH_THEIR_OBJECT | {"CustomObject"}]
    parts += [("CustomObject", name) for name in objects]
    parts += [("CustomField", f"{mapping.deal_object}.{name}") for name in fields]
    parts += [("PermissionSet", name) for name in sorted(found)]
    return RemovalPlan(
        components=tuple(parts),
        assignments=_assignments(connection, [each.id for each in found.values()]),
        records=_records(connection, mapping, objects, fields, found.get(WRITER.name)),
    )


def apply_removal(
    connection: Connection, plan: RemovalPlan, *, with_records: bool = False, check_only: bool = False
) -> tuple[str, ...]:
    """Do what the plan says, or only have the org validate it. Refused where pay would be lost without a word.

    It is validated before the assignments end: without them these credentials may no longer see what is left.
    """
    if any(plan.records.values()) and not with_records and not check_only:
        held = ", ".join(f"{count} in {name}" for name, count in plan.records.items() if count)
        raise Refused(f"the org holds records with pay ({held}). Add --with-records to delete them too.", code="PAY")
    unassigned = [each for each in plan.components if not (plan.assignments and each[0] == "PermissionSet")]
    if unassigned:
        deploy(connection, removal(unassigned), check_only=True)
    if check_only:
        return plan.steps()
    for assignment in plan.assignments:
        connection.call("DELETE", f"sobjects/PermissionSetAssignment/{assignment}")
    if plan.components:
        deploy(connection, removal(plan.components), check_only=False)
    return plan.steps()


def _objects(connection: Connection) -> tuple[str, ...]:
    """Our objects that exist, whoever may see them; details before their master."""
    names = [pay.name for pay in reversed(PAY_RECORDS.objects)]
    text = format_soql("SELECT QualifiedApiName FROM EntityDefinition WHERE QualifiedApiName IN {}", names)
    there = {row["QualifiedApiName"] for row in query_rows(connection, text)}
    return tuple(name for name in names if name in there)


def _deal_fields(connection: Connection, mapping: CrmMapping) -> tuple[str, ...]:
    described = describe(connection, [mapping.deal_object]).get(mapping.deal_object)
    if described is None:
        raise NotAllowed(f"{mapping.deal_object}: these credentials do not see the object. Use an administrator's.")
    known = described.by_name()
    return tuple(
        name
        for outcome, name in mapping.write.items()
        if name in known and known[name].inlineHelpText == SPECS[outcome].help
    )


def _assignments(connection: Connection, sets: Sequence[str]) -> tuple[str, ...]:
    if not sets:
        return ()
    text = format_soql("SELECT Id FROM PermissionSetAssignment WHERE PermissionSetId IN {}", list(sets))
    return tuple(row["Id"] for row in query_rows(connection, text))


def _records(
    connection: Connection,
    mapping: CrmMapping,
    objects: Sequence[str],
    fields: Sequence[str],
    worker: Granted | None,
) -> Mapping[str, int]:
    """Only who sees every record can say that there is none."""
    if not objects and not fields:
        return {}
    if objects and (worker is None or current_user(connection) not in holders(connection, worker.id)):
        msg = f"whether records with pay exist is seen with {WRITER.name} only. Assign it to the user you log in as."
        raise NotAllowed(msg, code="UNSEEN")
    found = {name: query_count(connection, f"SELECT COUNT() FROM {name}") for name in objects}  # noqa: S608  our names
    amount = mapping.write.get(AMOUNT)
    if amount in fields:
        deals = mapping.deal_object
        text = f"SELECT COUNT() FROM {deals} WHERE {amount} != null"  # noqa: S608  names that describe() gave
        found[f"{deals}.{amount}"] = query_count(connection, text)
    return found
