"""Open deals: whose they will be and who would be credited for them, apart from what was won."""

from datetime import date

import polars as pl
import pytest

from engine import frames as f
from engine.compute import credit_deals, expected
from engine.deals.pipeline import as_if_won
from engine.documents.engagement.pools import Pool
from engine.pay import pay
from tests.engine.builders import book, engagement, rule, rules, share, units, when
from tests.engine.plans import component, plan

TODAY = date(2026, 5, 20)
HOUSE = engagement(
    rule("new", share("AE"), fits=when(motion="new_business")),
    rule("landing", share("AE"), fits=when(motion="upsell", months_since_signing={"below": 6})),
    rule("more", share("CSM", 60), share("AM", 40), owner="CSM", fits=when(motion="upsell")),
    vacancies={"AE": ("deal_owner",)},
)
HOLDINGS = [
    {"person_id": "cy", "role": "CSM", "until_on": "2026-09-01"},
    {"person_id": "zoe", "role": "CSM", "from_on": "2026-09-01"},
    {"person_id": "bo", "role": "AM"},
]
RULES = rules(HOUSE, plans=[plan(component())])
GIVEN = {
    "drawn_for": "pool AE",
    "turn": 1,
    "place": "company",
    "account_id": "A1",
    "drawn": "bo",
    "drawn_on": "2026-01-05",
}
OPEN = {"is_won": False, "is_closed": False}
DEALS = [
    {"deal_id": "won", "closed_on": "2026-01-10"},
    {"deal_id": "early", "motion": "upsell", "closed_on": "2026-06-10", **OPEN},
    {"deal_id": "late", "motion": "upsell", "closed_on": "2026-10-10", **OPEN},
    {"deal_id": "overdue", "account_id": "A2", "closed_on": "2026-03-01", **OPEN},
    {"deal_id": "lost", "closed_on": "2026-03-01", "is_won": False},
    {"deal_id": "blank", "account_id": "A3", "amount_micros": None, **OPEN},
    {"deal_id": "elsewhere", "account_id": "A4", "closed_on": "2026-01-10"},
]
ENROLLED = [{"person_id": name, "plan": "ae"} for name in ("ada", "bo", "cy", "zoe")]


def made(deals=DEALS, **others):
    return book(deals=deals, role_holdings=HOLDINGS, enrolments=ENROLLED, **others)


def test_open_deals_have_the_owners_of_their_close_date_and_an_overdue_one_those_of_today():
    found = expected(made(), RULES, TODAY)

    owned = found.assignments.select("deal_id", "rule", "commercial_owner_id", "held")
    assert owned.rows() == [
        ("blank", None, None, True),
        ("early", "landing", "ada", False),
        ("late", "more", "zoe", False),
        ("overdue", "new", "ada", False),
    ]
    assert dict(found.classified.select("deal_id", "dated_on").iter_rows())["overdue"] == TODAY
    assert [(issue.subject, issue.code) for issue in found.issues] == [("deal blank", "missing_amount")]


def test_what_is_expected_is_what_winning_gives():
    whole = made()
    won = credit_deals(as_if_won(whole, TODAY), RULES)
    found = expected(whole, RULES, TODAY)

    mine = pl.col("deal_id").is_in(found.classified["deal_id"].implode())
    assert found.classified.equals(won.classified.filter(mine))
    assert found.as_won().drop("credit_id").equals(won.credits.filter(mine).drop("credit_id"))
    assert found.credits["credit_id"].to_list() == [
        f"{name}:expected" for name in won.credits.filter(mine)["credit_id"]
    ]


def test_it_takes_nothing_from_what_is_won_and_pays_nobody_unless_it_is_asked_what_it_would():
    whole = made()
    won, found = credit_deals(whole, RULES), expected(whole, RULES, TODAY)
    assert set(won.credits["deal_id"]) == {"won", "elsewhere"}

    def paid(credits_):
        deals = pl.concat([won.classified, found.classified])
        outcome = pay(
            f.Credits.cast(pl.concat([won.credits, credits_])),
            f.Classified.cast(deals),
            whole,
            RULES,
            f.Posted.empty(),
        )
        return {row["deal_id"]: row["amount_micros"] for row in outcome.lines.iter_rows(named=True)}

    assert paid(found.credits) == {"won": units(1_200), "elsewhere": units(1_200)}
    assert paid(found.as_won())["early"] == units(1_200)


@pytest.mark.parametrize(("lots", "owner"), [((), None), ((GIVEN,), "bo")])
def test_a_pool_gives_nothing_away_for_an_open_deal(lots, owner):
    house = engagement(rule("all"), pools={"AE": Pool(draw="round_robin")}, vacancies={"AE": ("deal_owner",)})
    members = [{"person_id": name, "role": "AE"} for name in ("ada", "bo")]
    deals = [{"deal_id": "new", **OPEN}]
    found = expected(book(deals=deals, role_holdings=members, lots=lots), rules(house), TODAY)

    assert found.assignments["value_owner_id"].to_list() == [owner]
    assert [issue.message for issue in found.issues] == (
        []
        if owner
        else ["needs one AE on 2026-05-20, but finds ada, bo (a pool that gives the account away when a deal is won)."]
    )
