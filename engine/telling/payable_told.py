"""When a line becomes payable, in sentences, and what each payable is computed from (DESIGN 5.15).

A row of `Payables` holds all its facts: `recomputed_payable` makes its amount from them and the plan's rounding.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import polars as pl

from engine.documents.plans.plan import Plan
from engine.payees.paying.unreleased import part_of
from engine.telling.wording import money, percent, roughly

Row = Mapping[str, Any]
LineKey = tuple[str, ...]
OCCASIONS = {
    "contract_start": "the start of the contract",
    "delivery": "the delivery",
    "go_live": "the go-live",
    "invoice": "the invoice",
    "cash": "the customer's payment",
}
"""What is waited for, in words."""


def recomputed_payable(row: Row, plan: Plan) -> int:
    """The amount of a payable from its facts alone."""
    base, before, after = row["base_micros"], Fraction(row["before"]), Fraction(row["after"])
    if row["kind"] == "clawback":
        return int(row["taken_micros"] - base)
    if row["kind"] == "reserve":
        return -part_of(base, after, plan)
    return part_of(base, after, plan) - part_of(base, before, plan)


def told_payable(row: Row) -> str:
    """One sentence to the payee: how much is payable since when and why, or what is still waited for."""
    amount = money(abs(row["amount_micros"]), row["currency"])
    if row["kind"] == "clawback":
        return _taken(row)
    if row["kind"] == "reserve":
        of = money(abs(row["base_micros"]), row["currency"])
        if row["base_micros"] < 0:
            return f"{amount} of it is taken off later, with the reserve: {percent(Fraction(row['after']))} of {of}"
        return f"{amount} of it is held back as a reserve: {percent(Fraction(row['after']))} of {of}"
    what = f"{amount} of the reserve" if row["kind"] == "reserve_release" else amount
    if row["state"] == "held":
        held = "is held" if row["amount_micros"] >= 0 else "is not taken off yet"
        return f"{what} {held}: {_waits(row)}"
    if row["amount_micros"] < 0:
        return f"{amount} is taken off what is payable since {row['payable_on']}{_why(row)}"
    verb = "is forfeited" if row["state"] == "forfeited" else "is payable"
    return f"{what} {verb} since {row['payable_on']}{_why(row)}{_part(row)}"


def line_key(row: Row, period: str, part: str) -> LineKey:
    """What a line and its payables share."""
    return row["plan"], row["component"], row["payee_id"], period, row["source_id"], part


def told_by_line(payables: pl.DataFrame) -> dict[LineKey, list[str]]:
    """Sentences on when each line becomes payable, in order of days; what has no known day comes last."""
    told: dict[LineKey, list[str]] = defaultdict(list)
    for row in payables.sort("payable_on", "part", nulls_last=True).iter_rows(named=True):
        told[line_key(row, row["earned_in"], row["line_part"])].append(told_payable(row))
    return told


def _taken(row: Row) -> str:
    """Where a clawback took its amount from."""
    if row["state"] == "forfeited":
        return f"{money(row['base_micros'], row['currency'])} of it was forfeited before, and is not taken again"
    if row["base_micros"] < 0:
        return _given_back(row)
    whole, taken, rest = (money(value, row["currency"]) for value in _of_clawback(row))
    if not row["taken_micros"]:
        return f"{rest} is to be paid back since {row['payable_on']}"
    if not row["amount_micros"]:
        return f"{whole} is taken from what was not payable yet; nothing is to be paid back"
    return f"{taken} of {whole} is taken from what was not payable yet; {rest} is to be paid back"


def _given_back(row: Row) -> str:
    """What a clawback does to what was taken off, such as a fee: it comes back as far as it had been."""
    whole, open_, back = (money(abs(value), row["currency"]) for value in _of_clawback(row))
    if not row["taken_micros"]:
        return f"{back} is given back since {row['payable_on']}"
    rest = f"{back} is given back since {row['payable_on']}" if row["amount_micros"] else "nothing is given back"
    return f"{open_} of {whole} had not been taken off yet; {rest}"


def _of_clawback(row: Row) -> tuple[int, int, int]:
    return row["base_micros"], row["taken_micros"], -row["amount_micros"]


def _why(row: Row) -> str:
    """What released it."""
    if row["occasion"] == "at_latest":
        return ", the last day to wait for the rest"
    if row["occasion"] == "leaving":
        return ", when you left"
    since = row["since_on"]
    if row["occasion"] in OCCASIONS:
        day = f" of {since}" if since != row["payable_on"] else ""
        return f", by {OCCASIONS[row['occasion']]}{day}"
    delayed = since is not None and since != row["payable_on"]
    return f", after {since}" if delayed else ""


def _part(row: Row) -> str:
    """Which part of the step it is, where it is not all."""
    before, after = Fraction(row["before"]), Fraction(row["after"])
    if before == 0 and after == 1:
        return ""
    base = money(row["base_micros"], row["currency"])
    earlier = f" less the {roughly(before)} before" if before else ""
    return f": {roughly(after)} of {base}{earlier}"


def _waits(row: Row) -> str:
    """What is waited for, and until when."""
    until, waited = row["payable_on"], OCCASIONS.get(row["occasion"])
    if row["since_on"] is not None or waited is None:
        return f"it becomes payable on {until}"
    known = f", until {until} at the latest" if until is not None else ""
    return f"it waits for {waited}{known}"
