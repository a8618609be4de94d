"""Facts and sentences of lines that are settled against others: clawbacks (DESIGN 5.16).

They are on no payout curve. What they need is on the line: what was earned, what had been settled before and is after.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from engine.documents.plan import Plan
from engine.money import minor_unit_micros, round_ratio
from engine.wording import money, percent

SETTLED = ("clawback",)
"""Kinds of lines that are made from other lines, not from credits."""

OF_THE_LINE = (
    *("kind", "part", "deal_id", "window", "base_micros", "before_micros", "after_micros", "share"),
    *("amount_micros", "currency"),
)


def settled_facts(line: Mapping[str, Any], plan: Plan) -> dict[str, Any]:
    """What the line (a row of `Lines`) was computed from; `settled_again` makes the amount from it."""
    cause = _cause(line)
    titles = {component.id: component.title for component in plan.components}
    return {
        "plan": plan.plan,
        "plan_version": plan.version,
        "document": plan.document,
        "component": line["component"],
        "title": titles.get(line["component"]) or line["component"],
        "cause": cause,
        "limit": _limit(plan, cause),
        "dated_on": line["dated_on"].isoformat(),
        "rated_on": line["rated_on"].isoformat(),
        "days": (line["dated_on"] - line["rated_on"]).days,
        **{name: line[name] for name in OF_THE_LINE},
        "unit": minor_unit_micros(plan.currency),
        "rounding": plan.rounding,
    }


def settled_again(known: Mapping[str, Any]) -> int:
    """The amount of a settled line from its facts alone: what was taken before less what is taken now."""
    taken = known["base_micros"] * Fraction(known["share"])
    before: int = known["before_micros"]
    return before - round_ratio(taken.numerator, taken.denominator, known["unit"], known["rounding"])


def settled_sentence(known: Mapping[str, Any], deal: str) -> str:
    """Why a settled line is what it is; `deal` is what people call the deal."""
    currency, share = known["currency"], Fraction(known["share"])
    earned, taken, amount = (money(known[f"{name}_micros"], currency) for name in ("base", "before", "amount"))
    when = f"was {known['cause']} on {known['dated_on']}, {known['days']} days after it closed on {known['rated_on']}"
    soon = f"within the {known['limit']} of the plan"
    part = "what it earned" if share == 1 else f"{_share(share)} of what it earned"
    before = f" less the {taken} taken before" if known["before_micros"] else ""
    return f"{deal} {when} and {soon}: {part}, {earned}, is taken back{before}: {amount}"


def _cause(line: Mapping[str, Any]) -> str:
    """The cause of a clawback, as the part of its key says it."""
    return next((word for word in line["part"].split()[1:] if not word.isdigit()), "cancelled")


def _limit(plan: Plan, cause: str) -> str:
    """How long the plan takes back, such as `90 days`."""
    within = getattr(plan.clawback.when, cause) if plan.clawback else None
    if within is None:
        return ""
    return f"{within.within_days} days" if within.within_days is not None else f"{within.within_months} months"


def _share(share: Fraction) -> str:
    """`50 %`, or `2/3` where decimals do not end."""
    return percent(share) if "/" not in percent(share) else str(share)
