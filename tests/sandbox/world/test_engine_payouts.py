"""The engine's pay against the key's: the whole way from records to cents, worked out twice without shared code."""

from collections import Counter

import pytest

from engine import frames as f
from engine.compute import credit_deals
from engine.pay import pay
from tests.engine.worlds import book_of, demo_rules
from tests.sandbox.world.reading import world

CENT = 10_000


@pytest.mark.parametrize(("seed", "deals"), [(7, 2000), (42, 600)])
def test_every_payee_earns_each_month_what_the_key_says(seed, deals):
    made = world(seed, deals)
    book, rules = book_of(made), demo_rules()
    credited = credit_deals(book, rules)
    outcome = pay(credited.credits, credited.classified, book, rules, f.Posted.empty())
    email = dict(book.people.select("person_id", "email").iter_rows())

    found, expected = Counter(), Counter()
    for line in outcome.lines.iter_rows(named=True):
        key = (email[line["payee_id"]], line["plan"], line["component"], line["period"], line["part"])
        found[key] += line["amount_micros"]
    for row in made.answer_key["payouts"]:
        key = (row["payee"], row["plan"], row["component"], row["month"])
        expected[*key, "earning"] += row["earned_cents"] * CENT
        expected[*key, "clawback"] += row["clawed_back_cents"] * CENT

    assert +found == +expected
    assert -found == -expected
