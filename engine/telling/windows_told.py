"""Sentences on what windows come to: weighted attainments, ratios, members at quota, the year to date."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from engine.documents.measures.added import Addend
from engine.documents.measures.members import Members
from engine.documents.measures.ratio import Ratio
from engine.documents.measures.weighted import WeightedAttainment
from engine.documents.plans.plan import Plan
from engine.telling.facts import component_of
from engine.telling.wording import attainment, counted, money, percent, pieces, roughly

Row = Mapping[str, Any]


def told_of_weights(known: Row, parts: Sequence[WeightedAttainment]) -> str:
    """`Your weighted attainment in FY2026-Q1 is 98 %: 60 % x 110 % of bookings + 40 % x 80 % of nrr`."""
    reached = roughly(Fraction(known["after_micros"], known["quota_micros"]))
    told = " + ".join(_weighed(part, found) for part, found in zip(parts, known["cohort"], strict=True))
    return f"Your weighted attainment in {known['window']} is {reached}: {told}"


def _weighed(part: WeightedAttainment, found: Row) -> str:
    """One attainment with its weight, and what it counts as where that is something else."""
    reached = Fraction(found["achieved"], found["quota"]) if found["quota"] else Fraction(0)
    counted = "".join(_counted(part, reached))
    return f"{percent(part.weight)} x {roughly(reached)} of {part.measure}{counted}"


def _counted(part: WeightedAttainment, reached: Fraction) -> Iterator[str]:
    if part.least is not None and reached < part.least:
        yield f" (below {percent(part.least)}, counts as 0 %)"
    elif part.most is not None and reached > part.most:
        yield f" (counts as {percent(part.most)})"


def told_of_ratio(known: Row, ratio: Ratio, plan: Plan) -> str:
    """`Your show in 2026-01 is 70 %: 14 of held by 20 of booked`."""
    found = known["cohort"]
    parts = (f"{_worth(found[key], plan, getattr(ratio, key))} of {getattr(ratio, key)}" for key in ("of", "to"))
    name = component_of(known, plan).measure
    is_share = ratio.told_as == "percent"
    now = roughly(Fraction(known["after_micros"], known["quota_micros"])) if is_share else None
    return (
        f"Your {name} in {known['window']} is {now or _worth(known['after_micros'], plan, name)}: {' by '.join(parts)}"
    )


def told_of_sum(known: Row, addends: Sequence[Addend], plan: Plan) -> str:
    """`Your points in 2026-01 is 70: 50,000.00 USD of acv x 0.1 % + 2 of meetings x 10`."""
    name = component_of(known, plan).measure
    parts = (
        f"{_worth(found, plan, part.measure)} of {part.measure}{_times(part.times)}"
        for part, found in zip(addends, known["cohort"], strict=True)
    )
    return f"Your {name} in {known['window']} is {_worth(known['after_micros'], plan, name)}: {' + '.join(parts)}"


def _times(times: Fraction) -> str:
    """What a part counts for, where that is not just what it is."""
    if times == 1:
        return ""
    return f" x {times}" if times.denominator == 1 else f" x {percent(times)}"


def told_to_date(known: Row, plan: Plan) -> str:
    """`In 2026-01 to 2026-03 you came to 310, 103.3 % of quota (300)`, or that this much was paid before."""
    found, quota = known["cohort"], known["quota_micros"]
    achieved = int(known["after_micros"] if found["counts"] else known["before_micros"])
    measure = component_of(known, plan).measure
    of_quota = f", {attainment(achieved, quota)} of quota ({_worth(quota, plan, measure)})" if quota else ""
    less = found.get("lost", 0)
    taken = f" ({_worth(less, plan, measure)} of what was lost taken off)" if less else ""
    span = found["since"] if found["since"] == found["until"] else f"{found['since']} to {found['until']}"
    came = f"{_worth(achieved, plan, measure)}{taken}{of_quota}"
    return f"In {span} you came to {came}" if found["counts"] else f"Taken off is what {span} was paid for, {came}"


def _worth(micros: int, plan: Plan, measure: str) -> str:
    """What a measure came to, in its unit."""
    return money(micros, plan.currency) if plan.measures[measure].unit == "amount" else pieces(micros)


def told_of_everybody(known: Row, plan: Plan) -> str:
    """`Everybody together came to 950,000.00 USD of company in FY2026-Q1, 95 % of quota (1,000,000.00 USD)`."""
    measure, reached, quota = component_of(known, plan).measure, known["after_micros"], known["quota_micros"]
    if plan.measures[measure].unit == "percent":
        return f"The {measure} of everybody together was {roughly(Fraction(reached, known['hundred']))}"
    of_quota = f", {attainment(reached, quota)} of quota ({_worth(quota, plan, measure)})" if quota else ""
    came = f"{_worth(reached, plan, measure)} of {measure} in {known['window']}"
    return f"Everybody together came to {came}{of_quota}"


def told_of_members(known: Row, members: Members) -> str:
    """`Of 5 members of your team 4 had attained 100 % of base on 2026-03-31`, or what they attained on average."""
    found, parts, new = known["cohort"], " and ".join(members.attaining), members.newcomers
    if members.least is None:
        out = f" (without those in their first {counted(new.months, 'month')})" if new is not None else ""
        mean = f"{roughly(Fraction(found['mean']))} of {parts} on average on {found['on']}"
        return f"The {counted(found['members'], 'member')} of your team{out} had attained {mean}"
    asked = f"{percent(members.least)} of {parts}"
    if new is None:
        floor = ""
    elif new.least is None:
        floor = f", those in their first {counted(new.months, 'month')} left out"
    else:
        floor = f" ({percent(new.least)} in the first {counted(new.months, 'month')})"
    reached = f"{found['reached']} had attained {asked}{floor} on {found['on']}"
    return f"Of {found['members']} members of your team {reached}"
