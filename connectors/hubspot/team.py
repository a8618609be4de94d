"""A deal's collaborators: HubSpot's counterpart of a team. They are owners' ids in one property, and have no roles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from connectors.hubspot.batches import BATCH
from connectors.hubspot.session import Connection
from connectors.hubspot.target import HubspotTarget
from connectors.ownership import COLLABORATORS
from connectors.port import ANY_ROLE, DEAL_OWNER
from engine.model import Change, Sent

OWNER = "hubspot_owner_id"


class HubspotTeam:
    """The HubSpot side of `connectors.port.Beside` for teams."""

    def __init__(self, connection: Connection, deals: str) -> None:
        self._deals = deals
        self._target = HubspotTarget(connection, {deals: [COLLABORATORS]})

    def read(self, ids: Sequence[str]) -> Mapping[str, Mapping[str, str]]:
        """The collaborators of each deal, and its owner: HubSpot may name the owner among them, or not."""
        found = self._target.read(self._deals, ids, [OWNER, COLLABORATORS])
        return {
            deal: dict.fromkeys(_ids(said[COLLABORATORS]), ANY_ROLE) | dict.fromkeys(_ids(said[OWNER]), DEAL_OWNER)
            for deal, said in found.items()
        }

    def write(self, changes: Sequence[Change]) -> Iterator[Sequence[Sent]]:
        """The property is written whole, hence read right before: whom somebody has added meanwhile stays."""
        for start in range(0, len(changes), BATCH):
            batch = {each.record_id: each for each in changes[start : start + BATCH]}
            there = self._target.read(self._deals, list(batch), [COLLABORATORS])
            whole = [_whole(each, _ids(there.get(deal, {}).get(COLLABORATORS))) for deal, each in batch.items()]
            for sents in self._target.write(self._deals, whole):
                yield [replace(sent, change=batch[sent.change.record_id]) for sent in sents]


def _ids(value: object) -> list[str]:
    """Owners are separated by semicolons, of which the first may stand before the first of them.

    >>> _ids(";12;34"), _ids(None)
    (['12', '34'], [])
    """
    return [each for each in str(value or "").split(";") if each]


def _whole(change: Change, there: Sequence[str]) -> Change:
    """All collaborators as they are to be, those that there are first."""
    wanted = dict(change.fields)
    staying = [each for each in there if wanted.get(each, ANY_ROLE) is not None]
    joining = [user for user, role in wanted.items() if role is not None]
    value = ";".join(dict.fromkeys([*staying, *joining])) or None
    return Change(change.object, change.record_id, ((COLLABORATORS, value),), change.ordered_by)
