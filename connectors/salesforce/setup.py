"""Prepares an org: our fields on the deal, our objects, permission sets, and the worker's own. Planned, repeatable."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from simple_salesforce.format import format_soql

from connectors.mapping import CrmMapping, Outcome
from connectors.port import NotAllowed, Refused
from connectors.salesforce.archive import deployment, members
from connectors.salesforce.assignments import active_users, assign, holders, user_named
from connectors.salesforce.deploy import deploy
from connectors.salesforce.describe import Described, describe
from connectors.salesforce.granted import Granted, granted
from connectors.salesforce.metadata import SPECS, deal_fields
from connectors.salesforce.pay_package import DEAL, DECIMALS, GRANTABLE, marked, pay_files, people_sets
from connectors.salesforce.pay_records import STATEMENT
from connectors.salesforce.permission_sets import (
    AUDITOR,
    FINANCE,
    MANAGER,
    PAYEE,
    WRITER,
    Access,
    PermissionSet,
    grantable,
    writer,
)
from connectors.salesforce.query import query_rows
from connectors.salesforce.session import Connection

TYPES = {"Lookup": "reference", "Text": "string", "DateTime": "datetime", "Currency": "currency"}
SETS = tuple(each.name for each in (WRITER, PAYEE, MANAGER, FINANCE, AUDITOR))
CURRENCIES = "CurrencyType"
PRIVATE = "Private"


@dataclass(frozen=True, slots=True)
class SetupPlan:
    """What would be done. Nothing of it changes or removes anything the company made."""

    deal_object: str
    new_fields: Mapping[str, Outcome]
    pay: Mapping[str, str]
    """Package files of statements and lines, with the permission sets of people; none where they are as they should."""
    writer: PermissionSet | None
    """The worker's own permission set, where it is to be deployed."""
    user_id: str
    assigns: bool
    opened: str | None = None
    """The default sharing of statements, where they are in the org and somebody made them less than private."""
    payees: tuple[str, ...] = ()
    """Users who are to get the payee's permission set: nobody can own a record of an object he may not read."""

    @property
    def files(self) -> Mapping[str, str]:
        """What is to be deployed, by its place in the package."""
        deal = {f"objects/{self.deal_object}.object": deal_fields(self.new_fields)} if self.new_fields else {}
        worker = {self.writer.file: self.writer.text()} if self.writer else {}
        return {**deal, **worker, **self.pay}

    @property
    def empty(self) -> bool:
        """Whether the org is ready as it is."""
        return not (self.files or self.assigns or self.payees)

    def steps(self) -> tuple[str, ...]:
        """One line a step, for people."""
        found = [
            f"create field {self.deal_object}.{name} ({SPECS[outcome].kind}: {SPECS[outcome].label})"
            for name, outcome in self.new_fields.items()
        ]
        if self.opened:
            found.append(f"make {STATEMENT.name} private again: its default sharing is {self.opened}, for all users")
        found += _pay_steps(self.pay)
        if self.writer:
            edited = sum(self.writer.fields.values())
            found.append(f"deploy permission set {self.writer.name}: edit {edited} fields, read the mapped ones")
        if self.assigns:
            found.append(f"assign permission set {WRITER.name} to user {self.user_id}")
        if self.payees:
            found.append(f"assign permission set {PAYEE.name} to {len(self.payees)} payees")
        return tuple(found)


def plan_setup(
    connection: Connection,
    mapping: CrmMapping,
    *,
    records: bool = False,
    payees: Collection[str] = (),
    username: str | None = None,
) -> SetupPlan:
    """Compare the org with the mapping and, with `records`, with the source tree.

    `payees` are named by e-mail address or user id. `username` is the integration user, by default the one that is
    logged in.
    """
    described = describe(connection, [*(mapped.crm_object for mapped in mapping.objects.values()), CURRENCIES])
    deals = described.get(mapping.deal_object)
    if deals is None:
        raise NotAllowed(f"{mapping.deal_object}: these credentials do not see the object. Use an administrator's.")
    found = granted(connection, SETS)
    files = pay_files(_decimals(connection, described)) if records else {}
    sharing = _sharing(connection) if records else None
    worker = writer(_access(mapping, described), grantable(files) if files else ())
    present = found.get(WRITER.name)
    user_id = user_named(connection, username)
    return SetupPlan(
        deal_object=mapping.deal_object,
        new_fields=_new_fields(mapping, deals, present),
        pay=_pay(mapping, files, found, sharing) if files else {},
        writer=None if present and present.covers(worker) else worker,
        user_id=user_id,
        assigns=present is None or user_id not in holders(connection, present.id),
        opened=sharing if sharing != PRIVATE else None,
        payees=_without(connection, found.get(PAYEE.name), payees) if records else (),
    )


def apply_setup(connection: Connection, plan: SetupPlan, *, check_only: bool = False) -> tuple[str, ...]:
    """Do what the plan says, or have the org validate it without keeping anything. The steps that were taken."""
    if plan.files:
        deploy(connection, deployment(plan.files), check_only=check_only)
    if not check_only:
        assign(connection, WRITER.name, [plan.user_id] if plan.assigns else [])
        assign(connection, PAYEE.name, plan.payees)
    return plan.steps()


def _without(connection: Connection, present: Granted | None, payees: Collection[str]) -> tuple[str, ...]:
    """The payees who do not have their permission set yet."""
    having = holders(connection, present.id) if present else frozenset()
    return tuple(sorted(active_users(connection, payees) - having))


def _pay(
    mapping: CrmMapping, files: Mapping[str, str], found: Mapping[str, Granted], sharing: str | None
) -> Mapping[str, str]:
    """The files to deploy: all of them, or none where package, permission sets and sharing are as they should be."""
    if mapping.deal_object != DEAL:
        raise Refused(f"records: lines point at {DEAL}, but deals are {mapping.deal_object}. Set records: false.")
    sets = people_sets(files, DEAL, mapping.write)
    same = marked(found[PAYEE.name].description) == marked(sets[0].description) if PAYEE.name in found else False
    if same and all(each.name in found and found[each.name].covers(each) for each in sets) and sharing == PRIVATE:
        return {}
    return {**files, **{each.file: each.text() for each in sets}}


def _sharing(connection: Connection) -> str | None:
    """The default sharing of statements, None where there are none; lines follow them and cannot do otherwise."""
    text = "SELECT InternalSharingModel FROM EntityDefinition WHERE QualifiedApiName = {}"
    return next(
        (row["InternalSharingModel"] for row in query_rows(connection, format_soql(text, STATEMENT.name))), None
    )


def _pay_steps(files: Mapping[str, str]) -> list[str]:
    """What is deployed, kind by kind, with the names of what matters most."""
    kinds: dict[str, list[str]] = {}
    for kind, name in members(files):
        kinds.setdefault(kind, []).append(name)
    named = [
        f"deploy {label} {', '.join(kinds.pop(kind))}"
        for kind, label in (("CustomObject", "private objects"), ("PermissionSet", "permission sets"))
        if kind in kinds
    ]
    rest = Counter({kind: len(names) for kind, names in kinds.items()})
    return [*named, *([f"deploy {', '.join(f'{count} {kind}' for kind, count in rest.items())}"] if rest else [])]


def _decimals(connection: Connection, described: Mapping[str, Described]) -> int:
    """Two, or as many as the finest of the org's currencies has."""
    if CURRENCIES not in described:
        return DECIMALS
    found = query_rows(connection, f"SELECT DecimalPlaces FROM {CURRENCIES} WHERE IsActive = true")  # noqa: S608  fixed
    return max([DECIMALS, *(int(row["DecimalPlaces"]) for row in found)])


def _new_fields(mapping: CrmMapping, deals: Described, present: Granted | None) -> Mapping[str, Outcome]:
    """Fields that the permission set grants exist, whoever may see them."""
    known = present.fields if present else {}
    return {
        name: outcome
        for outcome, name in mapping.write.items()
        if f"{deals.name}.{name}" not in known and _is_new(deals, name, outcome)
    }


def _is_new(deals: Described, name: str, outcome: Outcome) -> bool:
    """A field of the right type may stay; one of another type is somebody else's."""
    field = deals.by_name().get(name)
    wanted = TYPES[SPECS[outcome].kind]
    if field is None:
        if not name.endswith("__c"):
            raise Refused(f"write.{outcome}: {deals.name}.{name} does not exist, and only names in __c can be created.")
        return True
    if field.type not in {wanted, "picklist" if wanted == "string" else wanted}:
        msg = (
            f"write.{outcome}: {deals.name}.{name} is a {field.type} field, but {wanted} is needed. Name another field."
        )
        raise Refused(msg, code="FIELD_TYPE")
    return False


def _access(mapping: CrmMapping, described: Mapping[str, Described]) -> Access:
    readable = []
    for mapped in mapping.objects.values():
        fields = described[mapped.crm_object].by_name() if mapped.crm_object in described else {}
        wanted = {each.field for each in mapped.mapped()}
        readable += [f"{mapped.crm_object}.{name}" for name in wanted if name in fields and fields[name].permissionable]
    objects = [name for name in described if name in GRANTABLE or name.endswith("__c")]
    deals = described[mapping.deal_object].by_name()
    editable = [
        f"{mapping.deal_object}.{name}"
        for name in mapping.writable
        if name in mapping.write.values() or (name in deals and deals[name].permissionable)
    ]
    return Access(tuple(sorted(readable)), tuple(sorted(editable)), tuple(sorted(objects)), mapping.deal_object)
