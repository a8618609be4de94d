"""Conditions in words, as the documents state them: `segment SMB or Enterprise and term months at least 36`."""

from __future__ import annotations

from fractions import Fraction

from engine.documents.conditions import Bound, FieldTest, When
from engine.model import MICROS
from engine.telling.wording import number, percent

BOUNDS = {"min": "at least", "above": "above", "max": "at most", "below": "below"}


def condition(when: When) -> str:
    """All tests of a condition."""
    account = when.account
    lists = [f"account on list {account.listed_in}"] if account and account.listed_in else []
    lists += [f"account not on list {account.not_listed_in}"] if account and account.not_listed_in else []
    return " and ".join([*lists, *(_test(test) for test in when.tests)]) or "any deal"


def _test(test: FieldTest) -> str:
    name = test.name
    if test.any_of:
        return f"{name} {' or '.join(test.any_of)}"
    if test.none_of:
        return f"{name} not {' nor '.join(test.none_of)}"
    if test.min is not None and test.min == test.max:
        return f"{name} {_value(test, test.min)}"
    bounds = ((word, getattr(test, key)) for key, word in BOUNDS.items())
    return f"{name} " + " and ".join(f"{word} {_value(test, bound)}" for word, bound in bounds if bound is not None)


def _value(test: FieldTest, bound: Bound) -> str:
    if isinstance(bound, Fraction):
        return percent(bound)
    return number(Fraction(bound, MICROS)) if test.type == "money" and isinstance(bound, int) else str(bound)
