"""Rules of engagement: who owns a deal and who is credited for it (DESIGN 4, `config/engagement/*.yaml`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BeforeValidator, Field, GetJsonSchemaHandler, StrictStr, ValidationInfo
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from engine.documents.conditions import When
from engine.documents.document import Document, Policy, Reading
from engine.documents.problems import Loc, Problem, nearest, wrong
from engine.documents.values import Name, Role, Share, Window, YesNo, percent_text

RECORD_OWNERS = ("deal_owner", "account_owner")
"""Holders that the CRM's own records name."""
MANAGER_OF = "manager_of_"
NOBODY = "nobody"

Portion = Literal["all", "renewed", "uplift"]


def _holder(name: str, info: ValidationInfo) -> str:
    """A role of this file, or the owner of a record."""
    roles = info.context.names.get("role") if isinstance(info.context, Reading) else None
    if roles is not None and name not in RECORD_OWNERS and name not in roles:
        remedy = f"{nearest(name, [*roles, *RECORD_OWNERS])} Each role has an entry in vacancies."
        raise wrong(f"no role is called {name}.", remedy)
    return name


def _stand_in(name: str, info: ValidationInfo) -> str:
    """A holder, or a holder's manager."""
    if name == NOBODY:
        raise wrong("nobody cannot be one of several.", "Write nobody alone, or leave it out of the list.")
    _holder(name.removeprefix(MANAGER_OF), info)
    return name


Holder = Annotated[StrictStr, AfterValidator(_holder)]
StandIn = Annotated[StrictStr, AfterValidator(_stand_in)]


class Owners(Document):
    """The three responsibilities; each names a role (or `deal_owner`, `account_owner`)."""

    value: Holder
    """Who creates the value and answers for it."""
    commercial: Holder
    """Who moves the deal."""
    execution: Holder
    """Who gets it signed."""

    @classmethod
    def spelled(cls, written: Any, found: list[Problem]) -> Any:
        """One name stands for all three."""
        if isinstance(written, str):
            return dict.fromkeys(cls.model_fields, written)
        return super().spelled(written, found)


class CreditShare(Document):
    """Who gets which share of the deal or of one portion of it."""

    to: Holder
    """A role, `deal_owner` or `account_owner`."""
    share: Share
    """Direct shares of a portion add up to 100 %; overlay shares come on top."""
    overlay: YesNo = False
    """On top of the 100 %."""
    portion: Portion = "all"
    """Which part of a renewal split at the expiring ACV; `all` is the whole deal."""
    split_by: Literal["crm"] | None = None
    """`crm` divides this share as the CRM's splits say, where the deal has any."""
    when: When = When()
    """Only an overlay may depend on the deal: direct shares must always add up."""

    def problems(self) -> Iterator[Problem]:
        """Whether the share is given can depend on the deal for overlays only."""
        if not self.overlay and self.when != When():
            remedy = "Write a second rule with this condition, or make the share an overlay."
            yield Problem(("when",), "a direct share cannot depend on the deal.", remedy)


class Rule(Document):
    """One rule: the first whose `when` fits decides."""

    spellings: ClassVar[tuple[str, ...]] = ("owner",)

    id: Name
    """How `blame` and every credit name the rule."""
    because: StrictStr = ""
    """Why the rule is there, in words that a rep understands."""
    when: When = When()
    """Which deals the rule decides; without it, all that come so far."""
    owners: Owners
    """Who answers for what; `owner: ROLE` names one role for all three."""
    split_at: Literal["expiring_acv"] | None = None
    """Divides a renewal into the portions `renewed` (up to the expiring ACV) and `uplift` (above it)."""
    credit: tuple[CreditShare, ...]
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
        return {"owners": owner, **known}

    @classmethod
    def located(cls, loc: Loc, written: Any) -> Loc:
        """Problems of the three owners belong to `owner` where that is what was written."""
        return ("owner",) if loc[:1] == ("owners",) and "owner" in written else loc

    def problems(self) -> Iterator[Problem]:
        """Shares add up in each portion, and portions are there when the deal is split."""
        expected: tuple[Portion, ...] = ("renewed", "uplift") if self.split_at else ("all",)
        for position, credit in enumerate(self.credit):
            if credit.portion not in expected and not (credit.overlay and credit.portion == "all"):
                yield Problem(("credit", position, "portion"), *self._misplaced(credit.portion))
        for portion in expected:
            yield from self._incomplete(portion)
        yield from self._repeated()

    def _misplaced(self, portion: Portion) -> tuple[str, str]:
        if self.split_at:
            return f"the deal is split, but this direct share is of {portion}.", "Write portion: renewed or uplift."
        return f"portion {portion} needs a split.", "Add split_at: expiring_acv to the rule, or leave out portion."

    def _incomplete(self, portion: Portion) -> Iterator[Problem]:
        total = sum((c.share for c in self.credit if not c.overlay and c.portion == portion), Fraction(0))
        if total != 1:
            of = "" if portion == "all" else f" of portion {portion}"
            message = f"direct shares{of} add up to {percent_text(total)}, not 100%."
            yield Problem(("credit",), message, "Mend the shares, or mark as overlay what comes on top.")

    def _repeated(self) -> Iterator[Problem]:
        seen: Counter[tuple[str, str, bool]] = Counter()
        for position, credit in enumerate(self.credit):
            key = (credit.to, credit.portion, credit.overlay)
            if credit.when == When() and seen[key]:
                message = f"{credit.to} is credited twice for the same."
                yield Problem(("credit", position, "to"), message, "Add the two shares up in one entry.")
            seen[key] += 1

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """In YAML: `owners`, or `owner` for short."""
        schema = handler.resolve_ref_schema(handler(core_schema))
        schema["properties"]["owner"] = {"type": "string", "description": "One role for all three responsibilities."}
        schema["required"].remove("owners")
        schema["oneOf"] = [{"required": ["owners"]}, {"required": ["owner"]}]
        return schema


class Otherwise(Document):
    """What becomes of a deal that no rule fits: it is held for a person."""

    hold: Name
    """Who looks at it: a queue or team."""


def _vacancy(names: Any, info: ValidationInfo) -> Any:
    """One name, several in order, or nobody."""
    if not isinstance(info.context, Reading) or not isinstance(names, str):
        return names
    return () if names == NOBODY else (names,)


class Engagement(Policy):
    """One file of rules of engagement, in force for deals dated in its window."""

    rules_of_engagement: Name
    """The name of these rules."""
    title: StrictStr = ""
    """What people call them."""
    effective: Window
    """Deals dated in this window follow these rules."""
    rules: tuple[Rule, ...] = Field(min_length=1)
    """Read top to bottom; the first rule that fits decides."""
    otherwise: Otherwise
    """What becomes of a deal that no rule fits."""
    vacancies: dict[Role, Annotated[tuple[StandIn, ...], BeforeValidator(_vacancy)]] = Field(default_factory=dict)
    """Every role that the rules name -> who steps in when nobody holds it that day, in order: a role, deal_owner,
    account_owner, manager_of_ROLE. `nobody` leaves the vacancy open."""

    def problems(self) -> Iterator[Problem]:
        """Every rule has its own id and can be reached; nobody stands in for himself."""
        ids: set[str] = set()
        whens: dict[When, str] = {}
        for position, rule in enumerate(self.rules):
            if rule.id in ids:
                yield Problem(("rules", position, "id"), f"a second rule is called {rule.id}.", "Give each its own id.")
            ids.add(rule.id)
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
