"""Leave, and those who have left."""

from datetime import date
from fractions import Fraction

import pytest

from engine.documents.plans.absence import Leave, Leavers
from engine.documents.plans.draw import Draw
from engine.payees.windows.proration import quotas_of
from tests.engine.builders import book, company, units
from tests.engine.plans import Case, amounts, by_share, codes, component, plan, quota, sold

QUARTER = {"from_on": "2026-02-01", "until_on": "2026-05-01"}


def away(since, until=None, **changes):
    return {"person_id": "ada", "from_on": since, "until_on": until, **changes}


def left(*leaves, amount=89_000, since="2020-01-01", name="acv", **changes):
    """What is left of Ada's quota of a quarter of 28 + 31 + 30 days, in whole units."""
    row = quota(amount, **QUARTER, quota=name)
    enrolled = [{"person_id": "ada", "plan": "ae", "from_on": since}]
    of = book(quotas=[row], enrolments=enrolled, leaves=leaves)
    (found,) = quotas_of(plan(component(targets="variable"), **changes), of, company())["amount_micros"]
    return Fraction(found, 10**6)


@pytest.mark.parametrize(
    ("leave", "kind", "expected"),
    [
        (away("2026-03-01", "2026-04-01"), "days", 60_000),
        (away("2026-02-01", "2026-02-02"), "days", 90_000 - Fraction(30_000, 28)),
        (away("2026-03-02", "2026-04-01"), "months", 90_000),
        (away("2026-02-27", "2026-04-01"), "months", 60_000),
        (away("2026-03-01"), "months", 30_000),
        (away("2026-03-01"), "none", 90_000),
        (away("2026-05-01"), "days", 90_000),
        (away("2026-01-01", "2026-02-01"), "days", 90_000),
    ],
)
def test_leave_takes_its_days_off_the_quota(leave, kind, expected):
    assert abs(left(leave, amount=90_000, leave=Leave(quota=kind)) - expected) < Fraction(1, 10**5)


def test_a_quota_of_a_week_in_two_months_is_divided_by_its_days():
    week = quota(70, from_on="2026-02-23", until_on="2026-03-02")
    enrolled = [{"person_id": "ada", "plan": "ae", "from_on": "2020-01-01"}]
    of = book(quotas=[week], enrolments=enrolled, leaves=[away("2026-03-01", "2026-03-02")])

    assert quotas_of(plan(), of, company())["amount_micros"].to_list() == [units(60)]


def test_days_of_leave_and_of_absence_are_counted_once():
    leave = away("2026-02-01", "2026-03-11")

    assert left(leave, since="2026-03-01", proration="days") == 51_000


@pytest.mark.parametrize(("proration", "asked", "expected"), [("none", 90_000, 60_000), ("days", 89_000, 58_000)])
def test_a_day_of_two_rows_of_leave_is_counted_once(proration, asked, expected):
    leaves = (away("2026-03-20", "2026-04-01"), away("2026-03-01", "2026-04-01"), away("2026-03-30", "2026-04-01"))

    assert left(*leaves, amount=asked, proration=proration) == expected


@pytest.mark.parametrize(("protected", "expected"), [(False, 60_000), (True, 90_000)])
def test_protected_leave_takes_nothing_off_a_target(protected, expected):
    assert left(away("2026-03-01", "2026-04-01", protected=protected), amount=90_000, name="variable") == expected


@pytest.mark.parametrize(
    ("leave", "deals", "expected"),
    [
        (away("2026-03-10", "2026-03-11"), "paid", [10, 20, 30]),
        (away("2026-03-10", "2026-03-11"), "unpaid", [10, 30]),
        (away("2026-03-10"), "unpaid", [10]),
        (away("2026-03-10", protected=True), "unpaid", [10, 20, 30]),
    ],
)
def test_deals_on_days_of_leave(leave, deals, expected):
    case = Case([plan(leave=Leave(deals=deals))], others={"leaves": [leave]})
    outcome = case.pays(sold(("2026-03-09", 100), ("2026-03-10", 200), ("2026-03-11", 300)))

    assert (amounts(outcome), codes(outcome)) == (expected, [])


@pytest.mark.parametrize(("protected", "expected"), [(False, 2_000), (True, 3_000)])
def test_a_draw_shrinks_by_the_days_away(protected, expected):
    of = plan(draw=Draw(kind="non_recoverable", amount=units(3_000)))
    leave = away("2026-04-11", "2026-04-21", protected=protected)
    starts = [{"person_id": "ada", "plan": "ae", "from_on": "2026-04-01"}]
    case = Case([of], enrolments=starts, others={"leaves": [leave]})

    assert amounts(case.pays(sold(), through=date(2026, 5, 1))) == [expected]


@pytest.mark.parametrize(
    ("day", "after", "paid"),
    [("2026-04-01", 0, []), ("2026-04-01", 1, [10]), ("2026-04-02", 1, []), ("2026-03-31", 0, [10])],
)
def test_deals_after_the_last_day(day, after, paid):
    gone = [{"person_id": "ada", "plan": "ae", "until_on": "2026-04-01"}]
    of = plan(leavers=Leavers(paid_for_days=after) if after else None)
    outcome = Case([of], enrolments=gone).pays(sold((day, 100)))

    assert amounts(outcome) == paid
    assert codes(outcome) == ([] if paid else ["no_plan"])


def test_who_has_moved_to_another_plan_or_comes_back_has_not_left():
    moved = [{"person_id": "ada", "plan": "ae", "until_on": "2026-04-01"}]
    moved.append({"person_id": "ada", "plan": "am", "from_on": "2026-06-01"})
    of = plan(leavers=Leavers(paid_for_days=30))

    assert codes(Case([of, plan(plan="am")], enrolments=moved).pays(sold(("2026-04-10", 100)))) == ["no_plan"]


def test_deals_in_a_window_of_which_no_quota_is_left_are_held():
    of = plan(component(brackets=by_share((0, 10), (100, 20))))
    case = Case([of], [quota(100)], others={"leaves": [away("2020-01-01")]})

    assert codes(case.pays(sold(("2026-03-10", 5)))) == ["quota_not_positive"]
