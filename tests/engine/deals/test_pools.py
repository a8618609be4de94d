"""Pools and experiments: in turn, for good, and the same whether computed at once or in steps."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import frames as f
from engine.book import Credited
from engine.compute import credit_deals
from engine.documents.engagement.experiments import Experiment
from engine.documents.engagement.pools import Pool
from engine.documents.measures.measure import Measure
from tests.engine.builders import book, engagement, rule, rules, when, window
from tests.engine.plans import component, plan

PEOPLE = ("ann", "ben", "cay")
FIRST = date(2026, 1, 5)
HALF = Fraction(1, 2)
HOLDERS = [{"person_id": name, "role": "CSM", "capacity": 40} for name in PEOPLE]
TRIAL = Experiment(
    id="pay", effective=window("2026-01-01", "2027-01-01"), strata=("segment",), arms={"paid": HALF, "unpaid": HALF}
)
Row = dict[str, Any]


def house(draw: Any = "round_robin", trial: Experiment = TRIAL, **of_pool: Any) -> Any:
    pools = {"CSM": Pool(draw=draw, **of_pool)}
    return rules(engagement(rule("all", owner="CSM"), pools=pools, experiments=(trial,), vacancies={"CSM": ()}))


def sold(*accounts: str, every: int = 1) -> list[Row]:
    """A deal for each name, a day apart; accounts may come again."""
    return [
        {"deal_id": f"D{nth:03}", "account_id": name, "closed_on": FIRST + timedelta(days=nth * every)}
        for nth, name in enumerate(accounts)
    ]


def computed(deals: list[Row], in_force: Any = None, lots: pl.DataFrame | None = None, **others: Any) -> Credited:
    earlier = () if lots is None else lots.rows(named=True)
    holders = others.pop("role_holdings", HOLDERS)
    return credit_deals(book(deals=deals, role_holdings=holders, lots=earlier, **others), in_force or house())


def owners(found: Credited) -> list[str]:
    return found.assignments.sort("deal_id")["value_owner_id"].to_list()


def in_steps(batches: list[list[Row]], in_force: Any) -> tuple[dict[str, Row], pl.DataFrame]:
    """Each batch brings whole accounts, as the store does; lots are carried on."""
    lots: pl.DataFrame = f.Lots.empty()
    seen: list[Row] = []
    rows: dict[str, Row] = {}
    for batch in batches:
        seen += batch
        touched = {deal["account_id"] for deal in batch}
        found = computed([deal for deal in seen if deal["account_id"] in touched], in_force, lots)
        lots = pl.concat([lots, found.lots])
        for row in found.assignments.join(found.classified.select("deal_id", "arms"), on="deal_id").iter_rows(
            named=True
        ):
            rows[row["deal_id"]] = row
    return rows, lots


def test_turns_go_round_and_an_account_stays() -> None:
    assert owners(computed(sold("a", "b", "c", "d", "a", "e"))) == ["ann", "ben", "cay", "ann", "ann", "ben"]


def test_somebody_new_comes_next_and_who_left_is_replaced_once() -> None:
    holders = [HOLDERS[0], {**HOLDERS[1], "until_on": "2026-01-08"}, {**HOLDERS[2], "from_on": "2026-01-07"}]

    found = computed(sold("a", "b", "c", "b", "b"), role_holdings=holders)

    assert owners(found) == ["ann", "ben", "cay", "ann", "ann"]
    assert found.lots.filter(pl.col("drawn_for") == "pool CSM")["turn"].to_list() == [1, 2, 3, 4]


def test_a_deal_that_arrives_late_takes_the_next_turn_and_moves_nobody() -> None:
    first = computed(sold("a", "b"))
    late = {"deal_id": "D000a", "account_id": "c", "closed_on": FIRST}

    again = computed([*sold("a", "b"), late], lots=first.lots)

    assert dict(again.assignments.select("deal_id", "value_owner_id").iter_rows()) == {
        "D000": "ann",
        "D001": "ben",
        "D000a": "cay",
    }


def test_an_old_deal_keeps_who_had_the_account_then_when_somebody_returns() -> None:
    back = [{**HOLDERS[0], "until_on": "2026-01-06"}, {**HOLDERS[0], "from_on": "2026-01-07"}, HOLDERS[1]]
    deals = sold("a", "a", "a")

    first = computed(deals, role_holdings=back)
    again = computed(deals, role_holdings=back, lots=first.lots)

    assert owners(first) == ["ann", "ben", "ben"]
    assert (owners(again), again.lots.height) == (owners(first), 0)


@pytest.mark.parametrize(("day", "given_on"), [("2026-01-09", "2026-01-09"), ("2026-01-10", "2026-01-13")])
def test_weekends_and_holidays_wait_for_the_next_working_day(day: str, given_on: str) -> None:
    deals = [{"deal_id": "D1", "closed_on": day}]

    found = computed(deals, house(holidays=(date(2026, 1, 12),)))

    lots = found.lots.filter(pl.col("drawn_for") == "pool CSM")
    assert lots["drawn_on"].to_list() == [date.fromisoformat(given_on)]


def test_whose_account_it_is_on_the_deals_day_matters_and_not_on_the_working_day() -> None:
    own = {"person_id": "zoe", "role": "CSM", "scope": "account", "value": "a", "from_on": date(2026, 1, 12)}
    saturday = {"deal_id": "D", "account_id": "a", "closed_on": date(2026, 1, 10)}

    assert owners(computed([saturday], role_holdings=[*HOLDERS, own])) == ["ann"]


def test_of_two_holdings_of_one_person_the_larger_capacity_counts() -> None:
    twice = [{**HOLDERS[0], "capacity": 1}, {**HOLDERS[0], "capacity": 0}]

    for holdings in (twice, twice[::-1]):
        assert owners(computed(sold("a"), house("by_capacity"), role_holdings=holdings)) == ["ann"]


def test_capacity_shares_by_room_and_says_who_has_none_stated() -> None:
    holders = [
        {"person_id": "ann", "role": "CSM", "capacity": 1},
        {"person_id": "ben", "role": "CSM", "capacity": 2},
        {"person_id": "cay", "role": "CSM"},
    ]

    found = computed(sold("a", "b", "c", "d"), house("by_capacity"), role_holdings=holders)

    assert owners(found) == ["ann", "ben", "ben", None]
    assert [(issue.code, issue.subject) for issue in found.issues] == [("missing_capacity", "payee cay")]


@settings(max_examples=settings().max_examples // 10)
@given(st.lists(st.sampled_from("abcdef"), max_size=14), st.lists(st.integers(0, 14), max_size=3), st.booleans())
def test_in_steps_is_as_at_once(accounts: list[str], cuts: list[int], by_capacity: bool) -> None:
    in_force = house("by_capacity" if by_capacity else "round_robin")
    deals = sold(*accounts)
    edges = sorted({0, *(min(cut, len(deals)) for cut in cuts), len(deals)})
    batches = [deals[begin:end] for begin, end in pairwise(edges)]

    once = computed(deals, in_force)
    rows, lots = in_steps(batches, in_force)

    assert {name: row["value_owner_id"] for name, row in rows.items()} == dict(
        once.assignments.select("deal_id", "value_owner_id").iter_rows()
    )
    assert {name: row["arms"] for name, row in rows.items()} == dict(
        once.classified.select("deal_id", "arms").iter_rows()
    )
    key = ["drawn_for", "turn"]
    assert lots.sort(key).equals(once.lots.sort(key))


# ------------------------------------------------------------------------------- experiments


def arms(found: Credited) -> dict[str, str]:
    lots = found.lots.filter(pl.col("drawn_for") == "experiment pay")
    return dict(lots.select("account_id", "drawn").iter_rows())


def test_arms_are_even_in_every_stratum_and_no_account_changes_when_others_come() -> None:
    names = [f"A{nth:02}" for nth in range(20)]
    accounts = [{"account_id": name, "segment": "SMB" if nth % 5 else "Big"} for nth, name in enumerate(names)]

    found = computed(sold(*names), accounts=accounts)
    few = computed(sold(*names[:10]), accounts=accounts)

    by_stratum = Counter(
        found.lots.filter(pl.col("drawn_for") == "experiment pay").select("place", "drawn").iter_rows()
    )
    assert by_stratum == {("SMB", "paid"): 8, ("SMB", "unpaid"): 8, ("Big", "paid"): 2, ("Big", "unpaid"): 2}
    assert arms(few).items() <= arms(found).items()


def test_another_id_is_another_draw() -> None:
    names = [f"A{nth:02}" for nth in range(20)]
    other = TRIAL.model_copy(update={"id": "other"})

    one = arms(computed(sold(*names)))
    two = computed(sold(*names), house(trial=other)).lots.filter(pl.col("drawn_for") == "experiment other")

    assert dict(two.select("account_id", "drawn").iter_rows()) != one


@pytest.mark.parametrize(("day", "count"), [("2025-12-31", 0), ("2026-01-01", 1), ("2026-12-31", 1), ("2027-01-01", 0)])
def test_only_deals_between_start_and_end_are_in_an_arm(day: str, count: int) -> None:
    first = {"deal_id": "D0", "closed_on": "2025-03-01"}
    found = computed([first, {"deal_id": "D1", "motion": "upsell", "type": "Upsell", "closed_on": day}])

    assert [len(row) for row in found.classified.sort("deal_id")["arms"]] == [0, count]


def test_who_does_not_take_part_is_in_no_arm() -> None:
    trial = TRIAL.model_copy(update={"accounts": when(segment="SMB")})

    assert arms(computed(sold("a"), house(trial=trial))) == {}


def test_the_draw_that_the_reference_does_by_hand() -> None:
    of_smb = TRIAL.model_copy(update={"id": "renewal-pay"})
    found = computed(sold("001A"), house(trial=of_smb), accounts=[{"account_id": "001A", "segment": "SMB"}])

    (lot,) = found.lots.filter(pl.col("drawn_for") == "experiment renewal-pay").iter_rows(named=True)
    assert (lot["place"], lot["drawn"]) == ("SMB", "unpaid")


def test_what_only_qualified_draws_nobody() -> None:
    by_channel = TRIAL.model_copy(update={"accounts": when(channel="Partner")})
    counts_meetings = plan(component(), measures={"acv": Measure(count="deals", dated_by="qualified_on")})
    in_force = replace(house(trial=by_channel), plans=(counts_meetings,))
    open_deal = {"deal_id": "open", "account_id": "a", "is_won": False, "is_closed": False, "channel": "Partner"}

    found = computed([*sold("a"), {**open_deal, "qualified_on": "2026-03-01"}], in_force)

    assert arms(found) == {}
