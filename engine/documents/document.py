"""`Document`: the base of every object read from YAML. Frozen, strict, and all its problems come at once.

A class says in `keys` and `spelled` how it is written, in its fields what it means, in `problems` what must hold
between its fields. All that is for the border, where a file is read (`Reading` is the context then); objects built in
Python use field names and the engine's values and only have their types checked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Annotated, Any, ClassVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    GetJsonSchemaHandler,
    ValidationError,
    ValidationInfo,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, ErrorDetails

from engine.documents.problems import Loc, Problem, Problems, nearest, shown, wrong


@dataclass(frozen=True, slots=True)
class Reading:
    """Validation context while a file is read: the names the file defines, by kind (measure, component, role)."""

    names: dict[str, frozenset[str]] = field(default_factory=dict)


MOST_PLACES = 4
"""Where a key may be written that is known elsewhere: more places are no help."""


class Document(BaseModel):
    """Base of every document object."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        arbitrary_types_allowed=True,
        populate_by_name=True,
        use_attribute_docstrings=True,  # the reference and the JSON Schemas say what the code says
    )

    hidden: ClassVar[frozenset[str]] = frozenset()
    """Fields that are not written in YAML under their own name."""
    spellings: ClassVar[tuple[str, ...]] = ()
    """Keys that YAML may use beside the fields; `spelled` understands them."""

    @classmethod
    def keys(cls) -> tuple[str, ...]:
        """What may be written in YAML."""
        fields = tuple(entry.alias or name for name, entry in cls.model_fields.items() if name not in cls.hidden)
        return fields + cls.spellings

    @classmethod
    def examples(cls) -> dict[str, str]:
        """What may stand under each key, as the reference shows it."""
        fields = ((entry.alias or name, entry.examples) for name, entry in cls.model_fields.items())
        return {name: str(examples[0]) for name, examples in fields if examples}

    @classmethod
    def spelled(cls, written: Any, found: list[Problem]) -> Any:
        """The fields that a YAML value means; problems go to `found`."""
        if isinstance(written, dict):
            return {key: value for key, value in written.items() if _is_known(key, cls, found)}
        return written

    @classmethod
    def located(cls, loc: Loc, written: Any) -> Loc:
        """Where a problem with a field is to be mended, for fields that were spelled in another way."""
        del written
        return loc

    def problems(self) -> Iterator[Problem]:
        """What does not fit together, once every field is right by itself."""
        yield from ()

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """As it is written: without the fields that have another spelling."""
        schema = handler.resolve_ref_schema(handler(core_schema))
        schema["properties"] = {name: of for name, of in schema["properties"].items() if name not in cls.hidden}
        return schema

    @model_validator(mode="wrap")
    @classmethod
    def _all_at_once(cls, data: Any, handler: Any, info: ValidationInfo) -> Any:
        if not isinstance(info.context, Reading):
            return handler(data)
        found: list[Problem] = []
        try:
            document = handler(cls.spelled(data, found))
        except ValidationError as error:
            problems = (
                replace(problem, loc=cls.located(problem.loc, data))
                for problem in problems_of(error, cls.examples() | _names_to_choose(info.context))
            )
            raise Problems(*found, *problems) from None
        found += document.problems()
        if found:
            raise Problems(*found)
        return document


class Policy(Document):
    """A document that decides about pay: kept by its content for ever."""

    hidden: ClassVar[frozenset[str]] = frozenset({"version", "written_in"})

    version: str = ""
    """Content hash of the file's text, set by the reader."""
    written_in: str = ""
    """`file:line` of the effective window, set by the reader."""


def _is_known(key: str, of: type[Document], found: list[Problem]) -> bool:
    known = of.keys()
    if key not in known:
        found.append(Problem((key,), "unknown key.", nearest(key, known, _elsewhere(key, of))))
    return key in known


def _elsewhere(key: str, of: type[Document]) -> list[str]:
    """What the reference calls the objects of the same kind of files that have the key; none of too many."""
    room = _room(of)
    beside = (each for each in _all_below(Document) if _room(each) == room)
    named = sorted({heading(each.__name__).lower() for each in beside if key in set(each.keys())})
    return named if len(named) <= MOST_PLACES else []


def _room(kind: type[Document]) -> list[str]:
    """Where it is made: among the documents of a company, or among those of plan tests."""
    return kind.__module__.split(".")[:2]


def heading(name: str) -> str:
    """What the reference calls a kind of object: `CreditShare` is a `Credit share`."""
    words = re.sub(r"(?<!^)(?=[A-Z])", " ", name).split()
    return " ".join([words[0], *(word.lower() for word in words[1:])])


def _all_below(kind: type[Document]) -> Iterator[type[Document]]:
    """Kinds that nothing else is made from: those that files hold."""
    for each in kind.__subclasses__():
        yield from _all_below(each) if each.__subclasses__() else [each]


def written(convert: Callable[[Any], Any]) -> BeforeValidator:
    """A leaf whose YAML value `convert` turns into the engine's; Python objects hold the engine's value already."""
    return BeforeValidator(lambda value, info: convert(value) if isinstance(info.context, Reading) else value)


def refers_to(kind: str) -> AfterValidator:
    """A name that the same file must define as a `kind`."""

    def check(name: str, info: ValidationInfo) -> str:
        known = info.context.names.get(kind) if isinstance(info.context, Reading) else None
        if known is not None and name not in known:
            raise wrong(f"no {kind} is called {name}.", nearest(name, known))
        return name

    return AfterValidator(check)


MeasureName = Annotated[str, refers_to("measure")]
ComponentName = Annotated[str, refers_to("component")]


def _names_to_choose(reading: Reading) -> dict[str, str]:
    """What may stand under a key that is called as what it refers to: the names that the file defines."""
    return {kind: " or ".join(sorted(names)) for kind, names in reading.names.items() if names}


def problems_of(error: ValidationError, examples: Mapping[str, str] = MappingProxyType({})) -> list[Problem]:
    """Pydantic's findings in our words, those of nested documents brought under their place."""
    return [problem for details in error.errors(include_url=False) for problem in _problems(details, examples)]


def _problems(details: ErrorDetails, examples: Mapping[str, str]) -> Iterator[Problem]:
    loc = tuple(part for part in details["loc"] if part != KEY_OF_A_MAPPING)
    cause = details.get("ctx", {}).get("error")
    if isinstance(cause, Problems):
        for problem in cause.problems:
            remedy = _shaped(loc, examples, problem.remedy) if not problem.loc else problem.remedy
            yield Problem((*loc, *problem.loc), problem.message, remedy)
    elif details["type"] == "missing":
        name = str(loc[-1])
        such_as = f", such as {name}: {examples[name]}" if name in examples else ""
        yield Problem(loc, "missing.", f"Add {name}{such_as}.")
    else:
        message, remedy = _words(details)
        if details["type"] == "string_type" and loc[-1:] == ("quota",):
            remedy = "Write the name of rows of the quota file; how much it is stands there (in plan tests: quotas)."
        yield Problem(loc, message, _shaped(loc, examples, remedy))


def _shaped(loc: Loc, examples: Mapping[str, str], remedy: str) -> str:
    """The remedy for what is no mapping, with an example of the one that is meant."""
    known = remedy == _MAPPING and loc and examples.get(str(loc[-1]))
    return f"Write it such as {loc[-1]}: {known}." if known else remedy


KEY_OF_A_MAPPING = "[key]"
"""How pydantic says that the key and not its value is wrong."""
_MAPPING = "Write keys and values, such as {key: value}."
_WORDS = {
    "string_type": ("is not text.", "Put it in quotes if text is meant."),
    "tuple_type": ("is not a list.", "Write a list, such as [a, b]."),
    "dict_type": ("is not a mapping.", _MAPPING),
    "model_type": ("is not a mapping.", _MAPPING),
    "bool_type": ("is neither true nor false.", "Write true or false."),
}
"""Pydantic's own findings in our words."""


def _words(details: ErrorDetails) -> tuple[str, str]:
    """Message and remedy of a finding of pydantic's own."""
    value = shown(details["input"])
    if details["type"] == "literal_error":
        choices = str(details["ctx"]["expected"]).replace("'", "").replace(" or ", ", ").split(", ")
        return f"{value} is not a choice here.", _choice(str(details["input"]), choices)
    if details["type"] == "tuple_type" and isinstance(details["input"], str):
        return f"{value} is not a list.", f"Write [{value}]."
    message, remedy = _WORDS.get(details["type"], (f"is refused: {details['msg']}.", "See docs/reference."))
    return f"{value} {message}", remedy


def _choice(value: str, choices: list[str]) -> str:
    return f"Write {choices[0]}." if len(choices) == 1 else nearest(value, choices)
