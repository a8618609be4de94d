"""What people data promises a payee for a year: base salary, variable pay and their sum, the on-target earnings."""

from __future__ import annotations

from typing import Literal

from engine.documents.problems import wrong

Promise = Literal["base_salary", "variable", "ote"]
"""An amount of `config/people/people.csv` that plans may pay by."""


def promise_rows(promise: Promise) -> str:
    """How rows of a promise are called beside those of the quota file, where no name has a space."""
    return f"{promise} in people.csv"


def promised(base: int | None, ote: int | None, variable: int | None) -> tuple[int | None, int | None, int | None]:
    """The three amounts, the third worked out where two are given; Problems where they contradict each other."""
    if ote is not None and variable is not None and base is None:
        base = ote - variable
    elif ote is not None and base is not None and variable is None:
        variable = ote - base
    elif base is not None and variable is not None and ote is None:
        ote = base + variable
    if base is None and ote is None and variable is None:
        raise wrong("promises nothing.", "Write base_salary, ote or variable.")
    if min(base or 0, variable or 0) < 0:
        raise wrong("ote: less than one of its parts.", "OTE is base salary and variable pay together.")
    if base is not None and ote is not None and variable is not None and base + variable != ote:
        raise wrong("ote: not base_salary and variable together.", "Correct one of the three, or leave one out.")
    return base, ote, variable
