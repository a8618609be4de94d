"""Owners, team members and splits of deals, set in the CRM's own places: `ownership:` of the mapping."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StrictStr

from connectors.api_names import CrmName
from engine.documents.document import Document
from engine.documents.problems import Loc, Problem, shown, wrong

Responsible = Literal["value", "commercial", "execution"]
RESPONSIBLE: tuple[Responsible, ...] = ("value", "commercial", "execution")
OwnerPolicy = Literal["respect", "overwrite", "flag"]

TEAM, SPLITS = "team:", "splits"
"""How a role on the deal's team, and its splits, are named where fields of the deal are."""
LONGEST_ROLE = 40
COLLABORATORS = "hs_all_collaborator_owner_ids"
"""HubSpot's property of a deal that names its collaborators: the team there, without roles."""


def _role(name: str) -> str:
    if not name.strip() or len(name) > LONGEST_ROLE or name != name.strip():
        raise wrong(f"{shown(name)} is no team role.", "Write it as it stands in the CRM's list of team roles.")
    return name


RoleName = Annotated[StrictStr, AfterValidator(_role)]


class OwnerField(Document):
    """An owner field of the deal that is the company's, which the worker may set."""

    field: CrmName
    policy: OwnerPolicy = "respect"
    """After somebody else changed it: leave it, set it again at most once a day, or never set it and only say so."""


class TeamRole(Document):
    """Where the person who is credited in a role of the rules is shown: on the deal's team, or in a user field."""

    role: RoleName | None = None
    """Salesforce: the role on the opportunity team, as the org's list of team roles has it. HubSpot: any name, by which
    issues tell it, as collaborators have no roles."""
    field: CrmName | None = None
    """A user field of the deal."""
    policy: OwnerPolicy = "respect"
    former: Literal["stays", "leaves"] = "stays"
    """What becomes of a team member whom we added when the rules name somebody else. Others are never removed."""

    def problems(self) -> Iterator[Problem]:
        """One place a role."""
        if (self.role is None) == (self.field is None):
            yield Problem((), "names no place, or two.", "Write either role: or field:.")
        if self.field and self.former == "leaves":
            yield Problem(("former",), "a field holds one person: the former one is gone anyway.", "Remove it.")

    @property
    def place(self) -> str:
        """The field, or the role on the team."""
        return self.field or f"{TEAM}{self.role}"


class SplitPolicy(Document):
    """Deals' own splits, made to say how the rules divide the deal."""

    type: CrmName = "Revenue"
    """Salesforce: the DeveloperName of the split type, one that adds up to 100 %."""
    role: RoleName = "Sales Rep"
    """Salesforce: the team role of those who share the deal and are not on its team yet, as they have to be."""
    policy: OwnerPolicy = "respect"


class Ownership(Document):
    """Owners of the deal itself that are set, such as OwnerId, each with what happens when others change it."""

    value: OwnerField | None = None
    commercial: OwnerField | None = None
    execution: OwnerField | None = None
    team: dict[str, TeamRole] = Field(default_factory=dict)
    """By role of the rules: where whoever is credited in it is shown."""
    splits: SplitPolicy | None = None
    """Shares of the deal, as the rules credit it directly."""

    @property
    def owners(self) -> Mapping[Responsible, OwnerField]:
        """The owner fields that are set, by responsibility."""
        found = ((name, getattr(self, name)) for name in RESPONSIBLE)
        return {name: each for name, each in found if each is not None}

    @property
    def fields(self) -> Mapping[str, OwnerPolicy]:
        """The fields of the deal that are set."""
        by_role = {each.field: each.policy for each in self.team.values() if each.field}
        return {each.field: each.policy for each in self.owners.values()} | by_role

    @property
    def members(self) -> Mapping[str, TeamRole]:
        """The roles on the deal's team that are filled, by their place."""
        return {each.place: each for each in self.team.values() if each.role}

    @property
    def empty(self) -> bool:
        """Whether nothing is set."""
        return not (self.owners or self.team or self.splits)

    def misplaced(
        self, crm: str, read: Collection[str], written: Collection[str], inputs: Collection[str]
    ) -> Iterator[Problem]:
        """Places that are named twice, that the CRM does not have, or that would feed back into the input.

        `read` are the kinds of splits that the rules read, `written` the fields that outcomes are written to, and
        `inputs` the fields of the deal that are read.
        """
        named: list[tuple[Loc, str]] = [
            (("ownership", name, "field"), each.field) for name, each in self.owners.items()
        ]
        named += [(("ownership", "team", role), each.place) for role, each in self.team.items()]
        places = [place for _, place in named]
        for loc, place in named:
            if place in written:
                yield Problem(loc, f"{place} is named under write too.", "Name it once.")
            if place == COLLABORATORS:
                message = f"{place} names collaborators, of whom there are several."
                yield Problem(loc, message, "Write role: with a name of your choice instead of field: under team.")
            if places.count(place) > 1:
                yield Problem(loc, f"{place} is named twice.", "Give each of them a place of its own.")
        for role, each in self.team.items() if crm == "hubspot" and COLLABORATORS in inputs else ():
            if each.role and each.policy != "flag":
                message = f"{COLLABORATORS} is read as an input too: rules would see our own."
                yield Problem(("ownership", "team", role), message, "Do not read it, or set policy: flag.")
        if self.splits and self.splits.policy != "flag":
            for name in read:
                message = f"{name} makes splits an input: rules would see our own."
                yield Problem(("ownership", "splits"), message, f"Remove {name}, or set policy: flag.")
