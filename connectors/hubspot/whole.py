"""Objects that are read whole every time, because they are few and keep no stamps to be asked by.

Owners, stages and exchange rates have other shapes than records; here they become records of the mirror like others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from connectors.answers import json_reader
from connectors.hubspot.dialect import STAGE_OBJECT
from connectors.hubspot.page_sizes import fitting
from connectors.hubspot.rates import RATE_OBJECTS
from connectors.hubspot.records import Paging, raw_record
from connectors.hubspot.session import Connection
from connectors.hubspot.users import Users
from connectors.port import NotAllowed, TryAgain
from engine.model import RawRecord

OWNERS, (RATES,) = "owners", RATE_OBJECTS
PAGE = 100
OWNER_PAGES = (PAGE, 50, 20, 10)
"""HubSpot does not say how large a page of owners may be: a smaller one is asked for where one is refused."""

PAGES_MAX = 1_000
UNSTAMPED = "1970-01-01T00:00:00Z"
"""Pipelines have no stamp of their own; what changed is told by the content."""


class _Team(msgspec.Struct):
    name: str = ""
    primary: bool = False


class Owner(msgspec.Struct):
    """Somebody who can own records; who has left is archived."""

    id: str
    updatedAt: str  # noqa: N815  HubSpot's key
    email: str | None = None
    firstName: str | None = None  # noqa: N815
    lastName: str | None = None  # noqa: N815
    archived: bool = False
    userId: int | None = None  # noqa: N815
    userIdIncludingInactive: int | None = None  # noqa: N815
    teams: list[_Team] = msgspec.field(default_factory=list)

    def content(self) -> Mapping[str, Any]:
        """What of an owner is kept in the mirror."""
        user = self.userId or self.userIdIncludingInactive
        return {
            "name": " ".join(filter(None, (self.firstName, self.lastName))) or None,
            "email": self.email or None,
            "active": not self.archived,
            "team": next((team.name for team in self.teams if team.primary), None),
            "teams": sorted(team.name for team in self.teams),
            "user_id": str(user) if user else None,
        }


OWNER_FIELDS = frozenset(Owner("", "").content())
"""What the mapping can name of owners themselves; all else is a property of the user."""


class OwnersPage(msgspec.Struct):
    """Owners as the portal lists them."""

    results: list[Owner]
    paging: Paging | None = None


class _Metadata(msgspec.Struct):
    isClosed: str | bool = "false"  # noqa: N815
    probability: Any = ""


class _Stage(msgspec.Struct):
    id: str
    label: str
    metadata: _Metadata


class _Pipeline(msgspec.Struct):
    id: str
    label: str
    stages: list[_Stage]


class _Pipelines(msgspec.Struct):
    results: list[_Pipeline]


class _Rate(msgspec.Struct):
    fromCurrencyCode: str  # noqa: N815
    toCurrencyCode: str  # noqa: N815
    conversionRate: msgspec.Raw  # noqa: N815
    """As it came: its digits must not pass through a binary number."""
    effectiveAt: str  # noqa: N815


class _Rates(msgspec.Struct):
    results: list[_Rate]
    paging: Paging | None = None


def owners(connection: Connection, users: Users | None = None) -> Iterator[list[RawRecord]]:
    """Every owner with the properties of the user; archived ones are a list of their own, and may still be paid."""
    beside = users.properties() if users else {}
    nothing = dict.fromkeys(next(iter(beside.values()), ()))
    sizes: Sequence[int] = OWNER_PAGES
    for archived in ("true", "false"):
        after: str | None = None
        for _ in range(PAGES_MAX):
            size, page = page_of_owners(connection, sizes, archived=archived, after=after)
            sizes = [each for each in sizes if each <= size]
            contents = [(each, each.content()) for each in page.results]
            yield [
                raw_record(OWNERS, each.id, each.updatedAt, {**content, **beside.get(content["user_id"], nothing)})
                for each, content in contents
            ]
            after = _onward(page.paging)
            if after is None:
                break
        else:
            raise TryAgain("the owners have no end.", code="PAGING")


def page_of_owners(
    connection: Connection, sizes: Sequence[int], *, archived: str, after: str | None = None
) -> tuple[int, OwnersPage]:
    """One page, as large as the portal grants, and how large that may be."""
    api, more = connection.hubspot.crm.owners.owners_api, {"after": after} if after else {}
    read = json_reader(OwnersPage)
    return fitting(sizes, lambda size: connection.ask(api.get_page, read=read, limit=size, archived=archived, **more))


def stages(connection: Connection) -> Iterator[list[RawRecord]]:
    """The stages of all deal pipelines."""
    api = connection.hubspot.crm.pipelines.pipelines_api
    found = connection.ask(api.get_all, "deals", read=json_reader(_Pipelines))
    yield [
        raw_record(STAGE_OBJECT, f"{pipeline.id}/{stage.id}", UNSTAMPED, _told(pipeline, stage))
        for pipeline in found.results
        for stage in pipeline.stages
    ]


def _told(pipeline: _Pipeline, stage: _Stage) -> Mapping[str, Any]:
    return {
        "pipeline": pipeline.id,
        "pipeline_label": pipeline.label,
        "stage": stage.id,
        "label": stage.label,
        "isClosed": str(stage.metadata.isClosed).lower(),
        "probability": str(stage.metadata.probability),
    }


def rates(connection: Connection) -> Iterator[list[RawRecord]]:
    """Every exchange rate there was, its digits as they came. Portals with one currency may not be asked."""
    after: str | None = None
    for _ in range(PAGES_MAX):
        params = {"limit": str(PAGE), **({"after": after} if after else {})}
        try:
            page = connection.get("/settings/v3/currencies/exchange-rates", _Rates, **params)
        except NotAllowed:
            yield []
            return
        yield [_rate(each) for each in page.results]
        after = _onward(page.paging)
        if after is None:
            return
    raise TryAgain("the exchange rates have no end.", code="PAGING")


def _rate(found: _Rate) -> RawRecord:
    content = msgspec.structs.asdict(found) | {"conversionRate": bytes(found.conversionRate).decode().strip('"')}
    return raw_record(RATES, f"{found.fromCurrencyCode}/{found.toCurrencyCode}/{found.effectiveAt}", UNSTAMPED, content)


def _onward(paging: Paging | None) -> str | None:
    return str(paging.next.after) if paging and paging.next else None


Whole = Callable[[Connection], Iterator[list[RawRecord]]]
WHOLE: Mapping[str, Whole] = {
    STAGE_OBJECT: stages,
    RATES: rates,
    OWNERS: owners,
}
