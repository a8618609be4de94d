"""Where the people of a deal are named in the CRM: fields of the deal, its team, its splits. Read and written alike."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from sqlalchemy import Connection

from connectors.mapping import CrmMapping
from connectors.ownership import SPLITS, OwnerPolicy, TeamRole
from connectors.port import ANY_ROLE, DEAL_OWNER, Beside, Target
from engine.model import Change, Sent
from jobs.owners.deciding import by_hand
from store import teams
from store.ownership import Owned
from store.teams import Placed

Before = Mapping[tuple[str, str], Owned]
Said = Mapping[str, Mapping[str, str | bool | None]]

NO_TEAM = "team"
"""What members are remembered under where the rules do not read teams."""


class Place(Protocol):
    """One kind of place; `policies` names all of its kind that are set."""

    @property
    def source(self) -> str:
        """How its issues are kept apart."""
        ...

    @property
    def policies(self) -> Mapping[str, OwnerPolicy]:
        """What happens after somebody else changed each of them."""
        ...

    def read(self, ids: Sequence[str]) -> Said:
        """What the CRM says now, by deal."""
        ...

    def present(self, owned: Owned, said: Mapping[str, str | bool | None]) -> tuple[Owned, str | None]:
        """Whom the place names, and what that makes of what we know of it."""
        ...

    def prepare(self, conn: Connection, said: Said, changes: Sequence[Change], before: Before) -> Sequence[Change]:
        """The changes as the CRM takes them. What must be known of them before they are sent is kept."""
        ...

    def write(self, changes: Sequence[Change]) -> Iterator[Sequence[Sent]]:
        """One answer for every prepared change, a batch a step."""
        ...


def owner_places(
    mapping: CrmMapping, target: Target, team: Beside | None = None, splits: Beside | None = None
) -> list[Place]:
    """The places that the mapping names, in the order in which they are set."""
    name, ownership = mapping.deal_object, mapping.ownership
    read = mapping.objects.get("team_members")
    team_object = read.crm_object if read else NO_TEAM
    found: list[Place] = [FieldPlace(target, name, ownership.fields)] if ownership.fields else []
    if team and ownership.members:
        found.append(TeamPlace(team, team_object, ownership.members))
    if splits and ownership.splits:
        role = ownership.splits.role
        needed = team if mapping.crm == "salesforce" else None
        found.append(SplitPlace(splits, ownership.splits.policy, needed, team_object, role))
    return found


@dataclass(frozen=True, slots=True)
class FieldPlace:
    """Owner fields of the deal itself."""

    target: Target
    name: str
    policies: Mapping[str, OwnerPolicy]
    source: str = "owners"

    def read(self, ids: Sequence[str]) -> Said:
        """What the fields say."""
        return self.target.read(self.name, ids, sorted(self.policies))

    def present(self, owned: Owned, said: Mapping[str, str | bool | None]) -> tuple[Owned, str | None]:
        """A field names one person, or nobody."""
        value = said.get(owned.field)
        return owned, value if isinstance(value, str) else None

    def prepare(self, _conn: Connection, _said: Said, changes: Sequence[Change], _before: Before) -> Sequence[Change]:
        """As they are."""
        return changes

    def write(self, changes: Sequence[Change]) -> Iterator[Sequence[Sent]]:
        """As every other field."""
        return self.target.write(self.name, changes)


@dataclass(frozen=True, slots=True)
class TeamPlace:
    """Roles on the deal's team. A user is on it once; members whom people added are left as they are, or renamed."""

    team: Beside
    team_object: str
    members: Mapping[str, TeamRole]
    source: str = "team members"

    @property
    def policies(self) -> Mapping[str, OwnerPolicy]:
        """By place."""
        return {place: each.policy for place, each in self.members.items()}

    def read(self, ids: Sequence[str]) -> Said:
        """Each member with the role."""
        return self.team.read(ids)

    def present(self, owned: Owned, said: Mapping[str, str | bool | None]) -> tuple[Owned, str | None]:
        """Who holds the role: whom the rules want, else whom we put there, else the first by user id.

        Who owns the deal, or is on the team in another role of ours, is on it already. On a team without roles, other
        members have nothing to do with this one.
        """
        ours = {DEAL_OWNER, ANY_ROLE, *(str(each.role) for each in self.members.values())}
        held = said.get(owned.wanted or "")
        if held in ours:
            return by_hand(owned, owned.wanted), owned.wanted
        holders = sorted(user for user, role in said.items() if role == self.members[owned.field].role)
        still = owned.written in holders or said.get(owned.written or "") == ANY_ROLE
        found = owned.written if still else next(iter(holders), None)
        if held is not None:
            found = f"{owned.wanted} as {held or 'a member without a role'}"
        return by_hand(owned, found), found

    def prepare(self, conn: Connection, said: Said, changes: Sequence[Change], before: Before) -> Sequence[Change]:
        """Users in the place of roles, and those whom we added and who are to leave.

        Members that we add or rename are ours from before they are sent; those that are gone no longer are.
        """
        known = teams.placed(conn, self.team_object, said)
        gone = [each for deal, every in known.items() for user, each in every.items() if user not in said[deal]]
        teams.forget(conn, self.team_object, gone)
        teams.put(conn, self.team_object, [each for change in changes for each in self._placed(change, said)])
        return [self._members(each, before, known.get(each.record_id, {})) for each in changes]

    def _placed(self, change: Change, said: Said) -> Iterator[Placed]:
        for place, user in change.fields:
            stood = said[change.record_id].get(str(user))
            role = str(self.members[place].role)
            yield Placed(change.record_id, str(user), role, stood if isinstance(stood, str) and stood else None)

    def _members(self, change: Change, before: Before, placed: Mapping[str, Placed]) -> Change:
        """Whom somebody else added never leaves, nor who is wanted in another role."""
        staying = {each.wanted for (deal, _), each in before.items() if deal == change.record_id}
        leaving = (before[change.record_id, place] for place, _ in change.fields)
        added = {user for user, each in placed.items() if each.stood is None} - staying
        gone = {
            str(each.written)
            for each in leaving
            if each.written in added and each.state == "ours" and self.members[each.field].former == "leaves"
        }
        joining = tuple((str(user), self.members[place].role) for place, user in change.fields)
        return replace(change, fields=(*joining, *((user, None) for user in sorted(gone))))

    def write(self, changes: Sequence[Change]) -> Iterator[Sequence[Sent]]:
        """Onto the team, and off it."""
        return self.team.write(changes)


@dataclass(frozen=True, slots=True)
class SplitPlace:
    """How the deal is split, as one value: all users with their shares."""

    splits: Beside
    policy: OwnerPolicy
    team: Beside | None
    """Where everybody who shares a deal must be on its team, that team."""
    team_object: str
    role: str
    source: str = "splits"

    @property
    def policies(self) -> Mapping[str, OwnerPolicy]:
        """The one that there is."""
        return {SPLITS: self.policy}

    def read(self, ids: Sequence[str]) -> Said:
        """The splits of each deal, beside its team; deals without splits are there, too."""
        found, there = self.splits.read(ids), self.team.read(ids) if self.team else {}
        return {deal: {**there.get(deal, {}), SPLITS: shares_text(found.get(deal, {})) or None} for deal in ids}

    def present(self, owned: Owned, said: Mapping[str, str | bool | None]) -> tuple[Owned, str | None]:
        """Nobody has split a deal of which one person has everything: so the CRM makes them.

        One that has no splits at all, as HubSpot's, says as much as that one person has all of it.
        """
        value = said.get(SPLITS)
        text = value if isinstance(value, str) else None
        if text is None and len(shares_of(owned.wanted)) == 1:
            text = owned.wanted
        return by_hand(owned, text if text and " " in text else None), text

    def prepare(self, conn: Connection, said: Said, changes: Sequence[Change], _before: Before) -> Sequence[Change]:
        """Users with their shares in the place of the one value. Who joins the team for a share is put there by us."""
        named = [replace(each, fields=tuple(shares_of(each.fields[0][1]).items())) for each in changes]
        sharing = [(each.record_id, user) for each in named for user, _ in each.fields] if self.team else []
        joining = [Placed(deal, user, self.role, None) for deal, user in sharing if user not in said[deal]]
        teams.put(conn, self.team_object, joining)
        return named

    def write(self, changes: Sequence[Change]) -> Iterator[Sequence[Sent]]:
        """Each deal's splits as a whole."""
        return self.splits.write(changes)


def shares_text(shares: Mapping[str, str]) -> str:
    """`A=60.00 B=40.00`, by user id: shares of a deal as one value."""
    return " ".join(f"{user}={share}" for user, share in sorted(shares.items()))


def shares_of(text: object) -> dict[str, str]:
    """Shares by user; a value that names one user alone is that user, without a share."""
    parts = (part.partition("=") for part in str(text or "").split())
    return {user: share for user, _, share in parts}


def barred(wanted: str | None, inactive: Collection[str]) -> Collection[str]:
    """The wanted value, where it names somebody who may be given nothing."""
    return {wanted} if wanted and any(user in inactive for user in shares_of(wanted)) else ()
