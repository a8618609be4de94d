"""`when:` conditions: typed tests per field, nothing to execute (DESIGN 4).

All fields of a `when` must fit; a list means "one of"; `min`/`max` include, `above`/`below` exclude. A missing value
fails the test and is reported where the rule would otherwise have matched. "Or" is a second rule.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from fractions import Fraction
from itertools import product
from typing import Any, ClassVar, Literal, cast

from pydantic import Field, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from engine.documents.document import Document
from engine.documents.problems import KNOWN_MAX, Loc, Problem, Problems, nearest, shown
from engine.documents.values import AMOUNT_SCHEMA, COUNT_SCHEMA, DAY_SCHEMA, PERCENT_SCHEMA, Name, day, micros, percent
from engine.documents.values import count as whole_number
from engine.model import Motion
from engine.money import MINOR_DIGITS

FieldType = Literal["text", "money", "percent", "count", "day", "texts", "names"]
"""`texts` are several of which none is a gap; `names` are those of the rules themselves, of which none is an answer."""

FIELDS: dict[str, FieldType] = {
    "motion": "text",
    "segment": "text",
    "territory": "text",
    "industry": "text",
    "country": "text",
    "source": "text",
    "channel": "text",
    "type": "text",
    "currency": "text",
    "family": "texts",
    "window": "names",
    "arm": "names",
    "amount": "money",
    "acv": "money",
    "expiring_acv": "money",
    "running_acv": "money",
    "revenue": "money",
    "uplift": "percent",
    "uplift_amount": "money",
    "growth": "percent",
    "margin_percent": "percent",
    "discount_percent": "percent",
    "employees": "count",
    "term_months": "count",
    "months_since_signing": "count",
    "lifetime_months": "count",
    "months_since_last_purchase": "count",
    "days_open": "count",
    "days_to_start": "count",
    "closed_on": "day",
}
"""What a rule may test, and the type that decides which operators are allowed. `account` has its own test."""

_EXPIRING = """ACV of the contract that a renewal renews, converted likewise. Where the renewal names a deal and no
contract, it is that deal's with the upsells, cross-sells and downgrades since that end on the same day (co-termed) and
are not renewed by themselves."""

_LAST_PURCHASE = """Whole months since the account last bought before: of its won deals that are no downgrade or churn
the last one of an earlier day. Who buys for the first time has none, and lacks nothing."""

NOTES: dict[str, tuple[str, str]] = {
    "motion": ("What kind of sale it is.", "[upsell, cross_sell]"),
    "segment": ("Segment of the account: of `segments` where the rules define them, else of the CRM.", "{not: [SMB]}"),
    "territory": ("Territory of the account: of `territories` where the rules define them, else of the CRM.", "West"),
    "industry": ("Industry of the account.", "[Software, Media]"),
    "country": ("Country of the account, as the CRM writes it.", "NO"),
    "source": ("Where the deal came from.", "Outbound SDR"),
    "channel": ("Who sells: direct, or which kind of partner.", "{not: [Direct]}"),
    "type": ("The CRM's own type of the deal.", "Existing Business"),
    "currency": ("Currency of the deal.", "[USD, CAD]"),
    "family": ("A product family on the deal.", "[Platform]"),
    "arm": ("An arm of an experiment that the account is in.", "renewal-pay/paid"),
    "window": ("A window of the rules of engagement in which the deal lies.", "landing"),
    "amount": ("Amount of the deal, in the company's currency at the rate of its day.", "{below: 10_000}"),
    "acv": ("Annual contract value of the deal, converted likewise.", "{min: 50_000}"),
    "expiring_acv": (_EXPIRING.replace("\n", " "), "{above: 100_000}"),
    "running_acv": (
        "ACV of the account's other contracts that run on the deal's day (see above), converted likewise.",
        "{min: 100_000}",
    ),
    "revenue": ("Annual revenue of the account, as the CRM states it.", "{min: 10_000_000}"),
    "uplift": ("Renewal ACV over an expiring ACV above zero, less one.", "{above: 20%}"),
    "uplift_amount": ("Renewal ACV less the expiring ACV, converted likewise.", "{min: 10_000}"),
    "growth": ("ACV of the deal over a `running_acv` above zero.", "{below: 20%}"),
    "margin_percent": (
        "Amount less cost, over an amount above zero. The cost is the deal's, else its lines'.",
        "{min: 30%}",
    ),
    "discount_percent": ("One less the amount over the list price of the deal, else of its lines.", "{max: 20%}"),
    "employees": ("Employees of the account.", "{min: 200, below: 1_000}"),
    "term_months": ("Length of the contract in months.", "{min: 36}"),
    "months_since_signing": ("Whole months since the account's first won deal.", "{below: 6}"),
    "lifetime_months": ("Whole months since the account's very first won deal, whatever came between.", "{min: 24}"),
    "months_since_last_purchase": (_LAST_PURCHASE.replace("\n", " "), "{min: 12}"),
    "days_open": ("Days from the day the deal was opened to the day it is dated.", "{max: 30}"),
    "days_to_start": (
        "Days from the day the deal is dated to the start of its contract; below zero where it was signed after that.",
        "{min: 30}",
    ),
    "closed_on": ("The day the deal is dated.", "{min: 2026-02-01}"),
}
"""What each field is, and an example of a test, for the reference."""

CHOICES: dict[str, tuple[str, ...]] = {
    "motion": tuple(motion.value for motion in Motion),
    "currency": tuple(sorted(MINOR_DIGITS)),
}
"""Fields whose texts are known beforehand, so that a misspelt one can be told."""


def offered(name: str) -> tuple[str, ...]:
    """The choices of a field that editors and the reference list; none where they are too many to read."""
    choices = CHOICES.get(name, ())
    return choices if len(choices) <= KNOWN_MAX else ()


FACT = "facts."
"""How the field of a test begins that is about a mapped fact."""
SINCE = "days_since."
"""How it begins where the days count that lie between a mapped day and the deal's."""
BOUNDS = ("min", "max", "above", "below")
Bound = int | Fraction | date
_READ_BOUND: dict[FieldType, Callable[[Any], Bound]] = {
    "money": micros,
    "percent": percent,
    "count": whole_number,
    "day": day,
}
TEXTS = ("text", "texts", "names")
"""Types that are tested with values, not with bounds."""
FACTS_SCHEMA: JsonSchemaValue = {
    "type": "object",
    "title": "fact: test",
    "minProperties": 1,
    "description": "Other fields of the CRM, by the names that the mapping gives them under `facts`.",
    "examples": ["{partner_tier: [Gold, Silver], seats: {min: 100}}"],
}
DAYS_SINCE_SCHEMA: JsonSchemaValue = {
    "type": "object",
    "title": "fact: test",
    "minProperties": 1,
    "description": "Days from a day that the CRM says, by the name that the mapping gives it under `facts`, to the day "
    "the deal is dated; below zero where it comes after that.",
    "examples": ["{registered_on: {min: 0, max: 90}}"],
}
_SCHEMA: dict[FieldType, JsonSchemaValue] = {
    "money": AMOUNT_SCHEMA,
    "percent": PERCENT_SCHEMA,
    "count": COUNT_SCHEMA,
    "day": DAY_SCHEMA,
}


class FieldTest(Document):
    """One test of one field. Bounds are in the field's own unit: micro-units, a rational, a count or a day."""

    field: str
    any_of: tuple[str, ...] = ()
    none_of: tuple[str, ...] = ()
    min: int | Fraction | date | None = None
    max: int | Fraction | date | None = None
    above: int | Fraction | date | None = None
    below: int | Fraction | date | None = None

    @property
    def fact(self) -> str | None:
        """The name of the mapped fact that is tested; None for a field of ours."""
        return next((self.field.removeprefix(key) for key in (FACT, SINCE) if self.field.startswith(key)), None)

    @property
    def counts_days(self) -> bool:
        """Whether the days between a mapped day and the deal's are compared."""
        return self.field.startswith(SINCE)

    @property
    def name(self) -> str:
        """What people call what is tested."""
        called = f"days since {self.fact}" if self.counts_days else self.fact or self.field
        return called.replace("_", " ")

    @property
    def type(self) -> FieldType:
        """What is compared: of a fact what the test is written with."""
        if self.fact is None:
            return FIELDS[self.field]
        if self.counts_days:
            return "count"
        bounds = (self.min, self.max, self.above, self.below)
        if any(isinstance(bound, date) for bound in bounds):
            return "day"
        return "text" if self.any_of or self.none_of else "money"


class AccountTest(Document):
    """Whether the deal's account is on a named list on the deal's day."""

    listed_in: Name | None = Field(default=None, examples=["named_accounts"])
    """The account is on this list."""
    not_listed_in: Name | None = Field(default=None, examples=["unmanaged_accounts"])
    """The account is not on this list."""

    def problems(self) -> Iterator[Problem]:
        """There is something to test, and it can be true."""
        if self.listed_in is None and self.not_listed_in is None:
            yield Problem((), "tests nothing.", "Write listed_in or not_listed_in with the name of a list.")
        elif self.listed_in == self.not_listed_in:
            yield Problem((), "no account is both on a list and not on it.", "Keep one of the two.")


class When(Document):
    """All tests must fit; an empty `when` fits every deal.

    What an account has running on a deal's day (`running_acv`, and what `growth` is measured against) are its contracts
    (see [Retention](plans.md#retention)) that are signed and begun by then, not over (the last day is a day of them),
    not of the deal itself, and not renewed by another deal that has been signed and has begun. Contracts of the CRM are
    worth what it says of them; where none of these runs, it is what deals signed, with the upsells, cross-sells and
    downgrades that were won since the last of these, of one day by id, and are not cancelled. A deal has none where
    nothing runs, or where the ACV of something that runs is not known or is in another currency than the deal.
    """

    hidden: ClassVar[frozenset[str]] = frozenset({"tests"})
    spellings: ClassVar[tuple[str, ...]] = (*FIELDS, "facts", "days_since")

    tests: tuple[FieldTest, ...] = ()
    account: AccountTest | None = Field(default=None, examples=["{listed_in: named_accounts}"])
    """Whether the account is on a list."""

    @classmethod
    def spelled(cls, written: Any, found: list[Problem]) -> Any:
        """One entry a field: a text, a list of texts, or operators."""
        known = super().spelled(written, found)
        if not isinstance(known, dict):
            return known
        tests = [read_test(name, test, found) for name, test in known.items() if name in FIELDS]
        tests += read_facts(known["facts"], found) if "facts" in known else []
        tests += read_days_since(known["days_since"], found) if "days_since" in known else []
        rest = {name: test for name, test in known.items() if name not in cls.spellings}
        return {**rest, "tests": tuple(test for test in tests if test is not None)}

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """In YAML: one key a field."""
        schema = super().__get_pydantic_json_schema__(core_schema, handler)
        schema["properties"] |= {name: schema_of_test(kind, offered(name)) for name, kind in FIELDS.items()}
        schema["properties"] |= {"facts": FACTS_SCHEMA, "days_since": DAYS_SINCE_SCHEMA}
        return schema


def read_test(name: str, written: Any, found: list[Problem]) -> FieldTest | None:
    """The test that `name: written` means; what is wrong with it goes to `found`."""
    read = read_texts if FIELDS[name] in TEXTS else _read_bounds
    before = len(found)
    given = read(name, written, found)
    return None if len(found) > before else FieldTest(field=name, **given)


def read_facts(written: Any, found: list[Problem]) -> list[FieldTest | None]:
    """Tests of mapped facts: texts, or bounds of numbers or days, as each is written."""
    if not isinstance(written, dict) or not written:
        remedy = "Write a test for each, such as facts: {partner_tier: Gold, seats: {min: 100}}."
        found.append(Problem(("facts",), "is no mapping of facts to tests.", remedy))
        return []
    return [_read_fact(str(name), test, found) for name, test in written.items()]


def _read_fact(name: str, written: Any, found: list[Problem]) -> FieldTest | None:
    """One of them; a bare number or day means exactly that."""
    wrong: list[Problem] = []
    written = {True: "true", False: "false"}.get(written, written) if isinstance(written, bool) else written
    if isinstance(written, str | list) or (isinstance(written, dict) and "not" in written):
        given: dict[str, Any] = read_texts(name, written, wrong)
    else:
        bounds = list(written.values()) if isinstance(written, dict) else [written]
        days = bool(bounds) and all(isinstance(bound, date) for bound in bounds)
        given = _read_bounds(name, written, wrong, day if days else micros)
    found += (Problem(("facts", *problem.loc), problem.message, problem.remedy) for problem in wrong)
    return None if wrong else FieldTest(field=f"{FACT}{name}", **given)


def read_days_since(written: Any, found: list[Problem]) -> list[FieldTest | None]:
    """Tests of the days between mapped days and the deal's."""
    if not isinstance(written, dict) or not written:
        remedy = "Write a test for each, such as days_since: {registered_on: {min: 0, max: 90}}."
        found.append(Problem(("days_since",), "is no mapping of facts to tests.", remedy))
        return []
    return [_read_days(str(name), test, found) for name, test in written.items()]


def _read_days(name: str, written: Any, found: list[Problem]) -> FieldTest | None:
    wrong: list[Problem] = []
    given = _read_bounds(name, written, wrong, whole_number)
    found += (Problem(("days_since", *problem.loc), problem.message, problem.remedy) for problem in wrong)
    return None if wrong else FieldTest(field=f"{SINCE}{name}", **given)


def read_texts(name: str, written: Any, found: list[Problem]) -> dict[str, tuple[str, ...]]:
    """The texts that a field must be one of, or none of; what is wrong with them goes to `found`."""
    if not isinstance(written, dict):
        return {"any_of": _texts(name, written, (name,), found)}
    for operator in written:
        if operator != "not":
            remedy = f"{name} is text: write a value, a list of values, or not: with one of these."
            found.append(Problem((name, operator), f"{operator} does not apply to {name}.", remedy))
    if not written:
        found.append(Problem((name,), "tests nothing.", "Write a value, or a list of values."))
    return {"none_of": _texts(name, written["not"], (name, "not"), found)} if "not" in written else {}


def _texts(name: str, written: Any, loc: tuple[str, ...], found: list[Problem]) -> tuple[str, ...]:
    """One text or several; where the texts are ours, only those."""
    several = isinstance(written, list)
    if several and not written:
        found.append(Problem(loc, "empty.", "Write at least one value."))
    choices = CHOICES.get(name)
    for position, text in enumerate(written if several else [written]):
        place: Loc = (*loc, position) if several else loc
        if not isinstance(text, str):
            found.append(Problem(place, f"{shown(text)} is not text.", "Put it in quotes if text is meant."))
        elif choices and text not in choices:
            found.append(Problem(place, f"no {name} is called {shown(text)}.", nearest(text, choices)))
    return tuple(written if several else [written])


def _read_bounds(
    name: str, written: Any, found: list[Problem], read: Callable[[Any], Bound] | None = None
) -> dict[str, Bound]:
    """Operators of a measured field; a bare value means exactly that value. Facts say how they are read."""
    read = read or _READ_BOUND[FIELDS[name]]
    if isinstance(written, list):
        found.append(
            Problem((name,), f"{name} is measured, not listed.", "Write a range, such as {min: .., below: ..}.")
        )
        return {}
    if not isinstance(written, dict):
        exact = _bound(read, written, (name,), found)
        return {} if exact is None else {"min": exact, "max": exact}
    given: dict[str, Bound] = {}
    for operator, value in dict[str, Any](written).items():
        if operator not in BOUNDS:
            message = f"{operator} does not apply to {name}."
            found.append(Problem((name, operator), message, f"Write one of {', '.join(BOUNDS)}."))
        elif (bound := _bound(read, value, (name, operator), found)) is not None:
            given[operator] = bound
    found += [Problem((name,), message, remedy) for message, remedy in _contradictions(written, given)]
    return given


def _bound(read: Callable[[Any], Bound], value: Any, loc: tuple[str, ...], found: list[Problem]) -> Bound | None:
    try:
        return read(value)
    except Problems as caught:
        found += [Problem(loc, problem.message, problem.remedy) for problem in caught.problems]
        return None


def _contradictions(written: dict[str, Any], given: dict[str, Bound]) -> Iterator[tuple[str, str]]:
    """Bounds that say nothing, the same thing twice, or what no value can be."""
    if not written:
        yield "tests nothing.", f"Write one of {', '.join(BOUNDS)}."
    for one, other in (("min", "above"), ("max", "below")):
        if one in written and other in written:
            yield f"{one} and {other} bound the same side.", "Keep one of them."
    for low, high in product(("min", "above"), ("max", "below")):
        if low in given and high in given:
            lowest, highest = cast("int", given[low]), cast("int", given[high])
            if lowest > highest or (lowest == highest and (low, high) != ("min", "max")):
                message = f"no value is {low} {written[low]} and {high} {written[high]}."
                yield message, "Swap or mend the bounds."


def schema_of_test(kind: FieldType, choices: tuple[str, ...] = ()) -> JsonSchemaValue:
    """How a test of one type of field is written."""
    if kind in TEXTS:
        one: JsonSchemaValue = {"type": "string", **({"enum": list(choices)} if choices else {})}
        several = {"anyOf": [one, {"type": "array", "items": one, "minItems": 1}]}
        operators = {"not": several}
        exact = several["anyOf"]
    else:
        operators = dict.fromkeys(BOUNDS, _SCHEMA[kind])
        exact = [_SCHEMA[kind]]
    by_operator = {"type": "object", "properties": operators, "additionalProperties": False, "minProperties": 1}
    return {"anyOf": [*exact, by_operator]}
