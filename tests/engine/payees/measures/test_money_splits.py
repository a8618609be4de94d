"""Splits of money: the pay for a whole deal, computed for each payee and then shared."""

from fractions import Fraction

import pytest

from engine.telling.facts import facts, recomputed
from tests.engine.plans import Case, amounts, by_amount, component, ledger, plan, sold


@pytest.mark.parametrize(("num", "den"), [(1, 1), (7, 10), (1, 3), (3333, 10000)])
def test_a_payee_is_paid_the_share_of_what_the_whole_deal_earns(num, den):
    of = plan(component(split_of="money", brackets=by_amount((0, 10), (1_000, 20))))
    part = Fraction(1_500 * num, den)
    sales = sold(("2026-02-10", part, {"share_num": num, "share_den": den}), ("2026-02-11", 100))
    outcome = Case([of]).pays(sales)

    assert amounts(outcome) == [Fraction(round(200 * Fraction(num, den) * 100), 100), 20]
    assert outcome.lines["after_micros"].to_list() == [1_500_000_000, 1_600_000_000]
    assert all(recomputed(facts(line, of)) == line["amount_micros"] for line in outcome.lines.to_dicts())
    assert Case([of]).pays(sales, ledger(outcome.postings)).postings.is_empty()
