"""How a statement comes about, as plain data: from base to payout, what changed since it was last shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from engine.documents.plans.plan import Plan
from engine.money import format_amount
from engine.payees.paying.balances import Balance
from engine.telling.waterfall import steps_of
from jobs.books.material import Material
from jobs.books.moved import Moved
from jobs.configuration import Configuration

STEPS: Mapping[str, str] = {
    "commission": "Commission at base rates",
    "spiff": "SPIFFs",
    "bonus": "Bonuses",
    "manager_override": "Manager overrides",
    "tiers": "Tiers: accelerators and thresholds",
    "multipliers": "Gates and multipliers",
    "caps": "Caps",
    "floor": "Floors",
    "pool": "Bonus pools",
    "clawback": "Clawbacks",
    "draw_advance": "Draws advanced",
    "draw_recovery": "Draws recovered",
    "adjustment": "Adjustments",
    "adjustments": "Changes of closed periods",
    "booked_elsewhere": "Booked in later statements",
    "earned": "Earned",
    "held": "Held until released, less what was released",
    "forfeited": "Forfeited",
    "brought_forward": "Brought forward",
    "carried_forward": "Carried forward",
    "payout": "Payout",
}
"""What each step is called."""
TOTALS = ("earned", "payout")
CHANGE = ["component", "deal_id", "reason", "currency"]


def by_version(configuration: Configuration) -> dict[str, Plan]:
    """The plan documents in force by their content hash."""
    return {plan.version: plan for plan in configuration.rules.plans}


def waterfalls(
    of: Material, strayed: Moved, accounts: Sequence[Balance], plans: Mapping[str, Plan]
) -> list[dict[str, Any]]:
    """By currency the steps from base pay to the payout; parts add up to the totals that follow them."""
    here = [each for each in accounts if each.period == of.period]
    frames = (of.rows, strayed.here, strayed.elsewhere)
    currencies = {each.currency for each in here} | {name for frame in frames for name in frame["currency"]}
    return [_waterfall(currency, of, strayed, here, plans) for currency in sorted(currencies)]


def _waterfall(
    currency: str, of: Material, strayed: Moved, accounts: Sequence[Balance], plans: Mapping[str, Plan]
) -> dict[str, Any]:
    lines = of.rows.filter(currency=currency)
    moved = [
        ("adjustments", _sum(strayed.here.filter(currency=currency))),
        ("booked_elsewhere", -_sum(strayed.elsewhere.filter(currency=currency))),
    ]
    earned = [*steps_of(lines.iter_rows(named=True), plans, currency), *moved]
    total = sum(micros for _, micros in earned)
    paid_out = _paid_out([each for each in accounts if each.currency == currency])
    steps = [*earned, ("earned", total), *paid_out, ("payout", total + sum(micros for _, micros in paid_out))]
    return {"currency": currency, "steps": [_step(*step, currency) for step in steps if step[1] or step[0] in TOTALS]}


def _paid_out(accounts: Sequence[Balance]) -> list[tuple[str, int]]:
    """From what is earned to the payout, over all accounts of a currency."""
    held = sum(each.payable + each.forfeited - each.earned for each in accounts)
    return [
        ("held", held),
        ("forfeited", -sum(each.forfeited for each in accounts)),
        ("brought_forward", sum(each.brought_forward for each in accounts)),
        ("carried_forward", -sum(each.carried_forward for each in accounts)),
    ]


def _step(name: str, micros: int, currency: str) -> dict[str, Any]:
    title = STEPS.get(name, name.replace("_", " ").capitalize())
    return {"step": name, "title": title, "total": name in TOTALS, "amount": format_amount(micros, currency)}


def changed(of: Material) -> dict[str, Any] | None:
    """What was booked in the statement since it was last shown: sealed, else computed; None where it never was.

    What it came to before and the changes are what it comes to now.
    """
    shown = of.earned.filter(pl.col("booked_in") == of.period)
    if shown.is_empty():
        return None
    last = of.sealed_until if of.sealed_until is not None else _before_the_last_run(shown)
    old, new = shown.filter(pl.col("number") <= last), shown.filter(pl.col("number") > last)
    if old.is_empty():
        return None
    return {
        "since": "sealed" if of.sealed_until is not None else "computed",
        "at": old["booked_at"][-1],
        "before": _by_currency(old),
        "changes": [_change(row, of) for row in _summed(new).iter_rows(named=True)],
        "now": _by_currency(shown),
    }


def _before_the_last_run(shown: pl.DataFrame) -> int:
    """The number of the last posting that an earlier run booked; none has the number 0."""
    earlier = shown.filter(pl.col("run_id") != shown["run_id"][-1])
    return int(earlier["number"][-1]) if earlier.height else 0


def _summed(new: pl.DataFrame) -> pl.DataFrame:
    sums = new.group_by(CHANGE).agg(pl.col("delta_micros").cast(pl.Int128).sum())
    return sums.filter(pl.col("delta_micros") != 0).sort(CHANGE)


def _change(row: Mapping[str, Any], of: Material) -> dict[str, Any]:
    return {
        "component": row["component"],
        "deal_id": row["deal_id"],
        "deal": of.told.deals.get(row["deal_id"], {}).get("name"),
        "reason": row["reason"],
        "amount": format_amount(int(row["delta_micros"]), row["currency"]),
        "currency": row["currency"],
    }


def _by_currency(rows: pl.DataFrame) -> dict[str, str]:
    sums = rows.group_by("currency").agg(pl.col("delta_micros").cast(pl.Int128).sum()).sort("currency")
    return {currency: format_amount(int(amount), currency) for currency, amount in sums.iter_rows()}


def _sum(rows: pl.DataFrame) -> int:
    return int(rows["amount_micros"].cast(pl.Int128).sum())
