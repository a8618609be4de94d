"""The shared vocabulary: what every folder of the project may import.

Standard library only, so that connectors and the store can use it without the weight of the engine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Generic, Literal, NamedTuple, TypeVar

MICROS = 1_000_000
"""Micro-units in one unit of a currency (or one piece of a counted thing)."""

LARGEST_MICROS = 10**18
"""Amounts beyond this (a million million units) are refused at the border, so that no Int64 can wrap."""

T = TypeVar("T")

LineKind = Literal[
    "commission",
    "spiff",
    "bonus",
    "manager_override",
    "clawback",
    "draw_advance",
    "draw_recovery",
    "cap",
    "floor",
    "pool",
    "adjustment",
]
"""What a line is, and the postings of it."""


class Motion(StrEnum):
    """What kind of sale a deal is."""

    NEW_BUSINESS = "new_business"
    RENEWAL = "renewal"
    UPSELL = "upsell"
    CROSS_SELL = "cross_sell"
    DOWNGRADE = "downgrade"
    CHURN = "churn"
    SERVICES = "services"


class Severity(StrEnum):
    """What an issue does to the record it names."""

    HOLDS = "holds"
    """The record is kept out of pay and shown until it is mended."""
    WARNS = "warns"
    """The record counts; somebody should look."""


@dataclass(frozen=True, slots=True)
class Issue:
    """Something wrong with one record or document, as data.

    `subject` names it ("deal 006...", "config/plans/ae.yaml:12"), `message` says what is wrong, `remedy` what to do.
    Neither may contain pay or secrets: issues are logged.
    """

    code: str
    severity: Severity
    subject: str
    message: str
    remedy: str

    def __str__(self) -> str:
        """One line for people."""
        return f"{self.subject}: {self.message} {self.remedy}"


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    """What was found, and what was wrong on the way. Nothing is dropped without an issue."""

    rows: T
    issues: tuple[Issue, ...] = ()


class RawRecord(NamedTuple):
    """One CRM record as it was read; a tuple, because millions are made.

    `body` is canonical JSON of the selected fields, numbers with the digits the CRM sent. `content_hash` covers only
    the fields that are inputs (not our own write-back fields, not the CRM's change stamps), so that an echo of our own
    write is no change. `stamp` is the CRM's change instant as aware UTC.
    """

    object: str
    record_id: str
    stamp: datetime
    deleted: bool
    content_hash: str
    body: bytes
    merged_into: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Records of one object and the cursor that is safe to keep once they are stored (same transaction).

    `cursor` is opaque text of the connector; `expected` the connector's total when the CRM states one.
    """

    object: str
    records: tuple[RawRecord, ...]
    cursor: str
    expected: int | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """A write we want: the fields of one CRM record, values as text, number text, bool, date or None to clear.

    A record of an object that is ours (statements, lines) is known by its key: `record_id` is the key, and so is the
    value of a field that refers to such a record.
    """

    object: str
    record_id: str
    fields: tuple[tuple[str, str | bool | date | None], ...]
    ordered_by: str = ""
    """Writes are sent in this order (the account), so that siblings never lock each other."""


class Verdict(StrEnum):
    """What became of one write."""

    WRITTEN = "written"
    RETRY = "retry"
    """Transient: send the same value again later."""
    PARKED = "parked"
    """Permanent until somebody changes the record, the permission or our value."""
    GONE = "gone"
    """The record no longer exists."""


@dataclass(frozen=True, slots=True)
class Sent:
    """The CRM's answer to one `Change`, in the order of the changes."""

    change: Change
    verdict: Verdict
    code: str = ""
    message: str = ""
    """The CRM's own text, for the admin who mends it."""


@dataclass(frozen=True, slots=True)
class Organization:
    """The org a connector is talking to; pinned at `init`, so that a wrong credential is refused."""

    org_id: str
    name: str
    is_sandbox: bool
    zone: str
    currency: str | None
    fiscal_year_start_month: int


@dataclass(frozen=True, slots=True)
class FieldInfo:
    """What the CRM says of one field, for the running user."""

    name: str
    type: str
    readable: bool
    writable: bool
    scale: int | None = None
    length: int | None = None
    refers_to: tuple[str, ...] = ()
    """The objects whose records it can name."""


def join_issues(*groups: Sequence[Issue]) -> tuple[Issue, ...]:
    """All issues of several stages, in order."""
    return tuple(issue for group in groups for issue in group)
