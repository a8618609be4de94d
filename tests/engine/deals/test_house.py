"""House accounts: their deals pay nobody, count only for what is said, and say that they are house accounts."""

from __future__ import annotations

from typing import Any

import pytest

from engine import frames as f
from engine.compute import credit_deals
from engine.documents.engagement.house import HouseAccounts
from engine.documents.measures.measure import Measure
from engine.pay import pay
from tests.engine.builders import book, engagement, rule, rules, share, units, when
from tests.engine.plans import by_amount, component, plan

LINES = [{"person_id": "ada", "manager_id": "lee"}]
ENROLLED = [{"person_id": "ada", "plan": "ae"}, {"person_id": "lee", "plan": "lead"}]
DEALS = [
    {"deal_id": "D1", "account_id": "A1", "closed_on": "2026-03-01"},
    {"deal_id": "D2", "account_id": "H1", "closed_on": "2026-04-01"},
    {"deal_id": "D3", "account_id": "A1", "closed_on": "2026-05-01"},
]
ACCOUNTS = [{"account_id": "A1"}, {"account_id": "H1", "segment": "House"}]
TIERS = component(brackets=by_amount((0, 10), (24_000, 20)))


def computed(counts_for: tuple[Any, ...], **changes: Any) -> Any:
    """(credit ids, pay by deal and payee, reason of the house deal)."""
    one = HouseAccounts(id="strategic", when=when(segment="House"), counts_for=counts_for)
    house = engagement(
        rule("all", share("AE"), share("SE", 50, overlay=True)),
        house_accounts=(one,),
        vacancies={"AE": ("deal_owner",), "SE": ()},
    )
    lead = plan(component(id="override"), plan="lead", measures={"acv": Measure(sum="acv", credits=("rollup",))})
    in_force = rules(house, plans=[plan(TIERS), lead])
    whole = book(deals=DEALS, accounts=ACCOUNTS, reporting_lines=LINES, enrolments=ENROLLED, **changes)
    found = credit_deals(whole, in_force)
    lines = pay(found.credits, found.classified, whole, in_force, f.Posted.empty()).lines
    paid = {(row["deal_id"], row["payee_id"]): row["amount_micros"] for row in lines.iter_rows(named=True)}
    reasons = dict(found.assignments.select("deal_id", "reason").iter_rows())
    assert found.issues == ()
    return set(found.credits["credit_id"]), paid, reasons


FIRST, ROLLED = units(1_200), {("D1", "lee"): units(1_200), ("D3", "lee"): units(1_200)}


@pytest.mark.parametrize(
    ("counts_for", "of_house", "paid", "said"),
    [
        ((), set(), {("D3", "ada"): FIRST, **ROLLED}, "nobody is credited"),
        (
            ("quota",),
            {"D2:direct:AE:all:ada"},
            {("D2", "ada"): 0, ("D3", "ada"): 2 * FIRST, **ROLLED},
            "it counts for quotas and pays nothing",
        ),
        (
            ("rollups",),
            {"D2:rollup:AE:all:lee:ada"},
            {("D3", "ada"): FIRST, ("D2", "lee"): FIRST, **ROLLED},
            "only those above are credited",
        ),
        (
            ("rollups", "quota"),
            {"D2:direct:AE:all:ada", "D2:rollup:AE:all:lee:ada"},
            {("D2", "ada"): 0, ("D3", "ada"): 2 * FIRST, ("D2", "lee"): FIRST, **ROLLED},
            "it counts for quotas and pays nothing but to those above",
        ),
    ],
)
def test_house_accounts_count_for_what_is_said_and_pay_nobody(counts_for, of_house, paid, said):
    ids, found, reasons = computed(counts_for)

    assert {name for name in ids if name.startswith("D2")} == of_house
    assert found == {("D1", "ada"): FIRST, **paid}
    assert reasons["D2"].endswith(f" House account strategic: {said}.")
    assert "House account" not in reasons["D1"]


def test_a_deal_that_would_be_of_house_accounts_if_more_were_known_is_told():
    one = HouseAccounts(id="big", when=when(employees={"min": 1_000}), counts_for=())
    house = engagement(rule("all"), house_accounts=(one,), vacancies={"AE": ("deal_owner",)})
    found = credit_deals(book(deals=[{"deal_id": "D1"}]), rules(house))

    assert [issue.message for issue in found.issues] == ["has no employees, so house account big passed it over."]
    assert found.credits.height == 1
