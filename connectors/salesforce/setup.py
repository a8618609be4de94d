"""Prepares an org: our fields on the deal, one permission set, and its assignment. Planned first, repeatable."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from simple_salesforce.format import format_soql

from connectors.answers import clean, json_reader
from connectors.mapping import CrmMapping, Outcome
from connectors.port import ConnectorError, NotAllowed, Refused, TryAgain
from connectors.salesforce.describe import Described, describe
from connectors.salesforce.metadata import PERMISSION_SET, SPECS, Access, package
from connectors.salesforce.session import Connection

DEPLOY_S_MAX = 600.0
POLL_S = 1.0
POLL_S_MAX = 10.0
SHOWN_MAX = 10
GRANTABLE = frozenset({"Account", "Contract", "Opportunity", "Product2"})
"""Standard objects that a permission set can name; the others follow their parents or are open to all."""
TYPES = {"Lookup": "reference", "Text": "string", "DateTime": "datetime", "Currency": "currency"}


@dataclass(frozen=True, slots=True)
class SetupPlan:
    """What would be done. Nothing of it changes or removes anything the company made."""

    deal_object: str
    new_fields: Mapping[str, Outcome]
    access: Access
    deploys_permission_set: bool
    user_id: str
    assigns: bool

    @property
    def empty(self) -> bool:
        """Whether the org is ready as it is."""
        return not (self.new_fields or self.deploys_permission_set or self.assigns)

    def steps(self) -> tuple[str, ...]:
        """One line a step, for people."""
        fields = (
            f"create field {self.deal_object}.{name} ({SPECS[outcome].kind}: {SPECS[outcome].label})"
            for name, outcome in self.new_fields.items()
        )
        grant = f"deploy permission set {PERMISSION_SET}: edit {len(self.access.editable)} fields, read the mapped ones"
        assign = f"assign permission set {PERMISSION_SET} to user {self.user_id}"
        return (
            *fields,
            *([grant] if self.deploys_permission_set else []),
            *([assign] if self.assigns else []),
        )


class _Rows(msgspec.Struct):
    records: list[dict[str, Any]]


class _Started(msgspec.Struct):
    id: str


class _Failure(msgspec.Struct):
    problem: str | None = None
    fullName: str | None = None  # noqa: N815  Salesforce's key
    componentType: str | None = None  # noqa: N815


class _Details(msgspec.Struct):
    componentFailures: list[_Failure] = msgspec.field(default_factory=list)  # noqa: N815


class _Result(msgspec.Struct):
    status: str = "Pending"
    done: bool = False
    success: bool = False
    errorMessage: str | None = None  # noqa: N815
    details: _Details = msgspec.field(default_factory=_Details)


class _Deploy(msgspec.Struct):
    deployResult: _Result | None = None  # noqa: N815


def plan_setup(connection: Connection, mapping: CrmMapping, *, username: str | None = None) -> SetupPlan:
    """Compare the org with the mapping. `username` is the integration user, by default the one that is logged in."""
    described = describe(connection, [mapped.crm_object for mapped in mapping.objects.values()])
    deals = described.get(mapping.deal_object)
    if deals is None:
        raise NotAllowed(f"{mapping.deal_object}: these credentials do not see the object. Use an administrator's.")
    found = _rows(connection, format_soql("SELECT Id FROM PermissionSet WHERE Name = {}", PERMISSION_SET))
    granted = _granted(connection, found[0]["Id"]) if found else {}
    access = _access(mapping, described)
    user_id = _user(connection, username)
    return SetupPlan(
        deal_object=mapping.deal_object,
        new_fields={
            name: outcome
            for outcome, name in mapping.write.items()
            if f"{deals.name}.{name}" not in granted and _is_new(deals, name, outcome)
        },
        access=access,
        deploys_permission_set=not (
            set(access.readable) <= set(granted) and all(granted.get(field) for field in access.editable)
        ),
        user_id=user_id,
        assigns=not found or not _assigned(connection, found[0]["Id"], user_id),
    )


def _granted(connection: Connection, permission_set: str) -> dict[str, bool]:
    """Fields the permission set makes readable, and whether also editable. They exist, whoever may see them."""
    text = "SELECT Field, PermissionsEdit FROM FieldPermissions WHERE ParentId = {}"
    return {row["Field"]: bool(row["PermissionsEdit"]) for row in _rows(connection, format_soql(text, permission_set))}


def apply_setup(connection: Connection, plan: SetupPlan, *, check_only: bool = False) -> tuple[str, ...]:
    """Do what the plan says, or have the org validate it without keeping anything. The steps that were taken."""
    if plan.new_fields or plan.deploys_permission_set:
        _deploy(connection, package(plan.deal_object, plan.new_fields, plan.access), check_only=check_only)
    if plan.assigns and not check_only:
        _assign(connection, plan.user_id)
    return plan.steps()


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
    editable = [f"{mapping.deal_object}.{name}" for name in mapping.write.values()]
    return Access(tuple(sorted(readable)), tuple(sorted(editable)), tuple(sorted(objects)), mapping.deal_object)


def current_user(connection: Connection) -> str:
    """The id of the user that is logged in: the last part of the identity address."""
    return str(connection.get("", dict[str, Any]).get("identity", "")).rsplit("/", 1)[-1]


def _user(connection: Connection, username: str | None) -> str:
    if username is None:
        return current_user(connection)
    found = _rows(connection, format_soql("SELECT Id FROM User WHERE Username = {} AND IsActive = true", username))
    if not found:
        raise Refused(f"{username} is not an active user of this org. Check the username (not the e-mail address).")
    return str(found[0]["Id"])


def _assigned(connection: Connection, permission_set: str, user_id: str) -> bool:
    text = "SELECT Id FROM PermissionSetAssignment WHERE PermissionSetId = {} AND AssigneeId = {}"
    return bool(_rows(connection, format_soql(text, permission_set, user_id)))


def _assign(connection: Connection, user_id: str) -> None:
    (found, *_) = _rows(connection, format_soql("SELECT Id FROM PermissionSet WHERE Name = {}", PERMISSION_SET))
    body = {"AssigneeId": user_id, "PermissionSetId": found["Id"]}
    try:
        connection.call("POST", "sobjects/PermissionSetAssignment", body=body)
    except ConnectorError as problem:
        if problem.code != "DUPLICATE_VALUE":
            raise


def _rows(connection: Connection, text: str) -> list[dict[str, Any]]:
    return connection.get("query", _Rows, params={"q": text}).records


def _deploy(connection: Connection, archive: bytes, *, check_only: bool) -> None:
    options = {"checkOnly": check_only, "singlePackage": True, "rollbackOnError": True, "testLevel": "NoTestRun"}
    parts = {
        "json": (None, json.dumps({"deployOptions": options}), "application/json"),
        "file": ("deploy.zip", archive, "application/zip"),
    }
    started = json_reader(_Started)(connection.once("POST", "metadata/deployRequest", files=parts))
    result = _wait(connection, started.id)
    if not result.success:
        raise Refused(_failures(result), code=result.status)


def _wait(connection: Connection, deploy_id: str) -> _Result:
    deadline = connection.monotonic() + DEPLOY_S_MAX
    pause = POLL_S
    while True:
        path = f"metadata/deployRequest/{deploy_id}"
        result = connection.get(path, _Deploy, params={"includeDetails": "true"}).deployResult or _Result()
        if result.done:
            return result
        if connection.monotonic() + pause > deadline:
            raise TryAgain(f"deployment {deploy_id} is still {result.status} after {DEPLOY_S_MAX:.0f} s.")
        connection.sleep(pause)
        pause = min(pause * 1.5, POLL_S_MAX)


def _failures(result: _Result) -> str:
    """Every failed component by name; nothing was kept of the deployment."""
    failures = result.details.componentFailures
    named = [f"{each.componentType} {each.fullName}: {clean(each.problem or '')}" for each in failures[:SHOWN_MAX]]
    more = [f"and {len(failures) - SHOWN_MAX} more"] if len(failures) > SHOWN_MAX else []
    text = "; ".join([*named, *more]) or clean(result.errorMessage or result.status)
    return f"Salesforce refused the setup, and nothing of it was kept: {text}"
