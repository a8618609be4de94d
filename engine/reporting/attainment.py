"""Attainment: how many reach their quota, and whether quotas are too hard or too easy."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from engine.reporting.standing import Group
from engine.reporting.table import Cell, Column, Table, median, ratio

STEPS = (50, 80, 100, 120)
"""Where the bands of the distribution begin, in per cent of quota; the first band is what lies below."""
HARD, EASY = Fraction(1, 2), Fraction(4, 5)
BANDS = ("below 50 %", "50 to 80 %", "80 to 100 %", "100 to 120 %", "120 % and more")


def attainment(groups: Sequence[Group]) -> Table:
    """The distribution in every window of every component with a quota."""
    return Table(
        id="attainment",
        title="Attainment distribution",
        definition=(
            "Payees with a quota by achieved / quota of the window; one exactly at a bound is in the band above it. "
            "Quotas are too hard where fewer than half reach them, too easy where more than four fifths do; "
            "that is said of windows that are over."
        ),
        columns=(
            *(Column(name) for name in ("plan", "component", "window")),
            Column("payees", "count"),
            Column("reach quota", "count"),
            Column("share", "share"),
            Column("median", "share"),
            *(Column(name, "count") for name in BANDS),
            Column("quotas are"),
        ),
        rows=tuple(_row(group) for group in groups),
    )


def _row(group: Group) -> tuple[Cell, ...]:
    values = [each.attainment for each in group.standings]
    reached = sum(value >= 1 for value in values)
    share = ratio(reached, len(values))
    bands = [sum(value >= Fraction(step, 100) for value in values) for step in STEPS]
    counts = [above - below for above, below in zip([len(values), *bands], [*bands, 0], strict=True)]
    named = (group.plan.plan, group.component.id, group.window.label)
    return (*named, len(values), reached, share, median(values), *counts, _verdict(group, share))


def _verdict(group: Group, share: Fraction | None) -> str:
    if not group.is_over:
        return "(running)"
    if share is None or share < HARD:
        return "too hard"
    return "too easy" if share > EASY else "about right"
