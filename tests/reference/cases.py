"""Cases by what the deal is: the first that fits decides, and the last is for all others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from engine.documents.curves.cases import FactorCase, RateCase
from tests.reference.entries import Entry
from tests.reference.facts import Facts
from tests.reference.matching import fits

Case = TypeVar("Case", RateCase, FactorCase)


def case_of(cases: Sequence[Case], entry: Entry, facts: Facts) -> Case | None:
    """The case of an entry; what is of no deal is one of all others. None where there are no cases."""
    return next((case for case in cases if _is_of(case, entry, facts)), None)


def _is_of(case: RateCase | FactorCase, entry: Entry, facts: Facts) -> bool:
    return case.when is None or (entry.deal is not None and fits(case.when, entry.deal, facts))
