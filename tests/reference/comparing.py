"""Both engines side by side: what one says and the other does not."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from engine import frames as f
from engine.cohorts.windows import Reach
from engine.compute import credit_deals
from engine.pay import pay
from engine.payees.paid_before import TO_DATE, both_sides
from tests.engine.plans import ledger
from tests.reference.made.world import World
from tests.reference.pay import compute

SHOWN = 12
STATES = ("payable", "held", "forfeited")
"""Of what was earned; nothing of one is as good as no row."""
THROUGH = date(2027, 6, 1)
"""Everything before it is over."""
Told = Mapping[tuple[Hashable, ...], Any]


def differences(world: World) -> list[str]:
    """Credits, lots, lines, held credits and payables, where they differ, as text; none where both engines agree."""
    told, expected = of_engine(world), of_reference(world)
    different = [key for key in sorted({*told, *expected}, key=str) if told.get(key) != expected.get(key)]
    return [f"{key}: the engine says {told.get(key)}, the reference {expected.get(key)}" for key in different[:SHOWN]]


def of_engine(world: World) -> Told:
    """What the engine makes of the world."""
    credited = credit_deals(world.book, world.rules, Reach(THROUGH))
    made = (credited.credits, credited.classified, world.book, world.rules, ledger())
    paid = pay(*made, cohorts=credited.cohorts, through=THROUGH)
    f.Lines.validate(paid.lines)  # no two of one key, which would be settled as one
    told: dict[tuple[Hashable, ...], Any] = {}
    for row in credited.credits.iter_rows(named=True):
        share = Fraction(row["share_num"], row["share_den"])
        told["credit", row["credit_id"]] = (share, row["amount_micros"], row["acv_micros"], row["units_micros"])
    for row in credited.lots.iter_rows(named=True):
        told["lot", row["drawn_for"], row["turn"]] = (row["place"], row["account_id"], row["drawn"], row["drawn_on"])
    for row in paid.lines.iter_rows(named=True):
        key = (row["plan"], row["component"], row["payee_id"], row["period"], row["part"], row["kind"])
        _add(told, ("line", *key, both_sides(row["source_id"])), row["amount_micros"])
    for row in paid.held.iter_rows(named=True):
        told["held", row["plan"], row["component"], row["payee_id"], both_sides(row["source_id"])] = True
    for row in paid.payables.iter_rows(named=True):
        line = (
            row["plan"],
            row["component"],
            row["payee_id"],
            row["earned_in"],
            row["line_part"],
            both_sides(row["source_id"]),
        )
        since = () if row["state"] == "held" else (row["payable_on"], row["period"])
        _add(told, (row["state"], *line, *since), row["amount_micros"])
    return {key: value for key, value in told.items() if value or not _as_good_as_nothing(key)}


def of_reference(world: World) -> Told:
    """What the reference engine makes of it."""
    result = compute(world.book, world.rules, THROUGH)
    said: dict[tuple[Hashable, ...], Any] = {}
    for credit in result.credits:
        said["credit", credit.id] = (credit.share, credit.amount, credit.acv, credit.units)
    for drawn_for, lots in result.lots.items():
        for turn, lot in enumerate(lots, 1):
            said["lot", drawn_for, turn] = (lot.place, lot.account, lot.drawn, lot.day)
    for line in result.lines:
        if line.amount is None:
            said["held", line.plan, line.component, line.payee, line.source] = True
        else:
            key = (line.plan, line.component, line.payee, line.period, line.part, line.kind)
            _add(said, ("line", *key, line.source), line.amount)
    for each in result.payables:
        line = each.line
        since = () if each.state == "held" else (each.day, each.period)
        key = (line.plan, line.component, line.payee, line.period, line.part, line.source)
        _add(said, (each.state, *key, *since), each.amount)
    return {key: value for key, value in said.items() if value or not _as_good_as_nothing(key)}


def _as_good_as_nothing(key: tuple[Hashable, ...]) -> bool:
    """Whether nothing of it is as good as no row; one engine tells a window to date in two lines, the other in one."""
    return key[0] in STATES or (key[0] == "line" and str(key[-1]).startswith(TO_DATE))


def _add(told: dict[tuple[Hashable, ...], Any], key: tuple[Hashable, ...], amount: int) -> None:
    told[key] = told.get(key, 0) + amount
