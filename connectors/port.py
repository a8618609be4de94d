"""What the worker asks of a CRM, and what may go wrong, sorted by what the caller should do about it.

A connector is any object of these shapes; there is no base class. Errors carry no secrets, names or pay.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from engine.model import Change, FieldInfo, Issue, Organization, Page, Sent

FULL = frozenset({"STORAGE_LIMIT_EXCEEDED", "RECORD_LIMIT"})
"""Codes of answers that say: there is no room for another record of any kind. What is there can still be changed."""


class ConnectorError(Exception):
    """Something between the worker and the CRM went wrong; `code` is the CRM's own word for it, if it had one."""

    def __init__(self, message: str, *, code: str = "") -> None:
        super().__init__(message)
        self.code = code


class TryAgain(ConnectorError):  # noqa: N818  the design's word for what to do
    """Nothing is wrong with the request: send it again, not before `wait_s` where the CRM said so."""

    def __init__(self, message: str, *, code: str = "", wait_s: float | None = None) -> None:
        super().__init__(message, code=code)
        self.wait_s = wait_s


class BudgetSpent(TryAgain):
    """Our share of the CRM's daily calls is used up: pause, and leave the rest to the company's other programs."""


class Refused(ConnectorError):  # noqa: N818
    """The request is wrong (or meant for another org): stop this object and show the message."""


class NotAllowed(ConnectorError):  # noqa: N818
    """Credentials or permissions are missing: stop and tell the operator."""


class Skipped(ConnectorError):  # noqa: N818
    """The object does not exist in this org; the rest goes on."""


class Source(Protocol):
    """Reads a CRM. One instance serves one run: what it learns of the org's fields is not kept longer."""

    @property
    def objects(self) -> tuple[str, ...]:
        """The objects this org has and the mapping wants, in the order to pull them."""
        ...

    def issues(self) -> tuple[Issue, ...]:
        """What is missing in the org but not indispensable."""
        ...

    def organization(self) -> Organization:
        """The org behind the credentials."""
        ...

    def server_time(self) -> datetime:
        """The CRM's clock at the start of this run, aware UTC."""
        ...

    def usage(self) -> tuple[int, int] | None:
        """Calls used and allowed in the org today, as the CRM last said."""
        ...

    def pages(self, object: str, cursor: str | None) -> Iterator[Page]:  # noqa: A002
        """Everything that changed since the cursor (None: everything there is), the last page included when empty."""
        ...

    def backfill(self, object: str, since: date | None, until: date | None, cursor: str | None) -> Iterator[Page]:  # noqa: A002
        """Everything last changed in [since, until), in bulk; resumes at the cursor of the last stored page."""
        ...

    def ids(self, object: str) -> Iterator[tuple[str, datetime]]:  # noqa: A002
        """Every live record's id and change stamp, for the reconciliation of what is gone."""
        ...

    def sweep(self, object: str) -> Iterator[Page]:  # noqa: A002
        """What no change stamp tells of: read whole before a reconciliation, where the CRM has such values."""
        ...

    def records(self, object: str, ids: Sequence[str]) -> Iterator[Page]:  # noqa: A002
        """The records of these ids as they are now; ids that are gone or hidden are simply not among them."""
        ...


class Target(Protocol):
    """Writes to a CRM, only the fields it was built to write.

    Objects that it was given a key for are ours: their records are created where there are none yet, and known by
    their key instead of the CRM's id, in changes, in references between them, and in what is read.
    """

    def fields(self, object: str) -> Mapping[str, FieldInfo]:  # noqa: A002
        """What the CRM says of an object's fields for the running user."""
        ...

    def write(self, object: str, changes: Sequence[Change]) -> Iterator[Sequence[Sent]]:  # noqa: A002
        """One batch of answers a step, so that the caller stores each before the next batch is sent."""
        ...

    def read(
        self,
        object: str,  # noqa: A002
        ids: Sequence[str],
        fields: Sequence[str],
    ) -> Mapping[str, Mapping[str, str | bool | None]]:
        """Current values by record id, numbers as text; ids that are gone are not among them."""
        ...


DEAL_OWNER = "Opportunity Owner"
"""What the deal's owner is on its team, without having been added to it."""
ANY_ROLE = "a collaborator"
"""What everybody else is on a team that knows no roles, as HubSpot's collaborators are."""


class Beside(Protocol):
    """People who stand beside the fields of a deal, each with a word: the role on its team, or the share in percent.

    A change of a deal names users in the place of fields. None takes somebody off the team; splits are always whole.
    """

    def read(self, ids: Sequence[str]) -> Mapping[str, Mapping[str, str]]:
        """By deal, the word for each user; deals without any are not among them."""
        ...

    def write(self, changes: Sequence[Change]) -> Iterator[Sequence[Sent]]:
        """One answer for every change, a batch a step."""
        ...


def same_org(pinned: str, found: Organization) -> None:
    """Refuse to read or write an org other than the one that was pinned."""
    if pinned != found.org_id:
        msg = (
            f"these credentials lead to org {found.org_id} ({found.name}), but this store belongs to org {pinned}. "
            "Use the credentials of that org, or a new store for this one."
        )
        raise Refused(msg, code="WRONG_ORG")
