"""Rules of engagement: who owns a deal and who is credited for it (DESIGN 4, `config/engagement/*.yaml`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Literal

from pydantic import (
    BeforeValidator,
    Field,
    GetJsonSchemaHandler,
    StrictStr,
    ValidationInfo,
    WithJsonSchema,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from engine.documents.conditions import When
from engine.documents.document import Document, Policy, Reading
from engine.documents.engagement.credit_share import CreditShare, Portion, sum_problems
from engine.documents.engagement.experiments import Experiment
from engine.documents.engagement.holder import HOLDER_SCHEMA, NOBODY, RECORD_OWNERS, VACANCY_SCHEMA, Holder, StandIn
from engine.documents.engagement.holdover import Holdover
from engine.documents.engagement.house import HouseAccounts
from engine.documents.engagement.named import circular_tests, unknown_names
from engine.documents.engagement.places import Place, SigningWindow
from engine.documents.engagement.pools import Pool
from engine.documents.findings import Accepted
from engine.documents.problems import Loc, Problem, nearest
from engine.documents.values import FILLED, Name, Role, Window


class Owners(Document):
    """The three responsibilities; each names a role (or `deal_owner`, `account_owner`, `signing_owner`)."""

    value: Holder = Field(examples=["CSM"])
    """Who creates the value and answers for it."""
    commercial: Holder = Field(examples=["AM"])
    """Who moves the deal."""
    execution: Holder = Field(examples=["AM"])
    """Who gets it signed."""


class Rule(Document):
    """One rule: the first whose `when` fits decides."""

    spellings: ClassVar[tuple[str, ...]] = ("owner",)

    id: Name = Field(examples=["new-business"])
    """How `blame` and every credit name the rule."""
    because: StrictStr = Field(default="", examples=["Named accounts stay with their account manager"])
    """Why the rule is there, in words that a rep understands."""
    when: When = Field(default=When(), examples=["{motion: renewal, uplift: {above: 20%}}"])
    """Which deals the rule decides; without it, all that come so far."""
    owners: Owners = Field(examples=["{value: CSM, commercial: AM, execution: AM}"])
    """Who answers for what; `owner: ROLE` names one role for all three."""
    split_at: Literal["expiring_acv"] | None = Field(default=None, examples=["expiring_acv"])
    """Divides a renewal into the portions `renewed` (up to the expiring ACV) and `uplift` (above it)."""
    credit: tuple[CreditShare, ...] = Field(examples=["[{to: AE, share: 100%}]"])
    """Who is credited."""

    @classmethod
    def spelled(cls, written: Any, found: list[Problem]) -> Any:
        """`owner: ROLE` is short for `owners` with one name."""
        known = super().spelled(written, found)
        if not isinstance(known, dict) or "owner" not in known:
            return known
        owner = known.pop("owner")
        if "owners" in known:
            found.append(Problem(("owner",), "written beside owners.", "Keep one of them."))
        elif not isinstance(owner, str):
            found.append(Problem(("owner",), "not one role.", "Write one role, or owners with the three of them."))
            owner = RECORD_OWNERS[0]
        return {"owners": dict.fromkeys(Owners.model_fields, owner), **known}

    @classmethod
    def located(cls, loc: Loc, written: Any) -> Loc:
        """Problems of the three owners belong to `owner` where that is what was written."""
        return ("owner",) if loc[:1] == ("owners",) and "owner" in written else loc

    def problems(self) -> Iterator[Problem]:
        """Shares add up in each portion, and portions are there when the deal is split."""
        expected: tuple[Portion, ...] = ("renewed", "uplift") if self.split_at else ("all",)
        misplaced = [
            Problem(("credit", position, "portion"), *self._misplaced(credit.portion))
            for position, credit in enumerate(self.credit)
            if credit.portion not in expected and not (credit.overlay and credit.portion == "all")
        ]
        yield from misplaced or (problem for portion in expected for problem in sum_problems(self.credit, portion))
        yield from self._repeated()

    def _misplaced(self, portion: Portion) -> tuple[str, str]:
        if self.split_at:
            return f"the deal is split, but this direct share is of {portion}.", "Write portion: renewed or uplift."
        return f"portion {portion} needs a split.", "Add split_at: expiring_acv to the rule, or leave out portion."

    def _repeated(self) -> Iterator[Problem]:
        seen: Counter[tuple[str, str, bool]] = Counter()
        for position, credit in enumerate(self.credit):
            key = (credit.to, credit.portion, credit.overlay)
            if credit.when == When() and not credit.is_remainder and seen[key]:
                message = f"{credit.to} is credited twice for the same."
                yield Problem(("credit", position, "to"), message, "Add the two shares up in one entry.")
            seen[key] += not credit.is_remainder

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """In YAML: `owners`, or `owner` for short."""
        schema = super().__get_pydantic_json_schema__(core_schema, handler)
        description = "One role for all three responsibilities."
        owner = {**HOLDER_SCHEMA, "description": description, "examples": ["AE"]}
        credit = {name: schema["properties"].pop(name) for name in ("split_at", "credit")}
        schema["properties"] |= {"owner": owner, **credit}
        schema["required"].remove("owners")
        schema["oneOf"] = [{"required": ["owners"]}, {"required": ["owner"]}]
        return schema


class Otherwise(Document):
    """What becomes of a deal that no rule fits: it is held for a person."""

    hold: Name = Field(examples=["revops-review"])
    """Who looks at it: a queue or team."""


def _vacancy(names: Any, info: ValidationInfo) -> Any:
    """One name, several in order, or nobody."""
    if not isinstance(info.context, Reading) or not isinstance(names, str):
        return names
    return () if names == NOBODY else (names,)


Vacancy = Annotated[tuple[StandIn, ...], BeforeValidator(_vacancy), WithJsonSchema(VACANCY_SCHEMA)]


class Engagement(Policy):
    """One file of rules of engagement, in force for deals dated in its window."""

    rules_of_engagement: Name = Field(examples=["harbour"])
    """The name of these rules."""
    title: StrictStr = Field(default="", examples=["Who owns and who is credited"])
    """What people call them."""
    effective: Window = Field(examples=["{from: 2026-02-01, until: 2027-02-01}"])
    """Deals dated in this window follow these rules."""
    rules: Annotated[tuple[Rule, ...], *FILLED] = Field(
        examples=["[{id: all, owner: AE, credit: [{to: AE, share: 100%}]}]"]
    )
    """Read top to bottom; the first rule that fits decides."""
    segments: tuple[Place, ...] = Field(
        default=(), examples=["[{name: SMB, when: {employees: {below: 200}}}, {name: Enterprise}]"]
    )
    """What `segment` means: the first that fits is the account's; without any, the CRM's field."""
    territories: tuple[Place, ...] = Field(
        default=(), examples=["[{name: Banks, when: {industry: Banking}}, {name: North, when: {country: [NO, SE]}}]"]
    )
    """What `territory` means: the first that fits is the account's; without any, the CRM's field."""
    windows: tuple[SigningWindow, ...] = Field(default=(), examples=["[{id: landing, months: 6}]"])
    """Stretches of time after signing, for `when: {window: ...}`."""
    pools: dict[Role, Pool] = Field(default_factory=dict, examples=["{CSM: {draw: round_robin}}"])
    """Roles that several people may hold in one place: each account is given to one of them, for good."""
    team_roles: dict[StrictStr, Role] = Field(default_factory=dict, examples=["{Sales Engineer: SE}"])
    """What the roles of the CRM's deal teams mean: who is on the deal's team in one of them holds our role for that
    deal, before everybody else."""
    holdovers: dict[Role, Holdover] = Field(default_factory=dict, examples=["{AE: {days: 90, share: 50%}}"])
    """By role: how long, and how much, the former holder is credited after a change of hands. Not of roles of `pools`:
    who joins one has held none of its accounts before."""
    house_accounts: tuple[HouseAccounts, ...] = Field(
        default=(), examples=["[{id: house, when: {account: {listed_in: house}}, counts_for: nothing}]"]
    )
    """Accounts whose deals earn nobody commission."""
    experiments: tuple[Experiment, ...] = Field(
        default=(), examples=["[{id: pay, effective: {from: 2026-02-01, until: 2027-02-01}, arms: {a: 50%, b: 50%}}]"]
    )
    """Accounts drawn into arms, for `when: {arm: ...}`."""
    otherwise: Otherwise = Field(examples=["{hold: revops-review}"])
    """What becomes of a deal that no rule fits."""
    vacancies: dict[Role, Vacancy] = Field(default_factory=dict, examples=["{AE: [deal_owner], SDR: nobody}"])
    """Every role that the rules name -> who steps in when nobody holds it that day, in order: a role, deal_owner,
    account_owner, signing_owner, manager_of_ROLE. `nobody` leaves the vacancy open."""
    accepted: Accepted = Field(default_factory=dict, examples=['{deals-without-rule: "Services are not credited"}'])
    """Findings of `plan lint` that may stay, by their id (see plan-lint.md), and why."""

    def problems(self) -> Iterator[Problem]:
        """Every rule can be reached; nobody stands in for himself; names that are tested are defined."""
        yield from self._misnomers()
        for key, given in (("pools", self.pools), ("holdovers", self.holdovers), ("team_roles", self.team_roles)):
            for name, role in given.items() if key == "team_roles" else zip(given, given, strict=True):
                if role not in self.vacancies:
                    yield Problem((key, name), f"no role is called {role}.", nearest(str(role), self.vacancies))
        for role in [role for role in self.holdovers if role in self.pools]:
            message = f"accounts of {role} are given away by a pool, which moves nobody while the holder stays."
            yield Problem(("holdovers", role), message, "Leave the holdover of this role out.")
        whens: dict[When, str] = {}
        for position, rule in enumerate(self.rules):
            blocker = whens.get(When(), whens.get(rule.when))
            if blocker is not None:
                message = f"never reached: rule {blocker} above fits every deal that this one fits."
                yield Problem(("rules", position), message, "Move it up, or remove it.")
            whens.setdefault(rule.when, rule.id)
        for role, chain in self.vacancies.items():
            for position, name in enumerate(chain):
                if name == role or name in chain[:position]:
                    message = f"{name} comes up again in the vacancies of {role}."
                    yield Problem(("vacancies", role, position), message, "Leave it out.")

    def defined(self) -> dict[str, tuple[str, ...]]:
        """The names that this file gives a meaning, by the field of conditions that tests them."""
        places = {"segment": self.segments, "territory": self.territories}
        named = {field: tuple(dict.fromkeys(one.name for one in given)) for field, given in places.items() if given}
        arms = tuple(name for experiment in self.experiments for name in experiment.names())
        return {**named, "window": tuple(window.id for window in self.windows), "arm": arms}

    def _misnomers(self) -> Iterator[Problem]:
        """Conditions that test a name nobody defines, or one that is worked out only later."""
        for key, places in (("segments", self.segments), ("territories", self.territories)):
            for position, each in enumerate(places):
                for field, message, remedy in circular_tests(key, each):
                    yield Problem((key, position, "when", field), message, remedy)
        for at, when in self._conditions():
            for field, message, remedy in unknown_names(when, self.defined()):
                yield Problem((*at, field), message, remedy)
        for position, window in enumerate(self.windows):
            for name in window.months_by_segment if self.segments else ():
                if name not in self.defined()["segment"]:
                    place: Loc = ("windows", position, "months_by_segment", name)
                    yield Problem(place, f"no segment is called {name}.", nearest(name, self.defined()["segment"]))

    def _conditions(self) -> Iterator[tuple[Loc, When]]:
        """Every condition of the rules and territories, with its place."""
        for position, territory in enumerate(self.territories):
            yield ("territories", position, "when"), territory.when
        for position, experiment in enumerate(self.experiments):
            yield ("experiments", position, "accounts"), experiment.accounts
        for position, house in enumerate(self.house_accounts):
            yield ("house_accounts", position, "when"), house.when
        for role, holdover in self.holdovers.items():
            yield ("holdovers", role, "when"), holdover.when
        for position, rule in enumerate(self.rules):
            yield ("rules", position, "when"), rule.when
            for nth, share in enumerate(rule.credit):
                yield ("rules", position, "credit", nth, "when"), share.when
