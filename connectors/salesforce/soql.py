"""Queries from typed parts: names only from describe(), values only through format_soql."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from simple_salesforce.format import format_soql

from connectors.api_names import IDENTIFIER
from connectors.canonical import Kind
from connectors.mapping import CrmMapping
from connectors.port import NotAllowed, Refused
from connectors.salesforce.describe import Described
from connectors.wanted import Wanted, mapped_fields
from engine.model import Issue, Severity

STAMP = "SystemModstamp"
NUMBERS = frozenset({"currency", "double", "percent", "int", "long"})
TEXTS = frozenset(
    {
        "string",
        "picklist",
        "multipicklist",
        "combobox",
        "textarea",
        "email",
        "phone",
        "url",
        "id",
        "reference",
        "encryptedstring",
    }
)
FITTING: Mapping[Kind, frozenset[str]] = {
    Kind.ID: TEXTS,
    Kind.TEXT: TEXTS,
    Kind.AMOUNT: NUMBERS,
    Kind.QUANTITY: NUMBERS,
    Kind.INTEGER: NUMBERS,
    Kind.PERCENT: NUMBERS,
    Kind.DATE: frozenset({"date", "datetime"}),
    Kind.BOOL: frozenset({"boolean"}),
}


@dataclass(frozen=True, slots=True)
class Selection:
    """Fields of one object that the org has and we want, sorted by name; `types` are the org's."""

    object: str
    types: Mapping[str, str]

    @property
    def fields(self) -> tuple[str, ...]:
        """The names, in the order of the query."""
        return tuple(self.types)

    @property
    def stamped(self) -> bool:
        """Whether the object can be read by what changed since."""
        return STAMP in self.types


FIXED: Mapping[str, tuple[Wanted, ...]] = {
    "Organization": (
        Wanted("Name", Kind.TEXT, optional=False),
        Wanted("IsSandbox", Kind.BOOL, optional=True),
        Wanted("TimeZoneSidKey", Kind.TEXT, optional=True),
        Wanted("FiscalYearStartMonth", Kind.INTEGER, optional=True),
        Wanted("DefaultCurrencyIsoCode", Kind.TEXT, optional=True),
    ),
    "OpportunityStage": (
        Wanted("ApiName", Kind.TEXT, optional=True),
        Wanted("MasterLabel", Kind.TEXT, optional=False),
        Wanted("IsActive", Kind.BOOL, optional=True),
        Wanted("IsClosed", Kind.BOOL, optional=False),
        Wanted("IsWon", Kind.BOOL, optional=False),
    ),
    "CurrencyType": (
        Wanted("IsoCode", Kind.TEXT, optional=False),
        Wanted("ConversionRate", Kind.AMOUNT, optional=False),
        Wanted("IsCorporate", Kind.BOOL, optional=False),
        Wanted("IsActive", Kind.BOOL, optional=True),
    ),
    "DatedConversionRate": (
        Wanted("IsoCode", Kind.TEXT, optional=False),
        Wanted("StartDate", Kind.DATE, optional=False),
        Wanted("NextStartDate", Kind.DATE, optional=True),
        Wanted("ConversionRate", Kind.AMOUNT, optional=False),
    ),
    "UserRole": (Wanted("Name", Kind.TEXT, optional=True), Wanted("ParentRoleId", Kind.ID, optional=True)),
}
"""Objects whose meaning no company can change, so that no mapping names them."""

SYSTEM = ("Id", "IsDeleted", "MasterRecordId", STAMP)


def wanted_fields(mapping: CrmMapping, crm_object: str) -> tuple[Wanted, ...]:
    """What the mapping (or the fixed list) asks of an object."""
    if crm_object in FIXED:
        return FIXED[crm_object]
    return mapped_fields(mapping, crm_object)


def select(described: Described, wanted: Sequence[Wanted]) -> tuple[Selection, tuple[Issue, ...]]:
    """The wanted fields that exist. A missing indispensable one is an error, a missing optional one an issue."""
    fields = described.by_name()
    types = {name: fields[name].type for name in SYSTEM if name in fields}
    issues: list[Issue] = []
    for want in wanted:
        path = f"{described.name}.{want.field}"
        if want.field not in fields:
            issues.append(_missing(path, want))
        elif (found := fields[want.field].type) not in FITTING[want.kind]:
            msg = f"{path} is a {found} field, but {want.kind} is needed. Map another field, or change its type back."
            raise Refused(msg, code="FIELD_TYPE")
        else:
            types[want.field] = found
    return Selection(described.name, dict(sorted(types.items()))), tuple(issues)


def _missing(path: str, want: Wanted) -> Issue:
    if not want.optional:
        msg = (
            f"{path} is in the mapping, but the org does not show it. Either it does not exist (correct the name in "
            "config/mapping/salesforce.yaml, or make it optional), or the integration user lacks field-level read "
            f"permission (grant Read on {path} in its permission set)."
        )
        raise NotAllowed(msg, code="INVALID_FIELD")
    return Issue(
        "optional_field_missing",
        Severity.WARNS,
        path,
        "is mapped as optional and the org does not show it.",
        "Create it, grant the integration user read permission on it, or remove it from the mapping.",
    )


def query(selection: Selection, fields: Sequence[str] | None = None) -> str:
    """`SELECT … FROM …`, every name checked again before it is joined into text."""
    names = tuple(fields or selection.fields)
    for name in (selection.object, *names):
        if not IDENTIFIER.fullmatch(name):
            raise Refused(f"{name!r} is not an API name.")
    return f"SELECT {', '.join(names)} FROM {selection.object}"  # noqa: S608  names only, each matched above


def between(since: datetime | None, until: datetime | None) -> str:
    """` WHERE` the change stamp lies in [since, until)."""
    tests = []
    if since is not None:
        tests.append(format_soql(STAMP + " >= {}", since))
    if until is not None:
        tests.append(format_soql(STAMP + " < {}", until))
    return " WHERE " + " AND ".join(tests) if tests else ""


BY_STAMP = f" ORDER BY {STAMP}, Id"
