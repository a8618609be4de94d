"""The selling side of the generated company: seats, the people who sat on them, and who was above whom."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from math import isqrt
from random import Random

from sandbox.world.dates import add_months
from sandbox.world.ids import ROLE, USER, Ids
from sandbox.world.names import PATCHES, people_names
from sandbox.world.odds import chance

PLAN_OF_ROLE = {"AE": "ae", "CSM": "csm", "AM": "am", "SDR": "sdr", "MANAGER": "manager"}
TITLES = {
    "AE": "Account Executive",
    "CSM": "Customer Success Manager",
    "AM": "Account Manager",
    "SDR": "Sales Development Representative",
    "MANAGER": "Sales Manager",
}
REGIONS_IN_TURN = ("AMER", "EMEA", "APAC", "AMER", "EMEA")
PATCHES_A_TEAM = 8
CHANCE_OF_LEAVING = {"AE": 35, "CSM": 30, "AM": 25, "SDR": 40, "MANAGER": 20}
"""Percent of seats that see their first holder go."""
GAPS = {"AE": (0, 0, 1, 2), "CSM": (0, 0, 1), "AM": (0, 0, 2), "SDR": (0, 1, 3), "MANAGER": (0,)}
"""Months a seat may stay empty between two holders."""
FIRST_LEAVE_MONTH, LAST_LEAVE_MONTH = 6, 34


@dataclass(slots=True, eq=False)
class Person:
    """A user of the CRM. `seat` is None for people outside the sales plans."""

    id: str
    first: str
    last: str
    email: str
    title: str
    number: int
    seat: Seat | None = None

    @property
    def name(self) -> str:
        """Full name."""
        return f"{self.first} {self.last}"


@dataclass(slots=True, eq=False)
class Tenure:
    """One person's time on a seat, `until` out, None while it lasts. A joiner's quota ramps up."""

    person: Person
    since: date
    until: date | None
    ramps: bool


@dataclass(slots=True, eq=False)
class Seat:
    """A job that people hold one after the other, so that no day has two holders."""

    role: str
    region: str
    name: str
    boss: Seat | None
    role_id: str
    tenures: list[Tenure] = field(default_factory=list)

    def holder(self, day: date) -> Person | None:
        """Who sat here that day."""
        for tenure in self.tenures:
            if tenure.since <= day and (tenure.until is None or day < tenure.until):
                return tenure.person
        return None


@dataclass(slots=True)
class Patch:
    """A sales territory: its AE's seat, and the seat that covers while that is empty (never empty itself)."""

    name: str
    region: str
    ae: Seat
    cover: Seat
    sdr: Seat

    def seller(self, day: date) -> Person:
        """Who owns this territory's deals in the CRM that day."""
        person = self.ae.holder(day) or self.cover.holder(day)
        if person is None:
            raise LookupError(f"nobody sells in {self.name} on {day}: its covering seat is empty")
        return person


@dataclass(slots=True)
class Staff:
    """Everybody, by seat."""

    chief: Person
    chief_role_id: str
    vice_president: Seat
    managers: list[Seat]
    patches: list[Patch]
    csms: list[Seat]
    ams: list[Seat]
    sdrs: list[Seat]

    @property
    def seats(self) -> list[Seat]:
        """Every seat, those above before those below."""
        aes = [patch.ae for patch in self.patches]
        return [self.vice_president, *self.managers, *aes, *self.csms, *self.ams, *self.sdrs]

    @property
    def tenures(self) -> Iterator[tuple[Seat, Tenure]]:
        """Every tenure with its seat."""
        return ((seat, tenure) for seat in self.seats for tenure in seat.tenures)


def manager_of(person: Person, day: date) -> Person | None:
    """To whom the person reported that day."""
    boss = person.seat.boss if person.seat else None
    return boss.holder(day) if boss else None


def hire(rng: Random, ids: Ids, deals: int, start: date, until: date) -> Staff:
    """Staff a company that is large enough for so many deals."""
    hiring = _Hiring(rng, ids, start, until)
    regions = [REGIONS_IN_TURN[i % len(REGIONS_IN_TURN)] for i in range(max(3, isqrt(deals) * 3 // 10))]
    chief = hiring.person("Chief Executive")
    chief_role = ids.next(ROLE)
    top = hiring.seat("MANAGER", "", "Worldwide Sales", None, stays=True, title="VP Sales")
    teams = hiring.teams(regions, top)
    managers = [seat for region in teams.values() for seat in region]
    sdrs = hiring.floor("SDR", max(1, len(regions) // 3), managers)
    patches = hiring.patches(regions, teams, sdrs)
    csms = hiring.floor("CSM", max(2, len(regions) * 11 // 20), managers)
    ams = hiring.floor("AM", max(1, len(regions) // 3), managers)
    return Staff(chief, chief_role, top, managers, patches, csms, ams, sdrs)


class _Hiring:
    """Fills seats with people over the months of the history."""

    def __init__(self, rng: Random, ids: Ids, start: date, until: date) -> None:
        self.rng, self.ids, self.start, self.until = rng, ids, start, until
        self._names = people_names(rng)
        self._hired = 0

    def person(self, title: str, seat: Seat | None = None) -> Person:
        """A new user."""
        first, last, email = next(self._names)
        self._hired += 1
        return Person(self.ids.next(USER), first, last, email, title, self._hired, seat)

    def seat(
        self, role: str, region: str, name: str, boss: Seat | None, *, stays: bool = False, no_gap: bool = False,
        leaves: bool = False, opens_late: bool = False, title: str | None = None,
    ) -> Seat:  # fmt: skip
        """A seat with its holders, from the start of the history on."""
        seat = Seat(role, region, name, boss, self.ids.next(ROLE))
        title = title or TITLES[role]
        opened = add_months(self.start, self.rng.randint(4, 18)) if opens_late else self.start
        first = Tenure(self.person(title, seat), opened, None, ramps=opens_late)
        seat.tenures.append(first)
        leaving = leaves or chance(self.rng, CHANCE_OF_LEAVING[role])
        last_day = add_months(self.start, self.rng.randint(FIRST_LEAVE_MONTH, LAST_LEAVE_MONTH))
        gap = self.rng.choice(GAPS[role])
        if leaving and not stays and add_months(opened, FIRST_LEAVE_MONTH) <= last_day:
            first.until = last_day
            joined = add_months(last_day, 0 if no_gap else gap)
            if joined < self.until:
                seat.tenures.append(Tenure(self.person(title, seat), joined, None, ramps=True))
        return seat

    def teams(self, regions: list[str], top: Seat) -> dict[str, list[Seat]]:
        """A manager for every few territories of a region."""
        out: dict[str, list[Seat]] = {}
        for region in dict.fromkeys(regions):
            size = -(-regions.count(region) // PATCHES_A_TEAM)
            out[region] = [self.seat("MANAGER", region, f"{region} team {n + 1}", top) for n in range(size)]
        return out

    def patches(self, regions: list[str], teams: dict[str, list[Seat]], sdrs: list[Seat]) -> list[Patch]:
        """The territories. The first of a region is never empty: it covers for the others."""
        out: list[Patch] = []
        covers: dict[str, Seat] = {}
        for number, region in enumerate(regions):
            nth = sum(patch.region == region for patch in out)
            late = nth > 0 and (number == len(regions) - 1 or chance(self.rng, 20))
            boss = teams[region][nth // PATCHES_A_TEAM]
            name = _patch_name(region, nth)
            seat = self.seat("AE", region, name, boss, no_gap=nth == 0, leaves=number == 1, opens_late=late)
            cover = covers.setdefault(region, seat)
            out.append(Patch(name, region, seat, cover, sdrs[number % len(sdrs)]))
        return out

    def floor(self, role: str, size: int, managers: list[Seat]) -> list[Seat]:
        """Seats of one role, spread over the teams."""
        bosses = [managers[n % len(managers)] for n in range(size)]
        return [self.seat(role, boss.region, f"{role} {n + 1}", boss) for n, boss in enumerate(bosses)]


def _patch_name(region: str, nth: int) -> str:
    turn, place = divmod(nth, len(PATCHES[region]))
    name = PATCHES[region][place]
    return f"{name} {turn + 1}" if turn else name
