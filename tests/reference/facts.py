"""What both engines look at: the records of the book as plain rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from functools import cached_property
from typing import Any

from engine.book import Book

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Lot:
    """An account that was given to a member of a pool, or drawn into an arm of an experiment."""

    place: str
    account: str
    drawn: str
    day: date


@dataclass(frozen=True)
class Facts:
    """The rows of every frame of the book, under the frame's own name."""

    accounts: list[Row]
    deals: list[Row]
    deal_lines: list[Row]
    splits: list[Row]
    team_members: list[Row]
    contracts: list[Row]
    people: list[Row]
    role_holdings: list[Row]
    reporting_lines: list[Row]
    enrolments: list[Row]
    quotas: list[Row]
    compensation: list[Row]
    leaves: list[Row]
    imported_results: list[Row]
    fx_rates: list[Row]
    list_entries: list[Row]
    deal_events: list[Row]
    deal_stages: list[Row]

    @cached_property
    def _splits(self) -> Mapping[str, list[Row]]:
        return by_deal(self.splits)

    @cached_property
    def _lines(self) -> Mapping[str, list[Row]]:
        return by_deal(self.deal_lines)

    @cached_property
    def _events(self) -> Mapping[str, list[Row]]:
        return by_deal(self.deal_events)

    @cached_property
    def _stages(self) -> Mapping[str, list[Row]]:
        return by_deal(self.deal_stages)

    @cached_property
    def _team(self) -> Mapping[str, list[Row]]:
        return by_deal(self.team_members)

    @cached_property
    def won(self) -> Mapping[str, Row]:
        """The deals that were won, by id, in order of their days and ids."""
        won = [row for row in self.deals if row["is_won"] and row["is_closed"]]
        return {row["deal_id"]: row for row in sorted(won, key=lambda row: (row["closed_on"], row["deal_id"]))}

    @cached_property
    def _won_of(self) -> Mapping[str, list[Row]]:
        return by_key(self.won.values(), "account_id")

    @cached_property
    def _contracts(self) -> Mapping[str, list[Row]]:
        return by_key(self.contracts, "account_id")

    @cached_property
    def _renewals(self) -> Mapping[tuple[str, str], list[Row]]:
        found: dict[tuple[str, str], list[Row]] = {}
        for row in (row for row in self.won.values() if row["motion"] == "renewal"):
            for key in ("renewed_contract_id", "prior_deal_id"):
                found.setdefault((key, row[key]), []).append(row)
        return found

    @cached_property
    def remembered(self) -> dict[Any, Any]:
        """What was worked out of the rows once."""
        return {}

    def renewals_of(self, contract: str, deal: str | None) -> list[Row]:
        """The won renewals that name a contract, or the deal that started it."""
        of_deal = [] if deal is None else self._renewals.get(("prior_deal_id", deal), [])
        return [*self._renewals.get(("renewed_contract_id", contract), []), *of_deal]

    def won_of(self, account: str) -> list[Row]:
        """The won deals of an account, in order."""
        return self._won_of.get(account, [])

    def contracts_of(self, account: str) -> list[Row]:
        """The contracts of an account."""
        return self._contracts.get(account, [])

    @cached_property
    def _quotas(self) -> Mapping[tuple[str, str], list[Row]]:
        found: dict[tuple[str, str], list[Row]] = {}
        for row in self.quotas:
            found.setdefault((row["person_id"], row["quota"]), []).append(row)
        return found

    def quotas_of(self, person: str, quota: str) -> list[Row]:
        """The rows of somebody's quota."""
        return self._quotas.get((person, quota), [])

    @cached_property
    def _leaves(self) -> Mapping[str, list[Row]]:
        found: dict[str, list[Row]] = {}
        for row in self.leaves:
            found.setdefault(row["person_id"], []).append(row)
        return found

    def leaves_of(self, person: str) -> list[Row]:
        """When somebody was on leave."""
        return self._leaves.get(person, [])

    def stages_of(self, deal: str) -> list[Row]:
        """The stages that a deal entered."""
        return self._stages.get(deal, [])

    def team_of(self, deal: str) -> list[Row]:
        """The people on a deal's team."""
        return self._team.get(deal, [])

    @cached_property
    def lots(self) -> dict[str, list[Lot]]:
        """What was given away so far, by pool and experiment, in turn: it grows from deal to deal, in their order."""
        return {}

    def person(self, user: str | None) -> str | None:
        """The only person who is a CRM user."""
        people = [person["person_id"] for person in self.people if person["user_id"] == user]
        return people[0] if len(people) == 1 else None

    def splits_of(self, deal: str) -> list[Row]:
        """The splits of a deal."""
        return self._splits.get(deal, [])

    def lines_of(self, deal: str) -> list[Row]:
        """The products on a deal."""
        return self._lines.get(deal, [])

    def events_of(self, deal: str) -> list[Row]:
        """What happened to a deal."""
        return self._events.get(deal, [])


def by_deal(rows: list[Row]) -> dict[str, list[Row]]:
    """The rows of each deal."""
    return by_key(rows, "deal_id")


def by_key(rows: Iterable[Row], key: str) -> dict[str, list[Row]]:
    """The rows of each value of a column."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row[key], []).append(row)
    return found


def facts_of(book: Book) -> Facts:
    """The book's rows."""
    return Facts(**{field.name: getattr(book, field.name).to_dicts() for field in fields(Facts)})


def holds_on(row: Row, day: date) -> bool:
    """Whether a dated row is in force on the day; a row without a first or last day is open there."""
    begun = row["from_on"] is None or row["from_on"] <= day
    return begun and (row["until_on"] is None or day < row["until_on"])
