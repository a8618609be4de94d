"""The people files of the generated company: roles, reporting lines, enrolments, quotas and named accounts."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from datetime import date
from io import StringIO

from sandbox.world.company import PLAN_OF_ROLE, Patch, Seat, Staff
from sandbox.world.customers import Account, Care
from sandbox.world.dates import add_months
from sandbox.world.deals import History
from sandbox.world.quotas import Quota

Row = tuple[str, ...]


def people_files(history: History, quotas: Iterable[Quota]) -> dict[str, str]:
    """File name to CSV text."""
    staff = history.staff
    roles = [*_territory_roles(staff), *_account_roles(history.customers.all)]
    listed = sorted(account.id for account in history.customers.all if account.named)
    return {
        "people/roles.csv": _csv(("payee", "role", "scope", "value", "from", "until"), roles),
        "people/reporting.csv": _csv(("payee", "manager", "from", "until"), _reporting(staff)),
        "people/enrolments.csv": _csv(("payee", "plan", "from", "until"), _enrolments(staff)),
        "people/quotas.csv": _csv(("payee", "quota", "from", "until", "amount"), map(_quota, quotas)),
        "lists/named_accounts.csv": _csv(
            ("account", "from", "until"), ((account, str(history.start), "") for account in listed)
        ),
    }


def _csv(head: Row, rows: Iterable[Row]) -> str:
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return text.getvalue()


def _day(day: date | None) -> str:
    return str(day) if day else ""


def _territory_roles(staff: Staff) -> Iterator[Row]:
    """Who sells where; managers own no deals, they are known by who reports to them."""
    for patch in staff.patches:
        yield from _patch_roles(patch)


def _patch_roles(patch: Patch) -> Iterator[Row]:
    for seat in (patch.ae, patch.sdr):
        if seat:
            yield from _holdings(seat, "territory", patch.name)


def _holdings(seat: Seat, scope: str, value: str) -> Iterator[Row]:
    for tenure in seat.tenures:
        yield tenure.person.email, seat.role, scope, value, str(tenure.since), _day(tenure.until)


def _account_roles(accounts: Iterable[Account]) -> Iterator[Row]:
    for account in accounts:
        for role, cares in account.care.items():
            for care in cares:
                yield from _cared_for(account, role, care)


def _cared_for(account: Account, role: str, care: Care) -> Iterator[Row]:
    """The holders of the caring seat while it cared for the account."""
    for tenure in care.seat.tenures:
        since, until = max(care.since, tenure.since), _earlier(care.until, tenure.until)
        if until is None or since < until:
            yield tenure.person.email, role, "account", account.id, str(since), _day(until)


def _reporting(staff: Staff) -> Iterator[Row]:
    for seat, tenure in staff.tenures:
        for above in seat.boss.tenures if seat.boss else ():
            since, until = max(tenure.since, above.since), _earlier(tenure.until, above.until)
            if until is None or since < until:
                yield tenure.person.email, above.person.email, str(since), _day(until)


def _enrolments(staff: Staff) -> Iterator[Row]:
    for seat, tenure in staff.tenures:
        yield tenure.person.email, PLAN_OF_ROLE[seat.role], str(tenure.since), _day(tenure.until)


def _quota(quota: Quota) -> Row:
    return quota.person.email, quota.name, str(quota.month), str(add_months(quota.month, 1)), str(quota.dollars)


def _earlier(one: date | None, other: date | None) -> date | None:
    if one is None or other is None:
        return one or other
    return min(one, other)
