"""The buying side of the generated company: accounts, and who looks after each of them when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from random import Random

from sandbox.world.company import Patch, Person, Seat, Staff
from sandbox.world.dates import add_months, first_of_month
from sandbox.world.ids import ACCOUNT, Ids
from sandbox.world.names import COUNTRIES, INDUSTRIES, STATES, account_names
from sandbox.world.odds import chance, draw

SEGMENTS = {"SMB": 45, "MM": 35, "ENT": 20}
EMPLOYEES = {"SMB": (5, 199), "MM": (200, 1_999), "ENT": (2_000, 90_000)}
REVENUE_A_HEAD = (90_000, 400_000)
UNCOVERED = "LATAM"
"""A territory where nobody sells: its deals fall to the vacancy rules."""


@dataclass(frozen=True, slots=True)
class Care:
    """A seat that looks after an account for a while."""

    seat: Seat
    since: date
    until: date | None


@dataclass(slots=True, eq=False)
class Account:
    """A customer or prospect. Its currency is that of all its deals."""

    id: str
    name: str
    segment: str
    territory: str
    country: str
    state: str | None
    currency: str
    industry: str
    employees: int
    revenue: int
    met: date
    patch: Patch | None
    owner: Person
    signed: date | None = None
    """The day the running relationship began, once there is one."""
    named: bool = False
    parent: Account | None = None
    merged_into: Account | None = None
    care: dict[str, list[Care]] = field(default_factory=dict)

    def carer(self, role: str, day: date) -> Person | None:
        """Who held the role for this account that day (CSM and AM)."""
        for care in self.care.get(role, ()):
            if care.since <= day and (care.until is None or day < care.until):
                return care.seat.holder(day)
        return None


class Customers:
    """Makes accounts one by one."""

    def __init__(self, rng: Random, ids: Ids, staff: Staff, until: date) -> None:
        self.rng, self.ids, self.staff, self.until = rng, ids, staff, until
        self.all: list[Account] = []
        self._names = account_names(rng)

    def prospect(self, met: date) -> Account:
        """A company somebody talked to for the first time on that day, and the people who would care for it."""
        patch = self.rng.choice(self.staff.patches)
        account = self._account(met, patch.region, patch)
        self._care_for(account)
        account.named = "AM" in account.care and chance(self.rng, 12 if account.segment == "ENT" else 3)
        return account

    def uncovered(self, met: date) -> Account:
        """A company in a territory where nobody holds any role."""
        return self._account(met, UNCOVERED, None)

    def merged_twin(self, master: Account) -> Account:
        """The losing record of a merge: same customer, kept by the CRM only as deleted."""
        twin = self._account(master.met, master.patch.region if master.patch else UNCOVERED, master.patch)
        twin.name = f"{master.name} (duplicate)"
        twin.merged_into = master
        return twin

    def _account(self, met: date, region: str, patch: Patch | None) -> Account:
        rng = self.rng
        segment = draw(rng, SEGMENTS)
        country, currency = rng.choice(COUNTRIES[region])
        employees = rng.randint(*EMPLOYEES[segment])
        states = STATES.get(country)
        account = Account(
            id=self.ids.next(ACCOUNT),
            name=next(self._names),
            segment=segment,
            territory=patch.name if patch else region,
            country=country,
            state=rng.choice(states) if states else None,
            currency=currency,
            industry=rng.choice(INDUSTRIES),
            employees=employees,
            revenue=employees * rng.randint(*REVENUE_A_HEAD) // 1000 * 1000,
            met=met,
            patch=patch,
            owner=patch.seller(last_day_of(self.until)) if patch else self.staff.chief,
        )
        if segment == "ENT" and self.all and chance(rng, 10):
            account.parent = rng.choice(self.all)
        self.all.append(account)
        return account

    def _care_for(self, account: Account) -> None:
        """Small customers have no AM, and one in twenty accounts never gets a CSM."""
        if chance(self.rng, 95):
            account.care["CSM"] = list(self._carers(account, self.staff.csms))
        if account.segment != "SMB":
            account.care["AM"] = list(self._carers(account, self.staff.ams))

    def _carers(self, account: Account, seats: list[Seat]) -> Iterator[Care]:
        """A seat of the region where there is one; one account in six changes hands once."""
        near = [seat for seat in seats if seat.region == account.territory[:4]] or seats
        first = self.rng.choice(near)
        since = first_of_month(account.met)
        handover = add_months(since, self.rng.randint(5, 24))
        if not chance(self.rng, 16) or handover >= self.until or len(seats) == 1:
            yield Care(first, since, None)
            return
        yield Care(first, since, handover)
        yield Care(self.rng.choice([seat for seat in seats if seat is not first]), handover, None)


def last_day_of(until: date) -> date:
    """The last day of a history that ends before `until`."""
    return date.fromordinal(until.toordinal() - 1)
