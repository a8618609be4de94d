"""What credits count for where that is more than one of their columns; amounts by hand."""

from datetime import date
from fractions import Fraction

import pytest

from engine.documents.conditions import FieldTest
from engine.documents.measures.measure import Measure
from engine.documents.measures.worth import CreditMultiplier, LinesTest, Weights
from engine.documents.values import Dated
from engine.telling.explain import explain
from tests.engine.builders import units, when
from tests.engine.plans import Case, component, plan, sold

HALF = Fraction(1, 2)
DAY = "2026-05-15"
RENEWAL = {"motion": "renewal", "expiring_acv_micros": units(100)}
SOFTWARE = LinesTest(tests=(FieldTest(field="family", any_of=("Software",)),))


def always(value):
    """A leaf that never changes."""
    return Dated(steps=((date.min, value),))


def worth(measure, *sales, lines=(), **others):
    """What the credits of the sales count for, in micro-units, and the outcome."""
    of = plan(component(measure="it"), measures={"it": measure})
    outcome = Case([of], others={"deal_lines": lines}, **others).pays(sold(*sales))
    return outcome.lines["base_micros"].to_list(), outcome


def line(family, amount=None, deal="D1", **changes):
    cents = {name: units(value) for name, value in changes.items()}
    return {"deal_id": deal, "family": family, "amount_micros": None if amount is None else units(amount), **cents}


def issues(outcome):
    return [str(issue) for issue in outcome.issues]


@pytest.mark.parametrize(
    ("portion", "credit", "expected"),
    [
        ("renewed", {}, 100),
        ("uplift", {}, 30),
        ("delta", {}, 30),
        ("renewed", {"acv_micros": units(80)}, 80),
        ("uplift", {"acv_micros": units(80)}, 0),
        ("delta", {"acv_micros": units(80)}, -20),
        ("delta", {"acv_micros": 0}, -100),
        ("renewed", {"share_num": 1, "share_den": 2, "acv_micros": units(130)}, 100),
        ("delta", {"share_num": 1, "share_den": 2}, 15),
        ("uplift", {"motion": "upsell", "expiring_acv_micros": None}, 130),
        ("renewed", {"motion": "upsell", "expiring_acv_micros": None}, 0),
    ],
)
def test_a_portion_of_a_renewal_is_divided_at_the_expiring_acv(portion, credit, expected):
    found, _ = worth(Measure(sum="acv", portion=portion), (DAY, 130, {**RENEWAL, **credit}))

    assert (found or [0]) == [units(expected)]


@pytest.mark.parametrize(
    ("portion", "given", "expected"),
    [
        ("renewed", "renewed", 60),
        ("renewed", "uplift", 0),
        ("uplift", "uplift", 60),
        ("uplift", "renewed", 0),
        ("all", "uplift", 60),
        ("delta", "renewed", 0),
        ("delta", "uplift", 30),
    ],
)
def test_a_credit_that_is_a_portion_already_is_not_divided_again(portion, given, expected):
    credits_, deals = sold((DAY, 130, RENEWAL))
    credits_ = credits_.with_columns(
        portion=credits_["portion"].cast(str).replace("all", given).cast(credits_["portion"].dtype)
    )
    part = credits_.with_columns(acv_micros=units(60))
    of = plan(
        component(measure="it"),
        measures={
            "it": Measure(sum="acv", portion=portion, multiply=(CreditMultiplier(when=when(), by=always(Fraction(1))),))
        },
    )
    found = Case([of]).pays((type(credits_)(part), deals)).lines["base_micros"].to_list()

    assert (found or [0]) == [units(expected)]


def test_margins_and_units_are_shared_exactly():
    third = {"share_num": 1, "share_den": 3, "cost_micros": units(40)}

    assert worth(Measure(sum="margin"), (DAY, 140, third))[0] == [33_333_333]


def test_one_rounding_for_ratio_and_exchange_rate():
    rates = [{"currency": "EUR", "from_on": "2026-01-01", "rate_num": 6, "rate_den": 5}]
    found, _ = worth(Measure(sum="mrr"), (DAY, Fraction(5, 10**6), {"currency": "EUR"}), fx_rates=rates)

    assert found == [1]  # 5 / 12 = 0.4167 would be 0 first; x 1.2 = 0.5 is 1


def test_a_missing_exchange_rate_still_is_the_reason():
    _, outcome = worth(Measure(sum="mrr"), (DAY, 12, {"currency": "EUR"}))

    assert [issue.code for issue in outcome.issues] == ["exchange_rate_missing"]


def test_the_first_multiplier_that_fits_decides_before_the_threshold():
    measure = Measure(
        sum="acv",
        multiply=(
            CreditMultiplier(when=when(term_months={"min": 36}), by=always(Fraction(3, 2))),
            CreditMultiplier(when=when(term_months={"min": 12}), by=always(Fraction(6, 5))),
        ),
        less_per_deal=units(100),
    )
    sales = [(DAY, 100, {"term_months": term}) for term in (36, 35, 11)]

    assert worth(measure, *sales)[0] == [units(50), units(20)]


def test_a_return_is_lessened_towards_zero_and_a_share_by_its_share():
    measure = Measure(sum="amount", less_per_deal=units(100))
    half = {"share_num": 1, "share_den": 2, "amount_micros": units(75)}

    assert worth(measure, (DAY, -150), (DAY, 75, half))[0] == [units(-50), units(25)]


def test_lines_that_amount_to_less_than_nothing_keep_their_parts():
    weights = Weights(family={"Software": always(Fraction(1)), "Services": always(HALF)}, otherwise=always(Fraction(0)))
    lines = [line("Software", -60), line("Services", -40)]

    assert worth(Measure(sum="acv", weights=weights), (DAY, -100), lines=lines)[0] == [units(-80)]


def test_a_line_without_a_family_weighs_as_its_deal():
    weights = Weights(
        family={"Software": always(Fraction(1))}, motion={"renewal": always(HALF)}, otherwise=always(Fraction(1, 4))
    )
    lines = [line("Software", 50), line(None, 50), line("Software", 50, "D2"), line("Else", 50, "D2")]
    sales = [(DAY, 100, {"motion": "renewal"}), (DAY, 100)]

    assert worth(Measure(sum="acv", weights=weights), *sales, lines=lines)[0] == [units(75), Fraction(625, 10) * 10**6]


@pytest.mark.parametrize(
    ("measure", "sale", "lines", "wrong"),
    [
        (Measure(sum="margin"), {}, (), "has no cost, which a margin needs"),
        (
            Measure(sum="acv", portion="uplift"),
            {"motion": "renewal"},
            (),
            "renews something of which no ACV is known",
        ),
        (Measure(sum="acv", lines=SOFTWARE), {}, (), "has no lines, which the measure looks at"),
        (
            Measure(sum="acv", lines=SOFTWARE),
            {},
            (line("Software", 50), line("Services")),
            "has lines without the amount, quantity or cost that the measure looks at",
        ),
        (
            Measure(sum="acv", lines=SOFTWARE),
            {},
            (line("Software", 50), line("Services", -50)),
            "has lines without the amount, quantity or cost that the measure looks at",
        ),
        (
            Measure(sum="margin", lines=SOFTWARE),
            {},
            (line("Software", 50), line("Services", 50, cost_micros=7)),
            "has lines without the amount, quantity or cost that the measure looks at",
        ),
    ],
)
def test_what_nobody_can_say_is_held(measure, sale, lines, wrong):
    found, outcome = worth(measure, (DAY, 100, sale), lines=lines)

    assert found == []
    assert [(issue.subject, issue.message) for issue in outcome.issues] == [
        ("deal D1", f"{wrong}; it is held out of component 'base' of plan 'ae'.")
    ]


def test_a_line_that_does_not_count_needs_no_cost():
    lines = [line("Software", 50, cost_micros=20), line("Services", 50)]

    assert worth(Measure(sum="margin", lines=SOFTWARE), (DAY, 100), lines=lines)[0] == [units(30)]


def test_the_sentence_says_the_exchange_of_what_is_made():
    rates = [{"currency": "EUR", "from_on": "2026-01-01", "rate_num": 6, "rate_den": 5}]
    measure = Measure(sum="mrr", multiply=(CreditMultiplier(when=when(), by=always(HALF)),))
    sale = sold((DAY, 2_400, {"currency": "EUR"}))
    of = plan(component(measure="it"), measures={"it": measure})
    (row,) = Case([of], fx_rates=rates).pays(sale).lines.iter_rows(named=True)
    credit, deal = (frame.row(0, named=True) for frame in sale)

    assert explain(row, of, deal, credit) == (
        "D1, credited to you as AE, counts 120.00 USD (made in EUR, x 1.2 = 120.00 USD);"
        " MRR: ACV 2,400.00 EUR / 12; multiplied, 50 % of it; 120.00 x 10 % = 12.00 USD. [base; Handbook, section 3]"
    )


def test_weights_and_multipliers_change_by_the_day_of_the_deal():
    later = Dated(steps=((date.min, Fraction(1)), (date(2026, 6, 1), Fraction(0)), (date(2026, 7, 1), HALF)))
    sales = [(day, 100) for day in ("2026-05-31", "2026-06-01", "2026-07-01")]
    lines = [line("Software", 100, deal=f"D{number}") for number in (1, 2, 3)]
    weighed = Measure(sum="acv", weights=Weights(family={"Software": later}, otherwise=always(HALF)))
    multiplied = Measure(sum="acv", multiply=(CreditMultiplier(when=when(), by=later),))

    for measure in (weighed, multiplied):
        assert worth(measure, *sales, lines=lines)[1].lines["amount_micros"].to_list() == [units(10), units(5)]
