"""What `doctor` reports: one thing that was tried, whichever the CRM, with the remedy where it does not hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Protocol

from connectors.budget import DailyBudget
from connectors.mapping import CrmMapping
from connectors.port import ConnectorError
from engine.model import FieldInfo, Issue

SKEW_S_MAX = 60
FULL = 80
"""Per cent of the daily calls beyond which other programs may starve us."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was tried."""

    name: str
    ok: bool
    message: str
    remedy: str = ""


class Readable(Protocol):
    """What is asked of a source."""

    @property
    def wanted(self) -> tuple[str, ...]:
        """The objects that are read."""
        ...

    def readable(self, name: str, /) -> str:
        """What of an object will be read, in words."""
        ...

    def issues(self) -> tuple[Issue, ...]:
        """What is missing but not indispensable."""
        ...


def tried(name: str, attempt: Callable[[], str]) -> Check:
    """An error of the connector is a failed check whose message carries its own remedy."""
    try:
        return Check(name, ok=True, message=attempt())
    except ConnectorError as problem:
        return Check(name, ok=False, message=str(problem))


def checked(name: str, message: str, *, ok: bool, remedy: str) -> Check:
    """A check whose remedy is told only where it is needed."""
    return Check(name, ok=ok, message=message, remedy="" if ok else remedy)


def clock_check(crm: str, server_date: datetime | None, now: datetime) -> Check:
    """How far this machine's clock is from the CRM's."""
    if server_date is None:
        return checked("clock", f"{crm}'s answers carry no date", ok=False, remedy="Check the proxy.")
    skew_s = abs((now - server_date).total_seconds())
    message = f"{skew_s:.0f} s away from {crm}'s clock"
    return checked("clock", message, ok=skew_s <= SKEW_S_MAX, remedy="Synchronise this machine's clock (NTP).")


def usage_check(where: str, budget: DailyBudget) -> Check:
    """How much of the day's calls is used, by everybody and by us. OAuth apps of HubSpot are not told."""
    ours, allowed = budget.ours()
    if (usage := budget.usage()) is None:
        return Check("API budget", ok=True, message=f"{ours} calls of ours today; those of the {where} are not told")
    used, limit = usage
    message = f"{used} of {limit} API calls used in the {where} today; {ours} of our share of {allowed}"
    ok = limit > 0 and used * 100 < limit * FULL
    return checked("API budget", message, ok=ok, remedy="Find what else uses the API, or wait until it falls.")


def reads(source: Readable) -> Iterator[Check]:
    """Every object that is read, tried; then what is missing and not indispensable."""
    for name in source.wanted:
        yield tried(f"read {name}", partial(source.readable, name))
    for issue in _missed(source):
        yield Check(f"read {issue.subject}", ok=True, message=issue.message, remedy=issue.remedy)


def _missed(source: Readable) -> tuple[Issue, ...]:
    try:
        return source.issues()
    except ConnectorError:  # its own check has failed already
        return ()


def writes(fields: Mapping[str, FieldInfo], mapping: CrmMapping, denied: str, remedy: str) -> Iterator[Check]:
    """Every field of the deal that is written; `{path}` in the remedy names it."""
    owners = [("owner", field) for field, policy in mapping.ownership.fields.items() if policy != "flag"]
    for outcome, name in [*mapping.write.items(), *owners]:
        info, path = fields.get(name), f"{mapping.deal_object}.{name}"
        ok = bool(info and info.writable)
        message = f"{outcome} can be written" if ok else denied
        yield checked(f"write {path}", message, ok=ok, remedy=remedy.format(path=path))
