"""Expiring ACV, uplift, months since signing and cancellations, as classify reads them off contracts."""

from datetime import date

import pytest

from engine.deals.classify import classify
from tests.engine.builders import book, rules, units

FIRST = {"deal_id": "D0", "closed_on": "2025-05-15", "acv_micros": units(10_000)}
RENEWAL = {"deal_id": "D1", "motion": "renewal", "type": "Renewal", "acv_micros": units(12_000)}


def classified(*deals, **others):
    found = classify(book(deals=deals, **others), rules())
    return {row["deal_id"]: row for row in found.rows.iter_rows(named=True)}, [issue.code for issue in found.issues]


def uplift(row):
    return row["expiring_acv_micros"], row["uplift_num"], row["uplift_den"]


# ------------------------------------------------------------------------------- what a renewal renews


def test_the_expiring_acv_is_the_renewed_contracts_and_the_uplift_is_exact():
    contract = {"contract_id": "C0", "acv_micros": units(9_000)}
    rows, issues = classified(FIRST, {**RENEWAL, "renewed_contract_id": "C0"}, contracts=[contract])

    assert (uplift(rows["D1"]), issues) == ((units(9_000), units(3_000), units(9_000)), [])
    assert uplift(rows["D0"]) == (None, None, None)


def test_a_contract_without_acv_has_that_of_the_deal_that_started_it():
    contract = {"contract_id": "C0", "origin_deal_id": "D0"}
    rows, issues = classified(FIRST, {**RENEWAL, "renewed_contract_id": "C0"}, contracts=[contract])

    assert (uplift(rows["D1"]), issues) == ((units(10_000), units(2_000), units(10_000)), [])


def test_without_a_contract_the_prior_deal_tells_the_expiring_acv():
    rows, issues = classified(FIRST, {**RENEWAL, "prior_deal_id": "D0"})

    assert (uplift(rows["D1"]), issues) == ((units(10_000), units(2_000), units(10_000)), [])


UPSELL = {"deal_id": "U", "motion": "upsell", "type": "Upsell", "closed_on": "2025-09-15", "acv_micros": units(3_000)}


@pytest.mark.parametrize(
    ("upsell", "expiring_acv"),
    [
        ({"term_months": 8}, units(13_000)),
        ({"term_months": 9}, units(10_000)),
        ({"term_months": None}, units(10_000)),
        ({"term_months": 8, "motion": "downgrade", "acv_micros": -units(1_000)}, units(9_000)),
        ({"term_months": 8, "currency": "EUR"}, None),
    ],
)
def test_what_ends_with_the_renewed_deal_expires_with_it(upsell, expiring_acv):
    term = {"term_months": 12}
    rows, issues = classified({**FIRST, **term}, {**UPSELL, **upsell}, {**RENEWAL, "prior_deal_id": "D0"})

    assert rows["D1"]["expiring_acv_micros"] == expiring_acv
    assert ("unknown_prior_deal" in issues) == (expiring_acv is None)


def test_what_is_renewed_by_itself_does_not_expire_with_another_deal():
    deals = [{**FIRST, "term_months": 12}, {**UPSELL, "term_months": 8}, {**RENEWAL, "prior_deal_id": "D0"}]
    rows, _ = classified(*deals, {**RENEWAL, "deal_id": "D2", "prior_deal_id": "U"})

    assert (rows["D1"]["expiring_acv_micros"], rows["D2"]["expiring_acv_micros"]) == (units(10_000), units(3_000))


def test_a_shrinking_renewal_has_a_negative_uplift():
    rows, _ = classified(FIRST, {**RENEWAL, "prior_deal_id": "D0", "acv_micros": units(7_500)})

    assert uplift(rows["D1"]) == (units(10_000), -units(2_500), units(10_000))


def test_something_worth_nothing_has_no_uplift():
    rows, issues = classified({**FIRST, "acv_micros": 0}, {**RENEWAL, "prior_deal_id": "D0"})

    assert (uplift(rows["D1"]), issues) == ((0, None, None), [])


@pytest.mark.parametrize(
    ("link", "code"),
    [
        ({"renewed_contract_id": "C9"}, "unknown_renewed_contract"),
        ({"renewed_contract_id": "C1"}, "unknown_renewed_contract"),
        ({"prior_deal_id": "D9"}, "unknown_prior_deal"),
        ({"prior_deal_id": "lost"}, "unknown_prior_deal"),
        ({"renewed_contract_id": "C2"}, "expiring_in_other_currency"),
    ],
)
def test_a_link_that_tells_no_acv_warns(link, code):
    contracts = [{"contract_id": "C1"}, {"contract_id": "C2", "acv_micros": units(9_000), "currency": "EUR"}]
    lost = {"deal_id": "lost", "is_won": False}
    rows, issues = classified(lost, {**RENEWAL, **link}, contracts=contracts)

    assert (uplift(rows["D1"]), issues) == ((None, None, None), [code])


def test_a_contract_without_currency_is_in_the_companys():
    contract = {"contract_id": "C0", "acv_micros": units(9_000), "currency": None}
    rows, issues = classified({**RENEWAL, "renewed_contract_id": "C0"}, contracts=[contract])

    assert (uplift(rows["D1"])[0], issues) == (units(9_000), [])


def test_renewing_a_deal_that_was_won_later_warns():
    rows, issues = classified({**FIRST, "closed_on": "2026-05-16"}, {**RENEWAL, "prior_deal_id": "D0"})

    assert (uplift(rows["D1"])[0], issues) == (units(10_000), ["renews_a_later_deal"])


def test_a_renewal_without_a_link_has_no_uplift():
    rows, issues = classified(FIRST, RENEWAL)

    assert (uplift(rows["D1"]), issues) == ((None, None, None), [])


# ------------------------------------------------------------------------------- months since signing


@pytest.mark.parametrize(
    ("day", "months"),
    [("2026-01-15", 0), ("2026-07-14", 5), ("2026-07-15", 6), ("2026-07-16", 6), ("2026-01-14", None)],
)
def test_months_count_from_the_first_won_new_business(day, months):
    rows, _ = classified(
        {"deal_id": "D0", "closed_on": "2026-01-15"},
        {"deal_id": "lost", "closed_on": "2025-01-15", "is_won": False},
        {"deal_id": "D1", "closed_on": day, "motion": "upsell"},
    )

    assert rows["D1"]["months_since_signing"] == months


def test_more_new_business_of_a_running_customer_is_no_new_signing():
    rows, _ = classified(
        {"deal_id": "D0", "closed_on": "2025-01-15", "term_months": 36},
        {"deal_id": "D1", "closed_on": "2026-01-15"},
        {"deal_id": "D2", "closed_on": "2026-02-15", "motion": "upsell"},
    )

    assert [rows[name]["months_since_signing"] for name in ("D0", "D1", "D2")] == [0, 12, 13]


@pytest.mark.parametrize(
    ("cancelled_on", "months"),
    [("2025-12-15", 1), ("2026-01-15", 1), ("2026-01-16", 13), (None, 13)],
)
def test_a_customer_who_left_altogether_signs_anew(cancelled_on, months):
    rows, _ = classified(
        {"deal_id": "D0", "closed_on": "2025-01-15"},
        {"deal_id": "D1", "closed_on": "2026-01-15"},
        {"deal_id": "D2", "closed_on": "2026-02-15", "motion": "upsell"},
        contracts=[
            {"contract_id": "C0", "origin_deal_id": "D0", "starts_on": "2025-02-01", "cancelled_on": cancelled_on},
            {"contract_id": "C1", "origin_deal_id": "D1", "starts_on": "2025-12-01"},
        ],
    )

    assert rows["D2"]["months_since_signing"] == months


def test_of_two_deals_with_which_a_customer_comes_back_the_first_by_id_began_the_relationship():
    rows, _ = classified(
        {"deal_id": "D0", "closed_on": "2025-01-15", "owner_id": "u0"},
        {"deal_id": "D1", "closed_on": "2026-01-15", "owner_id": "u1"},
        {"deal_id": "D2", "closed_on": "2026-01-15", "owner_id": "u2"},
        contracts=[
            {"contract_id": "C0", "origin_deal_id": "D0", "starts_on": "2025-02-01", "cancelled_on": "2025-12-15"},
        ],
    )

    assert [rows[name]["signing_owner_id"] for name in ("D0", "D1", "D2")] == ["u0", "u1", "u1"]


def test_one_contract_that_still_runs_keeps_the_relationship():
    rows, _ = classified(
        {"deal_id": "D0", "closed_on": "2025-01-15"},
        {"deal_id": "D1", "closed_on": "2026-01-15"},
        contracts=[
            {"contract_id": "C0", "origin_deal_id": "D0", "starts_on": "2025-02-01", "cancelled_on": "2025-06-01"},
            {"contract_id": "C1", "starts_on": "2025-03-01", "ends_on": "2026-03-01"},
        ],
    )

    assert rows["D1"]["months_since_signing"] == 12


# ------------------------------------------------------------------------------- cancellations


def test_a_deal_is_cancelled_when_the_first_contract_it_started_is():
    rows, _ = classified(
        {"deal_id": "D0"},
        {"deal_id": "D1", "account_id": "A2"},
        contracts=[
            {"contract_id": "C0", "origin_deal_id": "D0", "cancelled_on": "2026-09-01"},
            {"contract_id": "C1", "origin_deal_id": "D0", "cancelled_on": "2026-08-01"},
            {"contract_id": "C2", "origin_deal_id": "D1", "account_id": "A2"},
        ],
    )

    assert [str(rows[name]["cancelled_on"]) for name in ("D0", "D1")] == ["2026-08-01", "None"]


@pytest.mark.parametrize(("told", "first"), [("2026-07-01", "2026-07-01"), ("2026-09-01", "2026-08-01")])
def test_an_event_ends_what_its_deal_sold_unless_the_contract_was_over_before(told, first):
    """A cancellation that two sources state is one, and the first counts; an upsell, too, can be cancelled alone."""
    events = [
        {"deal_id": deal, "kind": "cancelled", "happened_on": date.fromisoformat(told), "amount_micros": None}
        for deal in ("D0", "D1")
    ]
    rows, _ = classified(
        {"deal_id": "D0"},
        {"deal_id": "D1", "closed_on": "2026-06-01", "motion": "upsell", "type": "Upsell"},
        contracts=[{"contract_id": "C0", "origin_deal_id": "D0", "cancelled_on": "2026-08-01"}],
        deal_events=events,
    )

    assert [str(rows[name]["cancelled_on"]) for name in ("D0", "D1")] == [first, told]


CHURN = {"deal_id": "D9", "motion": "churn", "type": "Churn", "amount_micros": -1, "closed_on": "2026-08-01"}
OTHER = {"deal_id": "D1", "closed_on": "2026-06-01"}


@pytest.mark.parametrize(
    ("deals", "cancelled", "codes"),
    [
        ([CHURN], {"D0": "2026-08-01"}, []),
        ([OTHER, {**CHURN, "prior_deal_id": "D1"}], {"D1": "2026-08-01"}, []),
        ([OTHER, CHURN], {}, ["unclear_churn"]),
        ([{**CHURN, "prior_deal_id": "D7"}], {}, ["unclear_churn"]),
        ([{**CHURN, "closed_on": "2027-05-14"}], {"D0": "2027-05-14"}, []),
        ([{**CHURN, "closed_on": "2027-05-15"}], {}, ["unclear_churn"]),
    ],
)
def test_where_the_crm_has_no_contracts_churn_deals_cancel(deals, cancelled, codes):
    """The deal that the churn names, else the only contract running that day; otherwise nothing, with a warning."""
    rows, issues = classified({"deal_id": "D0"}, *deals)

    assert ({n: str(row["cancelled_on"]) for n, row in rows.items() if row["cancelled_on"]}, issues) == (
        cancelled,
        codes,
    )


def test_where_the_crm_has_contracts_only_they_cancel():
    rows, issues = classified({"deal_id": "D0"}, CHURN, contracts=[{"contract_id": "C0", "origin_deal_id": "D0"}])

    assert (rows["D0"]["cancelled_on"], issues) == (None, [])
