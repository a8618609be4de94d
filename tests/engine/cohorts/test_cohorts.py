"""Customers of payees and what became of their contracts, in which windows."""

from __future__ import annotations

import pytest

from engine.cohorts.windows import Reach
from engine.documents.measures.retention import Retention
from tests.engine.builders import units
from tests.engine.kept import CONTRACT, FIRST, RENEWED, first_quarter, told

# ------------------------------------------------------------------------------- contracts


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, (100, 0, 0, 0)),
        ({"cancelled_on": "2026-01-01"}, (100, 0, 0, 100)),
        ({"cancelled_on": "2026-03-31"}, (100, 0, 0, 100)),
        ({"cancelled_on": "2026-04-01"}, (100, 0, 0, 0)),
        ({"cancelled_on": "2025-12-31"}, None),
        ({"ends_on": "2025-12-31"}, (100, 0, 0, 100)),
        ({"ends_on": "2025-12-30"}, None),
        ({"ends_on": "2026-03-30"}, (100, 0, 0, 100)),
        ({"ends_on": "2026-03-31"}, (100, 0, 0, 0)),
        ({"ends_on": "9999-12-31"}, (100, 0, 0, 0)),
        ({"starts_on": "2025-12-31"}, (100, 0, 0, 0)),
        ({"starts_on": "2026-01-01"}, None),
    ],
)
def test_a_customer_is_lost_on_the_first_day_without_a_contract(changes, expected):
    """Who paid on the day before the window is in the cohort; who begins in it never is."""
    assert first_quarter(contracts=[{**CONTRACT, **changes}]) == expected


@pytest.mark.parametrize(
    ("acv", "expected"), [(100, (100, 0, 0, 0)), (130, (100, 30, 0, 0)), (70, (100, 0, 30, 0)), (1, (100, 0, 99, 0))]
)
def test_a_renewal_replaces_what_it_renews(acv, expected):
    """Without contracts in the CRM, won new business and renewals are the contracts."""
    assert first_quarter(deals=[FIRST, {**RENEWED, "amount_micros": units(acv)}]) == expected


@pytest.mark.parametrize(
    ("closed_on", "grace", "book_says", "due_says"),
    [
        ("2025-11-10", 0, (110, 0, 0, 0), (100, 10, 0, 0)),
        ("2026-02-01", 0, (100, 10, 0, 0), (100, 10, 0, 0)),
        ("2026-02-02", 0, (100, 110, 100, 0), (100, 0, 0, 100)),
        ("2026-03-03", 30, (100, 10, 0, 0), (100, 10, 0, 0)),
        ("2026-03-04", 30, (100, 110, 100, 0), (100, 0, 0, 100)),
        ("2026-04-20", 90, (100, 0, 0, 0), (100, 10, 0, 0)),
    ],
)
def test_early_and_late_renewals(closed_on, grace, book_says, due_says):
    """One in time keeps the revenue until it starts; after the grace it is a loss, and what comes back expansion."""
    deals = [FIRST, {**RENEWED, "closed_on": closed_on, "amount_micros": units(110)}]
    for cohort, expected in (("book", book_says), ("due", due_says)):
        asked = {"retention": Retention(kind="gross", cohort=cohort, grace_days=grace)}
        assert first_quarter(deals=deals, measure=asked) == expected


def test_a_renewal_that_names_its_contract_renews_that_one():
    """Else it would be the nearest: here it is the other that is lost."""
    contracts = [
        {**CONTRACT, "contract_id": "C1", "ends_on": "2026-01-31"},
        {**CONTRACT, "contract_id": "C2", "ends_on": "2026-02-28"},
        {**CONTRACT, "contract_id": "C3", "origin_deal_id": "D2", "starts_on": "2026-03-01", "acv_micros": None},
    ]
    deal = {**RENEWED, "closed_on": "2026-02-01", "amount_micros": units(90), "renewed_contract_id": "C1"}
    due = {"retention": Retention(kind="gross", cohort="due")}

    assert first_quarter(contracts=contracts, deals=[deal], measure=due) == (200, 0, 10, 100)
    assert first_quarter(contracts=contracts, deals=[{**deal, "renewed_contract_id": "C2"}], measure=due) == (
        (200, 0, 10, 100)
    )


def test_contracts_without_deals_follow_each_other_by_their_days():
    pairs = [
        {**CONTRACT, "contract_id": f"C{n}", "starts_on": start, "ends_on": end, "acv_micros": units(acv)}
        for n, start, end, acv in (
            (1, "2025-01-01", "2026-01-31", 100),
            (2, "2025-01-01", "2026-01-31", 50),
            (3, "2026-02-01", None, 60),
            (4, "2026-02-01", None, 90),
        )
    ]
    due = {"retention": Retention(kind="gross", cohort="due")}

    assert first_quarter(contracts=pairs, measure=due) == (150, 40, 40, 0)
    assert first_quarter(contracts=pairs) == (150, 0, 0, 0)


def test_a_renewal_beside_contracts_of_the_crm_is_one_of_its_own():
    """A contract that is only prolonged in the CRM has no second row."""
    contract = {**CONTRACT, "origin_deal_id": "D1", "ends_on": "2027-01-31"}
    deal = {**RENEWED, "amount_micros": units(80), "renewed_contract_id": "C1"}

    assert first_quarter(contracts=[contract], deals=[FIRST, deal]) == (100, 0, 20, 0)


@pytest.mark.parametrize(("nameless_from", "issues"), [(None, ["deal_without_contract"]), ("2025-01-02", [])])
def test_new_business_that_no_contract_of_the_customer_is_of_counts_nothing_and_says_so(nameless_from, issues):
    """One of no deal that starts about then, or later, may be its contract."""
    contracts = [{**CONTRACT, "origin_deal_id": "D1"}]
    if nameless_from is not None:
        contracts.append({"contract_id": "C2", "starts_on": nameless_from, "acv_micros": units(20)})
    second = {"deal_id": "D2", "closed_on": "2025-02-01", "amount_micros": units(20)}

    found, said = told(contracts=contracts, deals=[FIRST, second])

    assert found["ada", "A1", "2026-04-01"][0] == (100 if nameless_from is None else 120)
    assert said == issues


# ------------------------------------------------------------------------------- windows


@pytest.mark.parametrize(
    ("over", "trailing", "windows"),
    [
        ("month", None, {"2026-02-01": (100, 0, 0, 0), "2026-03-01": (100, 0, 0, 100)}),
        ("quarter", None, {"2026-04-01": (100, 0, 0, 100)}),
        ("half", None, {}),
        ("quarter", 12, {"2026-04-01": (100, 0, 0, 100)}),
    ],
)
def test_windows_are_told_when_they_are_over(over, trailing, windows):
    contract = {**CONTRACT, "cancelled_on": "2026-02-01"}
    asked = {"retention": Retention(kind="gross", trailing_months=trailing)}

    found, _ = told(contracts=[contract], over=over, measure=asked)

    assert {end: numbers for (_, _, end), numbers in found.items() if end > "2026-01-01"} == windows


def test_without_reach_everything_that_began_before_the_last_thing_happened_is_over():
    contract = {**CONTRACT, "cancelled_on": "2026-02-01"}

    assert max(end for _, _, end in told(contracts=[contract], reach=Reach())[0]) == "2026-04-01"
