"""What changes of a customer's revenue while its contract runs, and what of it nobody knows."""

from __future__ import annotations

from datetime import date

import pytest

from engine import frames as f
from engine.cohorts.cohort import cohorts
from engine.cohorts.windows import Reach
from engine.documents.conditions import FieldTest
from engine.documents.measures.retention import Retention
from engine.documents.measures.worth import LinesTest
from tests.engine.builders import book, engagement, frame, rule, rules, units
from tests.engine.kept import CONTRACT, FIRST, RENEWED, UPSELL, first_quarter, told
from tests.engine.plans import component, plan

# ------------------------------------------------------------------------------- changes


DOWN = {"deal_id": "D3", "motion": "downgrade", "type": "Downgrade", "closed_on": "2026-03-01"}


@pytest.mark.parametrize(
    ("deals", "every", "net"),
    [
        ([UPSELL], (100, 20, 0, 0), (100, 20, 0, 0)),
        ([DOWN], (100, 0, 30, 0), (100, 0, 30, 0)),
        ([UPSELL, DOWN], (100, 20, 30, 0), (100, 0, 10, 0)),
        ([UPSELL, {**DOWN, "closed_on": "2026-02-10"}], (100, 0, 10, 0), (100, 0, 10, 0)),
        ([{**UPSELL, "closed_on": "2025-12-31"}], (120, 0, 0, 0), (120, 0, 0, 0)),
        ([{**UPSELL, "closed_on": "2025-12-31", "starts_on": "2026-01-01"}], (100, 20, 0, 0), (100, 20, 0, 0)),
    ],
)
def test_upsells_and_downgrades_change_it_from_the_day_they_start(deals, every, net):
    sized = [{**deal, "amount_micros": units(20 if deal["motion"] == "upsell" else -30)} for deal in deals]
    for losses, expected in (("every", every), ("net", net)):
        asked = {"retention": Retention(kind="gross", losses=losses)}
        assert first_quarter(contracts=[CONTRACT], deals=sized, measure=asked) == expected


def test_what_was_added_goes_with_its_contract_and_loses_no_more_than_there_was():
    gone = {**CONTRACT, "cancelled_on": "2026-03-01"}

    assert first_quarter(contracts=[gone], deals=[{**UPSELL, "amount_micros": units(50)}]) == (100, 0, 0, 100)


def test_a_renewal_renews_what_was_added_too():
    deals = [FIRST, {**UPSELL, "closed_on": "2025-06-01", "amount_micros": units(50)}]

    assert first_quarter(deals=[*deals, {**RENEWED, "deal_id": "D4", "amount_micros": units(150)}]) == (150, 0, 0, 0)
    due = {"retention": Retention(kind="gross", cohort="due")}
    assert first_quarter(deals=[*deals, {**RENEWED, "deal_id": "D4", "amount_micros": units(140)}], measure=due) == (
        (150, 0, 10, 0)
    )


def test_events_of_deals_end_and_reduce_contracts():
    event = {"deal_id": "D1", "happened_on": date(2026, 2, 1), "amount_micros": None}

    ended = first_quarter(deals=[{**FIRST, "term_months": 24}], deal_events=[{**event, "kind": "cancelled"}])
    less = {**event, "kind": "downgraded", "amount_micros": units(15)}
    shrunk = first_quarter(deals=[{**FIRST, "term_months": None}], deal_events=[less])

    assert (ended, shrunk) == ((50, 0, 0, 50), (100, 0, 15, 0))


def test_what_made_a_contract_less_goes_on_while_a_late_renewal_lets_it_run_on():
    told_of = {"deal_id": "D1", "amount_micros": units(40)}
    events = [
        {**told_of, "kind": "downgraded", "happened_on": date(2025, 6, 1)},
        {**told_of, "kind": "cancelled", "happened_on": date(2025, 12, 20)},
    ]
    deals = [FIRST, {**RENEWED, "closed_on": "2026-01-10", "amount_micros": units(60)}]
    asked = {"retention": Retention(kind="gross", grace_days=90)}

    assert first_quarter(deals=deals, deal_events=events, measure=asked) == (60, 0, 0, 0)


def test_what_changes_after_the_last_day_is_no_part_of_what_was_due():
    deals = [FIRST, {**UPSELL, "amount_micros": units(20)}, {**RENEWED, "deal_id": "D4", "closed_on": "2026-02-20"}]
    asked = {"retention": Retention(kind="gross", cohort="due", grace_days=90)}

    sized = [*deals[:2], {**deals[2], "amount_micros": units(110)}]

    assert first_quarter(deals=sized, measure=asked) == (100, 10, 0, 0)


def test_what_was_added_ends_when_an_event_cancels_its_own_deal_and_takes_along_what_made_it_less():
    event = {"deal_id": "D2", "kind": "cancelled", "happened_on": date(2026, 3, 1), "amount_micros": None}
    added = [{**UPSELL, "closed_on": "2025-12-01", "amount_micros": units(50)}]
    less = {**event, "kind": "downgraded", "happened_on": date(2026, 2, 1), "amount_micros": units(20)}

    assert first_quarter(contracts=[CONTRACT], deals=added, deal_events=[event]) == (150, 0, 50, 0)
    assert first_quarter(contracts=[CONTRACT], deals=added, deal_events=[less, event]) == (150, 0, 50, 0)


# ------------------------------------------------------------------------------- what nobody knows


def test_foreign_revenue_is_exchanged_at_the_rate_of_the_first_day():
    rates = [
        {"currency": "EUR", "from_on": "2025-12-01", "until_on": "2026-02-01", "rate_num": 2, "rate_den": 1},
        {"currency": "EUR", "from_on": "2026-02-01", "rate_num": 3, "rate_den": 1},
    ]
    deals = [{**UPSELL, "amount_micros": units(20), "currency": "EUR"}]
    contract = {**CONTRACT, "currency": "EUR"}

    found, _ = told(contracts=[contract], deals=deals, fx_rates=rates)

    assert found["ada", "A1", "2026-04-01"] == (200, 40, 0, 0)
    assert found["ada", "A1", "2025-07-01"] == ("exchange_rate_missing",)


@pytest.mark.parametrize(
    ("rows", "expected", "issues"),
    [
        ({"contracts": [{**CONTRACT, "acv_micros": None}]}, ("revenue_unknown",), ["contract_without_acv"]),
        ({"contracts": [CONTRACT], "deals": [{**UPSELL, "amount_micros": None}]}, ("deal_held",), []),
        (
            {"contracts": [CONTRACT], "deals": [{**UPSELL, "amount_micros": None, "closed_on": "2026-04-01"}]},
            (100, 0, 0, 0),
            [],
        ),
        (
            {"contracts": [CONTRACT], "deals": [{**UPSELL, "amount_micros": None, "closed_on": None}]},
            ("deal_held",),
            [],
        ),
    ],
)
def test_what_nobody_knows_is_said(rows, expected, issues):
    """A deal that is held may be a renewal: until it is mended nobody can say what was kept."""
    found, said = told(**rows)

    assert (found["ada", "A1", "2026-04-01"], said) == (expected, issues)


LINE = {"line_id": "L1", "deal_id": "D1", "family": "Platform", "amount_micros": units(80)}


@pytest.mark.parametrize(
    ("lines", "expected", "issues"),
    [
        ([LINE, {**LINE, "line_id": "L2", "family": "Services", "amount_micros": units(20)}], (80, 0, 0, 0), []),
        ([{**LINE, "family": "Services"}], None, []),
        ([], ("lines_missing",), ["lines_missing"]),
    ],
)
def test_only_the_part_of_the_revenue_counts_that_its_products_say(lines, expected, issues):
    asked = {"lines": LinesTest(tests=(FieldTest(field="family", any_of=("Platform",)),))}

    found, said = told(deals=[{**FIRST, "term_months": None}], deal_lines=lines, measure=asked)

    assert (found.get(("ada", "A1", "2026-04-01")), said) == (expected, issues)


def test_the_parts_of_a_contract_without_a_deal_are_not_known():
    asked = {"lines": LinesTest(tests=(FieldTest(field="family", any_of=("Platform",)),))}

    assert told(contracts=[CONTRACT], measure=asked)[1] == ["lines_missing"]


def test_no_plan_asks_for_nothing():
    records = book(contracts=[CONTRACT])
    in_force = rules(engagement(rule("all")), plans=[plan(component())])

    assert cohorts(frame(f.Classified, []), records, in_force, Reach()).rows.is_empty()
