"""Who is credited with which share of a deal, and that the shares add up."""

from fractions import Fraction

import pytest

from engine import frames as f
from engine.deals.assign import assign
from engine.deals.credit import check_sums, credit
from engine.documents.engagement.credit_share import CreditShare
from engine.documents.engagement.engagement import Owners
from engine.model import MICROS, Severity
from tests.engine.builders import book, engagement, frame, rule, rules, share, units, when

HOLDINGS = [
    {"person_id": "ada", "role": "AE"},
    {"person_id": "bo", "role": "AM"},
    {"person_id": "cy", "role": "CSM"},
]
PEOPLE = [{"person_id": name} for name in ("ada", "bo", "cy", "di", "eve")]


def credited(house, deal=None, holdings=HOLDINGS, **others):
    """(credits without the columns of the deal, issues) of one deal."""
    classified = frame(f.Classified, [{"deal_id": "D1", **(deal or {})}])
    records = book(**{"role_holdings": holdings, "accounts": [{"account_id": "A1"}], "people": PEOPLE, **others})
    assigned = assign(classified, records, rules(house))
    found = credit(classified, assigned.assignments, assigned.appointments, records, rules(house))
    return list(found.rows.iter_rows(named=True)), (*assigned.issues, *found.issues)


def shares_of(*args, **others):
    """(credit id, ACV, share) of each credit."""
    rows, issues = credited(*args, **others)
    assert not issues
    return [(row["credit_id"], row["acv_micros"], Fraction(row["share_num"], row["share_den"])) for row in rows]


def of(*parts, **changes):
    """Rules of engagement with one rule that credits so."""
    return engagement(rule("r", *parts, **changes), vacancies={"SDR": ()})


def splits(*shares):
    """Rows of the CRM's splits: (user, num, den)."""
    return [{"deal_id": "D1", "user_id": f"u-{user}", "share_num": num, "share_den": den} for user, num, den in shares]


# ------------------------------------------------------------------------------- direct and overlay


def test_one_share_is_the_whole_deal_with_its_day_and_currency():
    (row,), issues = credited(of(share("AE")), {"currency": "EUR", "amount_micros": units(36_000)})

    assert issues == ()
    assert row == {
        "credit_id": "D1:direct:AE:all:ada",
        "deal_id": "D1",
        "payee_id": "ada",
        "role": "AE",
        "kind": "direct",
        "portion": "all",
        "share_num": 1,
        "share_den": 1,
        "amount_micros": units(36_000),
        "acv_micros": units(12_000),
        "units_micros": MICROS,
        "currency": "EUR",
        "dated_on": row["dated_on"],
        "rule": "r",
        "from_payee_id": None,
        "level": None,
        "event": None,
        "house": None,
        "how": "AE of the company",
    }


def test_direct_shares_add_up_and_the_odd_micro_unit_goes_to_the_first():
    house = of(share("AM", 50), share("CSM", 50))

    assert shares_of(house, {"acv_micros": 3}) == [
        ("D1:direct:AM:all:bo", 2, Fraction(1, 2)),
        ("D1:direct:CSM:all:cy", 1, Fraction(1, 2)),
    ]
    assert [acv for _, acv, _ in shares_of(house, {"acv_micros": -3, "motion": "churn"})] == [-2, -1]


def test_units_are_shared_too():
    rows, _ = credited(of(share("AM", 60), share("CSM", 40)))

    assert [row["units_micros"] for row in rows] == [600_000, 400_000]


def test_one_person_in_two_roles_has_two_credits():
    holdings = [{"person_id": "ada", "role": "AM"}, {"person_id": "ada", "role": "CSM"}]

    assert [name for name, *_ in shares_of(of(share("AM", 60), share("CSM", 40), owner="AM"), holdings=holdings)] == [
        "D1:direct:AM:all:ada",
        "D1:direct:CSM:all:ada",
    ]


def test_an_overlay_comes_on_top_and_is_rounded_on_its_own():
    house = of(share("AE"), share("CSM", 50, overlay=True))

    assert shares_of(house, {"acv_micros": 3}) == [
        ("D1:direct:AE:all:ada", 3, Fraction(1)),
        ("D1:overlay:CSM:all:cy", 2, Fraction(1, 2)),
    ]


@pytest.mark.parametrize(("motion", "names"), [("renewal", ["direct", "overlay"]), ("upsell", ["direct"])])
def test_an_overlay_may_depend_on_the_deal(motion, names):
    house = of(share("AE"), share("CSM", 50, overlay=True, when=when(motion="renewal")))
    rows, _ = credited(house, {"motion": motion})

    assert [row["kind"] for row in rows] == names


def test_a_role_that_an_unfitting_overlay_names_need_not_be_held():
    house = of(share("AE"), share("X", overlay=True, when=when(motion="renewal")))

    assert len(shares_of(house)) == 1


def test_a_vacancy_that_may_stay_open_gets_no_credit():
    assert [name for name, *_ in shares_of(of(share("AE"), share("SDR", overlay=True)))] == ["D1:direct:AE:all:ada"]
    assert shares_of(of(share("AM", 60), share("SDR", 40))) == [("D1:direct:AM:all:bo", units(7_200), Fraction(3, 5))]


def test_a_credited_role_that_nobody_fills_holds_the_deal():
    rows, (issue,) = credited(of(share("AE"), share("X", overlay=True)))

    assert (rows, issue.code) == ([], "nobody_holds_role")


def test_overlays_to_the_same_person_and_role_are_one_credit():
    twice = share("CSM", 25, overlay=True), share("CSM", 50, overlay=True, when=when(motion="new_business"))

    assert shares_of(of(share("AE"), *twice), {"acv_micros": 2})[1:] == [("D1:overlay:CSM:all:cy", 2, Fraction(3, 4))]


def test_overlays_that_are_one_credit_are_rounded_as_one():
    twice = share("CSM", 50, overlay=True), share("CSM", 50, overlay=True, when=when(motion="new_business"))

    assert shares_of(of(share("AE"), *twice), {"acv_micros": 3})[1:] == [("D1:overlay:CSM:all:cy", 3, Fraction(1))]


def test_overlays_that_are_one_credit_are_split_as_one():
    first = share("AE", "12.5", overlay=True, split_by="crm")
    twice = first, share("AE", 50, overlay=True, split_by="crm")
    rows = splits(("di", 1, 10), ("eve", 9, 10))

    found = shares_of(of(share("CSM"), *twice), {"acv_micros": 4}, splits=rows)
    assert [(micros, part) for name, micros, part in found if ":overlay:" in name] == [
        (1, Fraction(1, 16)),
        (2, Fraction(9, 16)),
    ]


def test_deal_and_account_owner_can_be_credited():
    house = of(share("deal_owner", 70), share("account_owner", 30), owner="deal_owner")
    accounts = [{"account_id": "A1", "owner_id": "u-eve"}]

    assert [name for name, *_ in shares_of(house, accounts=accounts)] == [
        "D1:direct:account_owner:all:eve",
        "D1:direct:deal_owner:all:ada",
    ]


# ------------------------------------------------------------------------------- the remainder

REST = CreditShare(to="AE", share="remainder")


@pytest.mark.parametrize(
    ("parts", "crm", "expected"),
    [
        ((share("CSM", 30), REST), (), {"cy": 30, "ada": 70}),
        ((REST, share("CSM", 30), share("AM", 30)), (), {"ada": 40, "cy": 30, "bo": 30}),
        ((share("CSM", 100), REST), (), {"cy": 100}),
        ((share("SDR", 30), REST), (), {"ada": 100}),  # nobody is SDR
        ((share("CSM", 30, when=when(segment="SMB")), REST), (), {"ada": 100}),
        ((share("CSM", split_by="crm"), REST), (("di", 1, 5), ("eve", 1, 2)), {"di": 20, "eve": 50, "ada": 30}),
        ((share("CSM", split_by="crm"), REST), (), {"cy": 100}),
        ((share("CSM", 50, split_by="crm"), REST), (("ada", 1, 2),), {"ada": 100}),  # as helper and as owner
        ((share("CSM", 20), CreditShare(to="AE", share="remainder", split_by="crm")), (("di", 1, 4), ("eve", 3, 4)),
         {"cy": 20, "di": 20, "eve": 60}),
    ],
)  # fmt: skip
def test_the_remainder_is_what_the_others_take_no_part_of(parts, crm, expected):
    deal = {"amount_micros": 101, "acv_micros": 3}
    rows, issues = credited(of(*parts), deal, splits=splits(*crm))
    assert not issues
    found = {}
    for row in rows:
        part = Fraction(row["share_num"], row["share_den"]) * 100
        found[row["payee_id"]] = found.get(row["payee_id"], 0) + part
    assert found == expected
    assert sum(row["amount_micros"] for row in rows) == 101
    assert any("who takes the remainder" in row["how"] for row in rows) == (found.get("ada", 0) + len(crm) > 0)


def test_splits_may_leave_something_only_where_somebody_takes_it():
    crm = splits(("di", 1, 5))
    for parts, code in [((share("AE", split_by="crm"),), 1), ((share("AE", split_by="crm"), REST), 0)]:
        _, issues = credited(of(*parts), splits=crm)
        assert [issue.code for issue in issues] == ["splits_do_not_add_up"] * code
    over = splits(("di", 1, 5), ("eve", 4, 4))
    _, issues = credited(of(share("AE", split_by="crm"), REST), splits=over)
    assert [issue.code for issue in issues] == ["splits_do_not_add_up"]


# ------------------------------------------------------------------------------- portions

SPLIT_RENEWAL = of(
    share("CSM", portion="renewed"),
    share("AM", 70, portion="uplift"),
    share("CSM", 30, portion="uplift"),
    owners=Owners(value="CSM", commercial="AM", execution="AM"),
    split_at="expiring_acv",
)


def test_a_renewal_is_split_at_the_expiring_acv():
    deal = {"motion": "renewal", "acv_micros": units(13_000), "expiring_acv_micros": units(10_000)}

    assert shares_of(SPLIT_RENEWAL, deal) == [
        ("D1:direct:AM:uplift:bo", units(2_100), Fraction(7, 10)),
        ("D1:direct:CSM:renewed:cy", units(10_000), Fraction(1)),
        ("D1:direct:CSM:uplift:cy", units(900), Fraction(3, 10)),
    ]


def test_an_overlay_on_a_portion_asks_about_the_whole_deal():
    asked = share("AE", 50, overlay=True, portion="uplift", when=when(acv={"min": units(13_000)}))
    house = of(*SPLIT_RENEWAL.rules[0].credit, asked, split_at="expiring_acv")
    deal = {"motion": "renewal", "acv_micros": units(13_000), "expiring_acv_micros": units(10_000)}

    assert shares_of(house, deal)[-1] == ("D1:overlay:AE:uplift:ada", units(1_500), Fraction(1, 2))


def test_a_renewal_without_uplift_has_no_credits_for_it():
    deal = {"motion": "renewal", "acv_micros": units(9_000), "expiring_acv_micros": units(10_000)}

    assert shares_of(SPLIT_RENEWAL, deal) == [("D1:direct:CSM:renewed:cy", units(9_000), Fraction(1))]


def test_a_deal_that_cannot_be_split_is_held():
    rows, (issue,) = credited(SPLIT_RENEWAL, {"motion": "renewal"})

    assert (rows, issue.severity) == ([], Severity.HOLDS)
    assert issue.message == "is to be divided at the expiring ACV, which is not known."


# ------------------------------------------------------------------------------- splits of the CRM

BY_CRM = of(share("AE", split_by="crm"))


def test_the_crms_splits_divide_the_share_among_its_people():
    rows = splits(("di", 3333, 10_000), ("ada", 3333, 10_000), ("eve", 3334, 10_000))

    assert shares_of(BY_CRM, {"acv_micros": 100}, splits=rows) == [
        ("D1:direct:AE:all:ada", 33, Fraction(3333, 10_000)),
        ("D1:direct:AE:all:di", 33, Fraction(3333, 10_000)),
        ("D1:direct:AE:all:eve", 34, Fraction(1667, 5000)),
    ]


def test_splits_divide_only_the_share_that_says_so():
    house = of(share("AE", 80, split_by="crm"), share("CSM", 20))

    assert shares_of(house, {"acv_micros": 1_000}, splits=splits(("di", 1, 4), ("eve", 3, 4))) == [
        ("D1:direct:AE:all:di", 200, Fraction(1, 5)),
        ("D1:direct:AE:all:eve", 600, Fraction(3, 5)),
        ("D1:direct:CSM:all:cy", 200, Fraction(1, 5)),
    ]
    assert len(shares_of(of(share("AE")), splits=splits(("di", 1, 3)))) == 1


def test_an_overlay_may_be_split_and_adds_up_to_its_own_rounding():
    house = of(share("AE"), share("CSM", 50, overlay=True, split_by="crm"))
    rows = shares_of(house, {"acv_micros": 3}, splits=splits(("di", 1, 2), ("eve", 1, 2)))

    assert rows[1:] == [
        ("D1:overlay:CSM:all:di", 1, Fraction(1, 4)),
        ("D1:overlay:CSM:all:eve", 1, Fraction(1, 4)),
    ]


def test_a_person_who_is_split_with_twice_has_one_credit_and_nothing_is_no_credit():
    rows = splits(("di", 1, 4), ("di", 1, 2), ("eve", 1, 4), ("bo", 0, 1))

    assert shares_of(BY_CRM, {"acv_micros": 3}, splits=rows) == [
        ("D1:direct:AE:all:di", 2, Fraction(3, 4)),
        ("D1:direct:AE:all:eve", 1, Fraction(1, 4)),
    ]


def test_a_split_deal_needs_no_holder_of_the_split_role_to_be_credited():
    house = of(share("AE", split_by="crm"), owner="AM")

    assert len(shares_of(house, holdings=HOLDINGS[1:], splits=splits(("di", 1, 1)))) == 1


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (splits(("di", 9_999, 10_000)), "has splits that add up to 99.9900 %, not 100 %."),
        (splits(("di", 10_001, 10_000)), "has splits that add up to 100.0100 %, not 100 %."),
        (splits(("di", 1, 1), ("eve", 1, 1)), "has splits that add up to 200.0000 %, not 100 %."),
        (splits(("di", 3, 2), ("eve", -1, 2)), "has splits that add up to 100.0000 %, not 100 %."),
        (splits(("di", 0, 1)), "has splits that add up to 0.0000 %, not 100 %."),
        (splits(("di", 1, 3), ("eve", 2, 3)), "has splits that add up to 99.9999 %, not 100 %."),
        (splits(("di", 1, 2), ("nobody", 1, 2)), "is split with user u-nobody, who is not among the people."),
    ],
)
def test_splits_that_cannot_be_right_hold_the_deal(rows, message):
    found, (issue,) = credited(BY_CRM, splits=rows)

    assert (found, issue.message, issue.severity) == ([], message, Severity.HOLDS)


# ------------------------------------------------------------------------------- our own bugs


def test_credits_that_do_not_add_up_stop_the_run():
    """Documents cannot say so, but if a direct share went missing nothing may be paid."""
    with pytest.raises(ArithmeticError, match="the credits of deal D1 do not add up to it"):
        credited(of(share("AE", 60), share("CSM", 40, when=when(motion="renewal"))))


def test_no_deals_have_no_credits():
    nothing = frame(f.Classified, [])
    found = credit(nothing, frame(f.Assignments, []), frame(f.Appointments, []), book(), rules(BY_CRM))

    assert (found.rows.height, found.issues) == (0, ())
    check_sums(found.rows, nothing)
