from datetime import date
from fractions import Fraction

import pytest

from engine import frames as f
from engine.documents.conditions import AccountTest
from engine.matching import LISTS, fits, missing, with_lists
from tests.engine.builders import frame, units, when

LARGEST = 10**18


def deal(**columns):
    return frame(f.Classified, [{"deal_id": "D1", **columns}])


def decide(condition, **columns):
    """(fits, missing) of one deal."""
    return deal(**columns).select(fits(condition).alias("fits"), missing(condition).alias("missing")).row(0)


def since(**bounds):
    """A test of the days since a day that the CRM states."""
    return when(**{"days_since.registered_on": bounds})


AFTER_A_YEAR = when(months_since_last_purchase={"min": 12})
FITS, FAILS, LACKS = (True, False), (False, False), (False, True)


@pytest.mark.parametrize(
    ("condition", "columns", "verdict"),
    [
        (when(), {}, FITS),
        (when(motion="renewal"), {"motion": "renewal"}, FITS),
        (when(motion="renewal"), {"motion": "upsell"}, FAILS),
        (when(motion=["upsell", "cross_sell"]), {"motion": "cross_sell"}, FITS),
        (when(segment={"none_of": ("SMB",)}), {"segment": "Enterprise"}, FITS),
        (when(segment={"none_of": ("SMB",)}), {"segment": "SMB"}, FAILS),
        (when(segment={"none_of": ("SMB",)}), {"segment": None}, LACKS),
        (when(segment="smb"), {"segment": "SMB"}, FAILS),
        (when(source="Outbound SDR"), {"source": None}, LACKS),
        (when(family="Core"), {"families": ["Add-on", "Core"]}, FITS),
        (when(family=["Core", "Plus"]), {"families": ["Add-on"]}, FAILS),
        (when(family="Core"), {"families": []}, LACKS),
        (when(family={"none_of": ("Core",)}), {"families": ["Add-on"]}, FITS),
        (when(family={"none_of": ("Core",)}), {"families": ["Add-on", "Core"]}, FAILS),
        (when(family={"none_of": ("Core",)}), {"families": []}, LACKS),
        (when(acv={"min": units(50_000)}), {"acv_micros": units(50_000) - 1}, FAILS),
        (when(acv={"min": units(50_000)}), {"acv_micros": units(50_000)}, FITS),
        (when(acv={"above": units(50_000)}), {"acv_micros": units(50_000)}, FAILS),
        (when(acv={"above": units(50_000)}), {"acv_micros": units(50_000) + 1}, FITS),
        (when(amount={"max": units(50_000)}), {"amount_micros": units(50_000)}, FITS),
        (when(amount={"max": units(50_000)}), {"amount_micros": units(50_000) + 1}, FAILS),
        (when(amount={"below": 0}), {"amount_micros": 0}, FAILS),
        (when(amount={"below": 0}), {"amount_micros": -1}, FITS),
        (when(revenue={"min": units(1)}), {"revenue_micros": None}, LACKS),
        (when(expiring_acv={"above": 0}), {"expiring_acv_micros": 1}, FITS),
        (when(margin_percent={"min": Fraction(1, 3)}), {"amount_micros": 3, "cost_micros": 2}, FITS),
        (when(margin_percent={"above": Fraction(1, 3)}), {"amount_micros": 3, "cost_micros": 2}, FAILS),
        (when(margin_percent={"min": Fraction(0)}), {"amount_micros": 2, "cost_micros": 3}, FAILS),
        (when(margin_percent={"min": Fraction(0)}), {"amount_micros": 3, "cost_micros": None}, LACKS),
        (when(margin_percent={"min": Fraction(0)}), {"amount_micros": 0, "cost_micros": 0}, LACKS),
        (when(discount_percent={"max": Fraction(1, 4)}), {"amount_micros": 3, "list_micros": 4}, FITS),
        (when(discount_percent={"below": Fraction(1, 4)}), {"amount_micros": 3, "list_micros": 4}, FAILS),
        (when(discount_percent={"max": Fraction(1, 4)}), {"amount_micros": 3, "list_micros": None}, LACKS),
        (when(employees={"min": 200, "below": 1_000}), {"employees": 1_000}, FAILS),
        (when(employees={"min": 200, "below": 1_000}), {"employees": 200}, FITS),
        (when(months_since_signing={"below": 6}), {"months_since_signing": 5}, FITS),
        (when(months_since_signing={"below": 6}), {"months_since_signing": 6}, FAILS),
        (when(months_since_signing={"below": 6}), {"months_since_signing": None}, LACKS),
        (AFTER_A_YEAR, {"dated_on": "2026-03-31", "last_purchase_on": "2025-03-31"}, FITS),
        (AFTER_A_YEAR, {"dated_on": "2026-03-30", "last_purchase_on": "2025-03-31"}, FAILS),
        (AFTER_A_YEAR, {"last_purchase_on": None}, FAILS),
        (since(min=0, max=90), {"dated_on": "2026-04-01", "facts": '{"registered_on": "2026-01-01"}'}, FITS),
        (since(min=0, max=89), {"dated_on": "2026-04-01", "facts": '{"registered_on": "2026-01-01"}'}, FAILS),
        (since(min=0), {"dated_on": "2025-12-31", "facts": '{"registered_on": "2026-01-01"}'}, FAILS),
        (since(max=90), {"facts": '{"registered_on": "soon"}'}, LACKS),
        (since(max=90), {"facts": None}, LACKS),
        (when(days_open={"max": 30}), {"dated_on": "2026-03-01", "created_on": "2026-01-30"}, FITS),
        (when(days_open={"max": 29}), {"dated_on": "2026-03-01", "created_on": "2026-01-30"}, FAILS),
        (when(days_open={"max": 30}), {"created_on": None}, LACKS),
        (when(days_to_start={"below": 0}), {"dated_on": "2026-03-02", "starts_on": "2026-03-01"}, FITS),
        (when(days_to_start={"below": 0}), {"dated_on": "2026-03-01", "starts_on": "2026-03-01"}, FAILS),
        (when(days_to_start={"min": 1}), {"starts_on": None}, LACKS),
        (when(uplift_amount={"min": units(5)}), {"acv_micros": units(15), "expiring_acv_micros": units(10)}, FITS),
        (when(uplift_amount={"above": units(5)}), {"acv_micros": units(15), "expiring_acv_micros": units(10)}, FAILS),
        (when(uplift_amount={"below": 0}), {"acv_micros": units(9), "expiring_acv_micros": units(10)}, FITS),
        (when(uplift_amount={"min": 0}), {"expiring_acv_micros": None}, LACKS),
        (when(closed_on={"min": date(2026, 5, 15)}), {"dated_on": "2026-05-15"}, FITS),
        (when(closed_on={"below": date(2026, 5, 15)}), {"dated_on": "2026-05-15"}, FAILS),
        (when(closed_on={"below": date(2026, 5, 15)}), {"dated_on": "2026-05-14"}, FITS),
        (when(motion="renewal", segment="SMB"), {"motion": "renewal", "segment": "SMB"}, FITS),
        (when(motion="renewal", segment="SMB"), {"motion": "renewal", "segment": None}, LACKS),
        (when(motion="renewal", segment="SMB"), {"motion": "upsell", "segment": None}, FAILS),
        (when(segment="SMB", source="Web"), {"segment": None, "source": None}, LACKS),
    ],
)
def test_a_condition_decides_at_each_edge(condition, columns, verdict):
    assert decide(condition, **columns) == verdict


@pytest.mark.parametrize(
    ("bound", "num", "den", "verdict"),
    [
        ({"above": Fraction(1, 5)}, 20, 100, FAILS),
        ({"above": Fraction(1, 5)}, 2 * LARGEST // 10 + 1, LARGEST, FITS),
        ({"above": Fraction(1, 5)}, 2 * LARGEST // 10, LARGEST, FAILS),
        ({"min": Fraction(1, 5)}, 2 * LARGEST // 10 - 1, LARGEST, FAILS),
        ({"min": Fraction(1, 5)}, 1, 5, FITS),
        ({"max": Fraction(-1, 3)}, -1, 3, FITS),
        ({"below": Fraction(0)}, -1, LARGEST, FITS),
        ({"max": Fraction(123_456_789_123, 10**11)}, 2 * LARGEST, 1, FAILS),
        ({"above": Fraction(1, 5)}, None, None, LACKS),
    ],
)
def test_an_uplift_is_compared_exactly(bound, num, den, verdict):
    assert decide(when(uplift=bound), uplift_num=num, uplift_den=den) == verdict


@pytest.mark.parametrize(
    ("field", "column"), [("acv", "acv_micros"), ("amount", "amount_micros"), ("expiring_acv", "expiring_acv_micros")]
)
@pytest.mark.parametrize(("micros", "verdict"), [(units(45_000), FITS), (units(45_000) - 1, FAILS)])
def test_money_is_compared_in_the_companys_currency(field, column, micros, verdict):
    """At 10/9 dollars a euro, 45,000 EUR are 50,000 USD to the micro-unit."""
    columns = {column: micros, "currency": "EUR", "fx_num": 10, "fx_den": 9}

    assert decide(when(**{field: {"min": units(50_000)}}), **columns) == verdict


ENTRIES = frame(
    f.ListEntries,
    [
        {"list": "named", "account_id": "A1", "from_on": "2026-05-15", "until_on": "2026-06-01"},
        {"list": "named", "account_id": "A1", "from_on": "2020-01-01", "until_on": "2021-01-01"},
        {"list": "partners", "account_id": "A1"},
        {"list": "named", "account_id": "A2"},
    ],
)


@pytest.mark.parametrize(
    ("day", "lists"),
    [
        ("2026-05-14", ["partners"]),
        ("2026-05-15", ["named", "partners"]),
        ("2026-05-31", ["named", "partners"]),
        ("2026-06-01", ["partners"]),
    ],
)
def test_an_account_is_on_a_list_from_its_first_to_before_its_last_day(day, lists):
    assert with_lists(deal(dated_on=day), ENTRIES)[LISTS].to_list() == [lists]


def test_account_tests_read_the_lists_of_the_day():
    deals = with_lists(frame(f.Classified, [{"deal_id": "D1"}, {"deal_id": "D2", "account_id": "A9"}]), ENTRIES)
    on, off = when(AccountTest(listed_in="named")), when(AccountTest(not_listed_in="named"), motion="new_business")

    assert deals.select(fits(on)).to_series().to_list() == [True, False]
    assert deals.select(fits(off)).to_series().to_list() == [False, True]
    assert not deals.select(missing(on)).to_series().any()


def test_the_deals_keep_their_order_when_lists_join():
    deals = frame(f.Classified, [{"deal_id": name} for name in ("D3", "D1", "D2")])

    assert with_lists(deals, ENTRIES)["deal_id"].to_list() == ["D3", "D1", "D2"]
