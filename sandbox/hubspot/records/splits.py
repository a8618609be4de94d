"""Deal splits: records of their own, one for each person with a share of a deal."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sandbox.hubspot.clock import millis
from sandbox.hubspot.errors import validation
from sandbox.hubspot.records.tables import Record

if TYPE_CHECKING:
    from sandbox.hubspot.state import Portal

SPLIT = "0-72"
_DECIMALS = 8


class Splits:
    """Which splits a deal has."""

    def __init__(self, portal: "Portal") -> None:
        self._portal = portal
        self._of: dict[int, tuple[int, ...]] = {}
        self.version = 0

    def of(self, deal: int) -> list[Record]:
        """Give a deal's splits."""
        live = self._portal.tables[SPLIT].live
        return [live[each] for each in self._of.get(deal, ())]

    def keep(self, deal: int, splits: Iterable[Record]) -> None:
        """Store splits as a deal's, in the place of those it had; nothing is checked."""
        table = self._portal.tables[SPLIT]
        for old in self._of.pop(deal, ()):
            table.remove(old)
        kept = tuple(splits)
        for each in kept:
            table.put(each)
        if kept:
            self._of[deal] = tuple(each.id for each in kept)
        self.version += 1

    def replace(self, deal: Record, shares: list[tuple[str, Decimal]]) -> list[Record]:
        """Give a deal new splits as the API does: they add up to 1, and the deal's owner is among them."""
        if sum(share for _, share in shares) != 1:
            raise validation("The split percentages must add up to 1.0")
        if any(share <= 0 or -int(share.as_tuple().exponent) > _DECIMALS for _, share in shares):
            raise validation(f"A split percentage is positive and has no more than {_DECIMALS} decimals")
        owners = [owner for owner, _ in shares]
        if deal.values.get("hubspot_owner_id") not in owners:
            raise validation("The deal owner must be one of the split owners")
        if len(set(owners)) != len(owners) or any(self._portal.owners.by_id(owner) is None for owner in owners):
            raise validation("Every split needs an owner of its own")
        now = millis(self._portal.clock())
        new = [self.made(owner, f"{share:f}", now) for owner, share in shares]
        self.keep(deal.id, new)
        return new

    def made(self, owner: str, share: str, now_ms: int) -> Record:
        """Make a split's record."""
        values = {"hubspot_owner_id": owner, "hs_deal_split_percentage": share}
        return Record(self._portal.mint(SPLIT), values, now_ms, now_ms)

    def dump(self) -> list[list[Any]]:
        """Give which splits belong to which deal, as JSON values."""
        return [[deal, list(splits)] for deal, splits in self._of.items()]

    def restore(self, state: Iterable[Sequence[Any]]) -> None:
        """Take up what was dumped."""
        self._of = {deal: tuple(splits) for deal, splits in state}
        self.version += 1

    def move(self, old: int, new: int) -> None:
        """Give a deal's splits to another."""
        if old in self._of:
            self._of[new] = self._of.pop(old)
            self.version += 1
