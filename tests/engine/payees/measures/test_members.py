"""Members at quota: in which windows they are counted, and who is new among them."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import Any

from engine.book import Outcome
from engine.documents.curves.bracket import Bracket
from engine.documents.measures.measure import Measure
from engine.documents.measures.members import Members, Newcomers
from engine.documents.values import Dated
from tests.engine.builders import units
from tests.engine.plans import Case, by_share, codes, component, plan, quota, sold

MONTHS = [date(2026, month, 1) for month in range(2, 7)]
QUOTAS = [{**quota(100), "from_on": first, "until_on": until} for first, until in pairwise(MONTHS)]
LUMPS = tuple(
    Bracket(from_micros=units(start), lump=Dated(steps=((date.min, units(pay)),))) for start, pay in ((0, 0), (1, 10))
)


def paid(*sales: Any, enrolled: Any = ({},), through: date = date(2026, 6, 1), **more: Any) -> Outcome:
    """What comes of a manager who is paid for members who reach 100 %, month by month."""
    reps = plan(component(brackets=by_share((0, 10)), accumulates="month"))
    counting: dict[str, Any] = {"least": Fraction(1), "counted_as": "members"}
    asked = more.pop("members", {**counting, "newcomers": more.pop("newcomers", None)})
    at_quota = Members(attaining=("base",), **asked)
    part = {"id": "breadth", "measure": "at", "accumulates": "month", "tiers": None, "quota": None, "brackets": LUMPS}
    own = component(**part | more.pop("part", {}))
    managers = plan(own, plan="manager", measures={"at": Measure(members=at_quota)})
    mine = ({"person_id": "ada", "plan": "ae", **each} for each in enrolled)
    reporting = [{"person_id": "ada", "manager_id": "eve"}]
    case = Case(
        [reps, managers],
        QUOTAS,
        [*mine, {"person_id": "eve", "plan": "manager"}],
        others={"reporting_lines": reporting, **more},
    )
    return case.pays(sold(*sales), through=through)


def counted(*sales: Any, **more: Any) -> list[tuple[str, int]]:
    """By month what the manager is paid."""
    lines = paid(*sales, **more).lines.filter(payee_id="eve")
    return [(period, amount // units(1)) for period, amount in lines.select("period", "amount_micros").iter_rows()]


def test_months_in_which_nobody_sells_anything_are_known_too() -> None:
    found = counted(("2026-03-10", 100))

    assert found == [("2026-03", 10), ("2026-04", 0), ("2026-05", 0)]


def test_targets_are_known_in_years_in_which_nobody_sells_anything() -> None:
    promise = {"person_id": "eve", "from_on": "2026-01-01", "variable_micros": units(12_000)}

    outcome = paid(
        ("2026-03-10", 100),
        through=date(2027, 3, 1),
        part={
            "target_of": "variable",
            "brackets": (Bracket(from_micros=0, pays=Dated(steps=((date.min, Fraction(0)),))),),
        },
        compensation=[promise],
    )

    assert codes(outcome) == []
    assert outcome.lines.filter(payee_id="eve")["period"].to_list()[-1] == "2027-02"


def test_a_month_of_which_all_is_held_is_not_passed_over() -> None:
    found = counted(("2026-02-10", 100, {"currency": "EUR"}), ("2026-04-10", 100))

    assert found == [("2026-03", 0), ("2026-04", 10), ("2026-05", 0)]


def test_nobody_knows_a_mean_while_a_member_is_held() -> None:
    """Half of the quota, and twice as much; of February nobody knows anything."""
    rows = ((Fraction(0), 0), (Fraction(1, 2), 15), (Fraction(2), 60))
    steps = tuple(Bracket(from_share=at, lump=Dated(steps=((date.min, units(pay)),))) for at, pay in rows)
    held = ("2026-02-10", 100, {"currency": "EUR"})

    found = counted(
        held, ("2026-03-10", 50), ("2026-04-10", 200), part={"brackets": steps}, members={"counted_as": "mean"}
    )

    assert found == [("2026-03", 15), ("2026-04", 60), ("2026-05", 0)]


def test_who_comes_back_is_no_newcomer() -> None:
    twice = ({"until_on": "2026-02-15"}, {"from_on": "2026-03-01"})

    found = counted(("2026-03-10", 50), enrolled=twice, newcomers=Newcomers(months=1, least=Fraction(1, 2)))

    assert found == [("2026-03", 0), ("2026-04", 0), ("2026-05", 0)]
