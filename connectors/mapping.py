"""Which CRM field means what: the pydantic form of `config/mapping/*.yaml`, read with `file:line` errors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StrictBool, StrictStr

from connectors.api_names import CrmName, api_name
from connectors.canonical import FRAMES, INDISPENSABLE, Kind
from connectors.ownership import Ownership
from engine.documents.document import Document
from engine.documents.problems import Problem, nearest, shown, wrong
from engine.documents.reading import read_document
from engine.documents.values import Name
from engine.model import Found, Motion

ASSOCIATION = "@"
"""Before the name of the object that records are associated with, where a CRM keeps references beside the fields."""


BY_STAGE = frozenset({"is_won", "is_closed"})
STAGES = frozenset({"stage", "pipeline"})
"""HubSpot's deals do not say whether they are won: the stage of their pipeline does."""

OPPORTUNITY = "Opportunity"
REQUIRED_FRAMES = ("people", "accounts", "deals")

Outcome = Literal[
    "value_owner_id", "commercial_owner_id", "execution_owner_id", "motion", "status", "reason", "as_of", "amount"
]
"""What the worker may say of a deal in the CRM."""


def _field_name(name: str) -> str:
    api_name(name.removeprefix(ASSOCIATION))
    return name


def _motion(name: Any) -> Any:
    if name not in list(Motion):
        raise wrong(f"{shown(name)} is not a motion.", nearest(str(name), Motion))
    return name


MotionName = Annotated[Motion, BeforeValidator(_motion)]
FieldName = Annotated[StrictStr, AfterValidator(_field_name)]


class MappedField(Document):
    """One CRM field, or the record of another object that is associated; an optional one may be missing."""

    field: FieldName
    optional: StrictBool = False

    @classmethod
    def spelled(cls, written: Any, found: list[Problem]) -> Any:
        """A bare name is a field that must be there; `association:` names the object instead."""
        if isinstance(written, str):
            return super().spelled({"field": written}, found)
        if isinstance(written, dict) and isinstance(written.get("association"), str) and "field" not in written:
            rest = {key: value for key, value in written.items() if key != "association"}
            return super().spelled({"field": ASSOCIATION + written["association"], **rest}, found)
        return super().spelled(written, found)

    @property
    def associated(self) -> str | None:
        """The object that the record is associated with, where the value is no field of its own."""
        return self.field.removeprefix(ASSOCIATION) if self.field.startswith(ASSOCIATION) else None


FACT_KINDS = {"text": Kind.TEXT, "number": Kind.AMOUNT, "day": Kind.DATE, "yes_or_no": Kind.BOOL}
WITH_FACTS = ("accounts", "deals")
"""Objects of which rules may test other fields of the CRM."""


class MappedFact(MappedField):
    """Any other CRM field, under a name of the company's own, for `when: {facts: ...}`."""

    is_a: Literal["text", "number", "day", "yes_or_no"] = "text"

    @property
    def kind(self) -> Kind:
        """How its values are read."""
        return FACT_KINDS[self.is_a]


class MappedObject(Document):
    """One CRM object and where its canonical fields come from."""

    crm_object: CrmName = Field(alias="from")
    optional: StrictBool = False
    fields: dict[str, MappedField]
    facts: dict[Name, MappedFact] = Field(default_factory=dict)
    """Other fields of accounts and deals that rules may test."""

    def mapped(self) -> list[MappedField]:
        """Everything that is read of the object."""
        return [*self.fields.values(), *self.facts.values()]


class CrmMapping(Document):
    """A whole mapping file."""

    crm: Literal["salesforce", "hubspot"]
    objects: dict[str, MappedObject]
    motions: dict[str, MotionName] = Field(default_factory=dict)
    """What the texts of a deal's type mean."""
    pipelines: dict[str, MotionName] = Field(default_factory=dict)
    """What a pipeline means for deals whose type says nothing."""
    goals: dict[str, StrictStr] = Field(default_factory=dict)
    """Which goals of the CRM are quotas: the goal's name, and the quota that plans know. All other goals are left."""
    goals_last: Literal["month", "quarter", "year"] | None = None
    """How long each goal lasts, from the first day of a month, where the CRM states no end."""
    deal_splits: StrictBool = False
    """Whether HubSpot's deal splits are read with the deals; elsewhere splits are an object of their own."""
    history: StrictBool = False
    """Whether the CRM's history of deals is read: who owned them in which stage, and since when."""
    team: dict[str, CrmName] = Field(default_factory=dict)
    """Roles on the deal's team, each the field of the deal that names who holds it."""
    roles: dict[str, StrictStr] = Field(default_factory=dict)
    """What the titles of people mean, for companies that keep no dated roles."""
    write: dict[Outcome, CrmName] = Field(default_factory=dict)
    """Fields of the deal that outcomes are written to. Nothing but them and `ownership` is ever written."""
    ownership: Ownership = Ownership()
    """Owners, team members and splits of the deal that are set in the CRM's own places."""
    note: StrictBool = False
    """Whether each of HubSpot's deals gets a note that says the same in words. It is read by all, and holds no pay."""
    open_deals: StrictBool = False
    """Whether open deals too show their owners, motion and reason: as if each were won on its close date."""

    def problems(self) -> Iterator[Problem]:
        """Names that are not ours, what is indispensable, and writes that would feed back into the input."""
        yield from (_missing_frame(frame) for frame in REQUIRED_FRAMES if frame not in self.objects)
        seen: set[str] = set()
        for frame, mapped in self.objects.items():
            yield from _frame_problems(frame, mapped, self._indispensable(frame))
            if mapped.crm_object in seen:
                message = f"{mapped.crm_object} is read by another object too."
                yield Problem(("objects", frame, "from"), message, "Map each CRM object once.")
            seen.add(mapped.crm_object)
        yield from self._crm_problems()
        yield from self._write_problems()
        yield from self._ownership_problems()
        yield from self._fact_problems()
        if self.goals_last and "goals" in self.objects and "until_on" in self.objects["goals"].fields:
            yield Problem(("goals_last",), "objects.goals has until_on.", "Say in one place when goals end.")

    def _indispensable(self, frame: str) -> frozenset[str]:
        needed = INDISPENSABLE.get(frame, frozenset())
        if frame == "goals" and self.goals_last:
            return needed - {"until_on"}
        return (needed - BY_STAGE) | STAGES if frame == "deals" and self.crm == "hubspot" else needed

    def _crm_problems(self) -> Iterator[Problem]:
        """What only one of the CRMs has, and what would come from two places."""
        for key, frame in (("team", "team_members"), ("deal_splits", "splits")):
            if getattr(self, key) and frame in self.objects:
                yield Problem((key,), f"objects.{frame} is mapped too.", "Read them from one place.")
        if self.crm == "hubspot":
            for name in sorted(BY_STAGE & set(self.objects["deals"].fields if "deals" in self.objects else ())):
                message, remedy = "HubSpot's deals say this by their stage.", "Remove it, and map stage and pipeline."
                yield Problem(("objects", "deals", "fields", name), message, remedy)
            return
        if self.deal_splits:
            yield Problem(("deal_splits",), "only HubSpot has them.", "Map objects.splits instead.")
        if self.history and "deals" in self.objects and self.deal_object != OPPORTUNITY:
            message = f"Salesforce keeps a history of stages of {OPPORTUNITY} alone."
            yield Problem(("history",), message, "Remove it.")
        for frame, mapped in self.objects.items():
            for each in mapped.mapped():
                if each.associated:
                    message = f"association {each.associated}: only HubSpot has associations."
                    yield Problem(("objects", frame), message, "Name a lookup field.")

    @property
    def _inputs(self) -> set[str]:
        """The fields of the deal that are read."""
        deals = self.objects.get("deals")
        return ({mapped.field for mapped in deals.mapped()} if deals else set()) | set(self.team.values())

    def _write_problems(self) -> Iterator[Problem]:
        if self.note and self.crm == "salesforce":
            yield Problem(("note",), "only HubSpot has it.", "Remove it: what it would say stands in fields.")
        read = self._inputs
        targets = list(self.write.values())
        for outcome, target in self.write.items():
            if target in read:
                yield Problem(
                    ("write", outcome), f"{target} is read as an input too.", "A field is either read or written."
                )
            if targets.count(target) > 1:
                yield Problem(("write", outcome), f"{target} is named twice.", "Give each outcome a field of its own.")

    def _ownership_problems(self) -> Iterator[Problem]:
        """Each place belongs to one of the people of a deal, and is no input that would see our own writes."""
        splits = [
            name for name, on in (("objects.splits", "splits" in self.objects), ("deal_splits", self.deal_splits)) if on
        ]
        yield from self.ownership.misplaced(self.crm, splits, self.write.values(), self._inputs)
        owner = self.objects["deals"].fields.get("owner_id") if "deals" in self.objects else None
        for name, each in self.ownership.owners.items():
            if self.history and owner and each.field == owner.field and each.policy != "flag":
                message = f"{each.field} is set here, and its history is an input: rules would see our own writes."
                remedy = "Remove `history`, name another owner field, or set policy: flag."
                yield Problem(("ownership", name, "field"), message, remedy)

    def _fact_problems(self) -> Iterator[Problem]:
        """Facts belong to accounts or deals, and each name to one of them."""
        for frame, mapped in self.objects.items():
            for name in mapped.facts if frame not in WITH_FACTS else ():
                place = ("objects", frame, "facts", name)
                yield Problem(place, "rules do not see this object.", f"Map facts of {' or '.join(WITH_FACTS)}.")
        both = [set(self.objects[frame].facts) for frame in WITH_FACTS if frame in self.objects]
        for name in sorted(set.intersection(*both)) if len(both) > 1 else ():
            place = ("objects", "deals", "facts", name)
            yield Problem(place, f"accounts have a fact {name} too.", "Give each fact a name of its own.")

    @property
    def writable(self) -> tuple[str, ...]:
        """Every field of the deal that may be written."""
        return (*self.write.values(), *(field for field, policy in self.ownership.fields.items() if policy != "flag"))

    @property
    def facts(self) -> frozenset[str]:
        """The names of all mapped facts."""
        return frozenset(name for mapped in self.objects.values() for name in mapped.facts)

    def frame_of(self, crm_object: str) -> str | None:
        """The frame that the records of a CRM object become."""
        return next((frame for frame, mapped in self.objects.items() if mapped.crm_object == crm_object), None)

    @property
    def deal_object(self) -> str:
        """The CRM object that deals are read from and outcomes are written to."""
        return self.objects["deals"].crm_object


def _missing_frame(frame: str) -> Problem:
    return Problem(("objects", frame), "missing.", f"Add objects.{frame}: the worker cannot do without it.")


def _frame_problems(frame: str, mapped: MappedObject, indispensable: frozenset[str]) -> Iterator[Problem]:
    place = ("objects", frame)
    if frame not in FRAMES:
        yield Problem(place, f"{frame} is not one of our objects.", nearest(frame, FRAMES))
        return
    for name in mapped.fields:
        if name not in FRAMES[frame]:
            yield Problem((*place, "fields", name), f"{name} is not one of our fields.", nearest(name, FRAMES[frame]))
    for name in sorted(indispensable):
        if name not in mapped.fields:
            yield Problem((*place, "fields", name), "missing.", f"Map {name}: no rule works without it.")
        elif mapped.fields[name].optional:
            message = f"{name} cannot be optional."
            yield Problem((*place, "fields", name), message, "Remove `optional`: no rule works without this field.")


def read_mapping(text: str, file: str) -> Found[CrmMapping | None]:
    """The mapping, or every problem of it as `file:line`."""
    return read_document(text, file, CrmMapping)
