"""Which deals a rule of engagement decides: exact, because a rule is a list of tests of one field each.

Every bound and text that any rule names cuts a field into cells; all values of a cell fare alike. A rule is reached if,
for each rule above it, some test can be failed with values that pass its own tests. Fields are taken for independent,
so that a rule is called unreachable only where no deal of any kind reaches it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import combinations
from typing import Any

from engine.documents.conditions import CHOICES, FieldTest, When
from engine.model import MICROS
from engine.scenario.fitting import OTHER

Cells = Mapping[str, tuple[Any, ...]]
"""By field, the values that are still possible; None is a missing value. `on LIST` says whether an account is on it."""


@dataclass(frozen=True, slots=True)
class OnList:
    """A test of whether the account is on a list."""

    wanted: bool


Test = tuple[str, FieldTest | OnList]
"""A field or list with its test."""

ALWAYS_THERE = ("motion", "currency", "closed_on", "amount", "acv")
"""Fields that no deal lacks."""
LISTED = "on "
"""Before the name of a list."""


def cells_of(whens: Sequence[When]) -> Cells:
    """A value of every cell of every field that the conditions test."""
    tests = [test for when in whens for test in _tests(when)]
    return {name: _values(name, [test for field, test in tests if field == name]) for name, _ in tests}


def deal_reaching(when: When, above: Sequence[When], cells: Cells) -> Cells | None:
    """Values of a deal that fits the condition and none of those above it; None where there is no such deal."""
    fitting = _passing(cells, _tests(when))
    return None if fitting is None else _failing_all(fitting, above)


def _failing_all(cells: Cells, whens: Sequence[When]) -> Cells | None:
    """The cells narrowed so that every condition fails; the first way that is found."""
    if not whens:
        return cells
    for name, test in _tests(whens[0]):
        left = tuple(value for value in cells[name] if not _passes(test, value))
        found = _failing_all({**cells, name: left}, whens[1:]) if left else None
        if found is not None:
            return found
    return None


def _passing(cells: Cells, tests: Sequence[Test]) -> Cells | None:
    """The cells narrowed to what passes every test."""
    narrowed = dict(cells)
    for name, test in tests:
        narrowed[name] = tuple(value for value in narrowed[name] if _passes(test, value))
        if not narrowed[name]:
            return None
    return narrowed


def _tests(when: When) -> list[Test]:
    tests: list[Test] = [(test.field, test) for test in when.tests]
    if when.account and when.account.listed_in:
        tests.append((LISTED + when.account.listed_in, OnList(wanted=True)))
    if when.account and when.account.not_listed_in:
        tests.append((LISTED + when.account.not_listed_in, OnList(wanted=False)))
    return tests


def _values(name: str, tests: Sequence[FieldTest | OnList]) -> tuple[Any, ...]:
    """A value of each cell, those that are there before the missing one, so that examples have values."""
    if name.startswith(LISTED):
        return (False, True)
    of_field = [test for test in tests if isinstance(test, FieldTest)]
    kind = of_field[0].type
    found = [value for test in of_field for value in _around(test)]
    if kind in ("text", "texts", "names"):
        found = [*found, *(CHOICES[name] if name == "motion" else (OTHER,))]
    if kind in ("texts", "names"):
        found = [*((value,) for value in found), *combinations(dict.fromkeys(found), 2), ()]
    there = tuple(dict.fromkeys(found))
    return there if name in ALWAYS_THERE or () in there else (*there, None)


def _around(test: FieldTest) -> Iterator[Any]:
    """The texts of a test, or what is just below, at and just above each of its bounds."""
    yield from (*test.any_of, *test.none_of)
    for bound in (test.min, test.max, test.above, test.below):
        if bound is not None:
            step: Any = timedelta(days=1) if isinstance(bound, date) else _step(test)
            yield from (bound - step, bound, bound + step)


def _step(test: FieldTest) -> Fraction | int:
    """The least by which values of a field differ that people look at."""
    if test.type == "percent":
        return Fraction(1, 100)
    return 1 if test.type == "count" else MICROS


def _passes(test: FieldTest | OnList, value: Any) -> bool:
    """As `matching` has it: a missing value fails; of several texts one has to be wanted, and none unwanted."""
    if isinstance(test, OnList):
        return value is test.wanted
    if value is None or value == ():
        return value == () and test.type == "names" and not test.any_of
    if test.any_of or test.none_of:
        texts = value if isinstance(value, tuple) else (value,)
        wanted = not test.any_of or any(text in test.any_of for text in texts)
        return wanted and not any(text in test.none_of for text in texts)
    return (
        (test.min is None or value >= test.min)
        and (test.max is None or value <= test.max)
        and (test.above is None or value > test.above)
        and (test.below is None or value < test.below)
    )
