"""`explain` says why not more; `statement --for` says what it would take. Checked against the lines that are paid."""

from __future__ import annotations

import json
from datetime import date
from fractions import Fraction
from typing import Any, Literal

import polars as pl
import pytest

from commands import clock
from engine.documents.curves.cap import Cap
from engine.documents.curves.cases import RateCase
from engine.documents.curves.factors import FactorBracket
from engine.documents.curves.gauge import Gate, Multiplier
from engine.documents.curves.matrix import Axis, Matrix
from engine.documents.curves.rounded import RoundedAttainment
from engine.documents.plans.plan import Plan
from engine.documents.values import Dated
from jobs.outlooks import outlook, why_no_more
from jobs.publishing.estimates import at_next_tier
from tests.engine.builders import units, when
from tests.engine.plans import Case, by_share, component, plan, quota, rate, sold
from tests.jobs.conftest import Company
from tests.jobs.test_commands import run_on
from tests.jobs.test_cycle import credited_deal

TIERED = plan(component(title="Commission", brackets=by_share((0, 8), (100, 12))), pays="monthly")


def lines_of(made: Plan, *sales: tuple[str, int | Fraction]) -> pl.DataFrame:
    """What the engine pays for the sales against a quota of 100,000."""
    return Case([made], [quota(100_000)]).pays(sold(*sales)).lines


def ahead(lines: pl.DataFrame, period: str, goal: int | None = None) -> dict[str, Any]:
    """The outlook after a period."""
    found = outlook(lines.filter(pl.col("period") == period), lines, TIERED, goal)
    assert found is not None
    return found


def test_the_outlook_of_a_period_ends_with_it() -> None:
    """What later months brought is not known yet."""
    lines = lines_of(TIERED, ("2026-05-15", 40_000), ("2026-06-15", 55_800), ("2026-07-15", 10_000))

    found = ahead(lines, "2026-06", units(9_000))

    assert (found["achieved"], found["earned"]) == ("95,800.00", "7,664.00")
    assert found["next_tier"] == {"from": "100 %", "needs": "4,200.00"}
    assert found["goal"] == {"pay": "9,000.00", "needs": "12,533.30"}
    assert found["sentences"] == [
        "4,200.00 USD more in FY2027 reaches the tier from 100 %, which pays 12 %.",
        "12,533.30 USD more in FY2027 brings its pay from 7,664.00 USD to 9,000.00 USD.",
    ]


@pytest.mark.parametrize("goal", [7_664, 8_000, 9_000, 25_000])
def test_selling_what_it_says_earns_the_goal_and_a_cent_less_does_not(goal: int) -> None:
    """One more deal of that size, paid by the engine; a whole 0.12 less pays a cent less."""
    sales = [("2026-05-15", 40_000), ("2026-06-15", Fraction(55_800))]
    needs = ahead(lines_of(TIERED, *sales), "2026-06", units(goal))["goal"]["needs"]
    more = Fraction(needs.replace(",", ""))

    def earned(further: Fraction) -> int:
        return int(lines_of(TIERED, *sales, ("2026-06-20", further))["amount_micros"].sum())

    if more:
        assert earned(more) >= units(goal) > earned(more - Fraction("0.13"))
    else:
        assert units(goal) == 7_664 * 10**6


@pytest.mark.parametrize(
    ("rounding", "boundary", "goal", "needs", "tier"),
    [
        ("half_up", "lower", 5_400, "1,290.00", "1,290.00"),
        ("half_up", "upper", 5_400, "2,290.00", "2,290.00"),
        ("down", "lower", 5_400, "1,790.00", "1,790.00"),
        ("down", "lower", 5_880, "9,790.00", "1,790.00"),
    ],
)
def test_where_attainments_are_paid_in_steps_the_least_that_is_said_is_the_least_that_pays(
    rounding: Literal["half_up", "down"], boundary: Literal["lower", "upper"], goal: int, needs: str, tier: str
) -> None:
    """From 88,210 of 100,000: 90 % is paid from 89.5 % on; one micro-unit less does not reach the goal."""
    in_steps = RoundedAttainment(to=Fraction(1, 100), rounding=rounding)
    whole: dict[str, Any] = {"brackets": by_share((0, 3), (90, 6)), "tiers": "whole", "boundary": boundary}
    made = plan(component(**whole, rounded_attainment=in_steps))
    sales = [("2026-05-15", 40_000), ("2026-06-15", Fraction(48_210))]
    lines = lines_of(made, *sales)

    found = outlook(lines.filter(pl.col("deal_id") == "D2"), lines, made, units(goal))

    def earned(further: Fraction) -> int:
        return int(lines_of(made, *sales, ("2026-06-20", further))["amount_micros"].sum())

    assert found is not None
    assert (found["achieved"], found["goal"]["needs"]) == ("88,210.00", needs)
    assert found["next_tier"] == {"from": "90 %", "needs": tier}
    more = Fraction(needs.replace(",", ""))
    assert earned(more) >= units(goal) > earned(more - Fraction(1, 10**6))
    assert why_no_more(lines.row(-1, named=True), made) == (
        f"3 %, not 6 %: {'not beyond 90 %, 2 % away' if boundary == 'upper' else '2 % short of the tier from 90 %'}"
        " on 2026-06-15; reaching it adds 2,700.00 USD at once."
    )


@pytest.mark.parametrize(("rounding", "reach"), [("half_up", 1_290), ("down", 1_790)])
@pytest.mark.parametrize("tiers", ["whole", "marginal"])
def test_an_estimate_says_what_the_same_deal_pays_behind_the_next_tier_also_in_steps(
    rounding: Literal["half_up", "down"], reach: int, tiers: str
) -> None:
    """48,210 that end at 88,210: what reaches 90 % is sold, and the same deal once more."""
    in_steps = RoundedAttainment(to=Fraction(1, 100), rounding=rounding)
    made = plan(component(brackets=by_share((0, 3), (90, 6)), tiers=tiers, rounded_attainment=in_steps))
    sales = [("2026-05-15", 40_000), ("2026-06-15", 48_210)]
    lines = lines_of(made, *sales)
    later = lines_of(made, *sales, ("2026-06-16", reach), ("2026-06-17", 48_210))

    said = at_next_tier(lines.row(by_predicate=pl.col("deal_id") == "D2", named=True), made, lines)

    assert said == later.row(by_predicate=pl.col("deal_id") == "D4", named=True)["amount_micros"]


def test_rates_that_changed_in_the_window_count_as_they_paid() -> None:
    """Half a year at 10 %, then 5 %: another 1,000 of pay takes 20,000, whatever was paid before."""
    made = plan(component(brackets=by_share((0, {"2026-01-01": 10, "2026-08-01": 5}))))
    lines = lines_of(made, ("2026-05-15", 40_000), ("2026-09-15", 10_000))

    found = outlook(lines.filter(pl.col("period") == "2026-09"), lines, made, units(5_500))

    assert found is not None
    assert (found["earned"], found["next_tier"], found["goal"]["needs"]) == ("4,500.00", None, "19,999.90")


CENT = Fraction(1, 100)
OF_SALES = {"measure": "acv", "quota": "acv"}
STEPS = {"0": "1/2", "1": "1", "6/5": "3/2"}
LATER = tuple(FactorBracket(since=Fraction(since), factor=Fraction(factor)) for since, factor in STEPS.items())
FOR_EACH_FULL = {"rate": None, "pays": Dated(steps=((date.min, units(500)),)), "per": units(10_000), "only_full": True}
BY_ALL = (Multiplier(**OF_SALES, brackets=LATER),)
CAPPED = Cap(per="window", amount=Dated(steps=((date.min, units(3_000)),)), then_pays=rate(50))
MATRIX = Matrix(
    rows=Axis(**OF_SALES, starts=(Fraction(0), Fraction(4, 5), Fraction(1))),
    columns=Axis(measure="deals", starts=(0, units(2))),
    pays=((0, 0), (units(100), units(500)), (units(200), units(1_000))),
)
BETWEEN = Matrix(
    rows=Axis(**OF_SALES, at=(Fraction(9, 10), Fraction(1), Fraction(6, 5))),
    columns=Axis(measure="deals", starts=(0, units(2))),
    pays=((0, units(100)), (0, units(500)), (0, units(1_000))),
)
BY_SIZE = (FactorBracket(since=0, factor=Fraction(1)), FactorBracket(since=units(30_000), factor=Fraction(2)))
KINDS: dict[str, tuple[dict[str, Any], int]] = {
    "multiplied by what all of it came to": ({"multiplied_by": BY_ALL}, 11_000),
    "multiplied from the next deal on": (
        {"multiplied_by": (Multiplier(**OF_SALES, brackets=LATER, judged="before_deal"),)},
        6_000,
    ),
    "multiplied part by part": (
        {"multiplied_by": (Multiplier(**OF_SALES, brackets=LATER, judged="in_parts"),)},
        9_000,
    ),
    "a gate that opens for all of it": ({"only_if": (Gate(**OF_SALES, min=Fraction(1)),)}, 9_000),
    "a gate that opens with the deal": ({"only_if": (Gate(**OF_SALES, min=Fraction(1), judged="deal"),)}, 2_000),
    "one of two gates": (
        {"only_if_any": (Gate(**OF_SALES, min=Fraction(1)), Gate(measure="deals", min=10**9))},
        9_000,
    ),
    "softly capped": ({"cap": CAPPED}, 7_000),
    "softly capped and multiplied": ({"cap": CAPPED, "multiplied_by": BY_ALL}, 7_000),
    "only what is full": (FOR_EACH_FULL, 5_000),
    "multiplied by the size of the deal": (
        {"multiplied_by": (Multiplier(measure="acv", over="transaction", brackets=BY_SIZE),)},
        16_000,
    ),
    "a gate on the size of the deal": (
        {"only_if": (Gate(measure="acv", over="transaction", min=units(5_000)),)},
        8_001,
    ),
    "a matrix between points": ({"kind": "bonus", "rate": None, "matrix": BETWEEN}, 700),
    "a matrix": ({"kind": "bonus", "rate": None, "matrix": MATRIX}, 900),
}


@pytest.mark.parametrize(("how", "goal"), KINDS.values(), ids=KINDS)
def test_everything_that_moves_with_what_is_sold_is_reckoned_with(how: dict[str, Any], goal: int) -> None:
    """Selling what it says earns the goal; a cent less does not."""
    made = plan(component(**{"rate": rate(10), "accumulates": "year", **how}))
    sales = [("2026-05-15", 60_000), ("2026-06-15", Fraction(2_000_050, 100))]
    lines = lines_of(made, *sales)

    found = outlook(lines.filter(pl.col("deal_id") == "D2"), lines, made, units(goal))

    assert found is not None
    assert found["goal"]["needs"] is not None, found["sentences"]
    more = Fraction(found["goal"]["needs"].replace(",", ""))
    earned = [
        int(lines_of(made, *sales, ("2026-06-20", sold_))["amount_micros"].sum()) for sold_ in (more, more - CENT)
    ]
    assert earned[0] >= units(goal) > earned[1]


@pytest.mark.parametrize("goal", [4_001, 5_000])
def test_what_is_paid_deal_by_deal_asks_for_one_further_deal(goal: int) -> None:
    """What the period paid so far stays; an earlier document is not guessed, and says so."""
    made = plan(component())
    lines = lines_of(made, ("2026-05-15", 40_000))

    found = outlook(lines, lines, made, units(goal))

    assert found is not None
    more = Fraction(found["goal"]["needs"].replace(",", ""))
    earned = [lines_of(made, ("2026-05-15", 40_000), ("2026-05-16", each)) for each in (more, more - CENT)]
    assert [int(each["amount_micros"].sum()) >= units(goal) for each in earned] == [True, False]
    assert outlook(lines, lines, made, None) is None
    assert "earlier plan document" in outlook(lines, lines, None, units(1))["sentences"][0]
    assert why_no_more(lines.row(0, named=True), None) is None


def test_a_gate_that_others_open_is_told_with_what_it_would_take_then() -> None:
    """Two deals of three; a place among others tells no distance, for that would be what they came to."""
    made = plan(component(only_if=(Gate(measure="deals", min=units(3)),), accumulates="year"))
    lines = lines_of(made, ("2026-05-15", 40_000), ("2026-06-15", 30_000))

    found = outlook(lines.filter(pl.col("deal_id") == "D2"), lines, made, units(8_000))

    assert found is not None
    (said,) = found["sentences"]
    assert said == (
        "It pays nothing as long as its gate is closed: deals was 2, and at least 3 is needed. Once it is open:"
        " 9,999.95 USD more in FY2027 brings its pay from 7,000.00 USD to 8,000.00 USD."
    )
    assert why_no_more(lines.row(-1, named=True), made) == (
        "0.00 USD, not 3,000.00 USD: deals is 1 short of 3 as of now."
    )


def test_a_quota_of_0_pays_nothing_and_says_so() -> None:
    """As in the first months of a ramp."""
    made = plan(component(brackets=by_share((0, 8), (100, 12))), zero_quota="unpaid")
    lines = Case([made], [quota(0)]).pays(sold(("2026-05-15", 40_000))).lines

    found = outlook(lines, lines, made, units(100))

    assert found is not None
    assert (found["goal"]["needs"], found["next_tier"]) == (None, None)
    assert found["sentences"] == ["Its quota in FY2027 is 0: whatever is achieved there counts, and pays nothing."]


def test_what_pays_deals_by_their_size_says_nothing_of_a_further_one() -> None:
    """It might be another case than the last one."""
    large = RateCase(when=when(amount={"min": units(50_000)}), rate=rate(8))
    made = plan(component(rates=(large, RateCase(otherwise=rate(5)))))
    lines = lines_of(made, ("2026-05-15", 40_000))

    found = outlook(lines, lines, made, units(9_000))

    assert found is not None
    assert (found["goal"]["needs"], found["sentences"]) == (
        None,
        ["It pays a deal by its own size (amount at least 50,000): by what a further one would be paid is not known."],
    )


def test_a_matrix_says_which_row_or_column_is_next() -> None:
    """Where the cell there is worth more."""
    made = plan(component(kind="bonus", rate=None, matrix=MATRIX, accumulates="year"))
    line = lines_of(made, ("2026-05-15", 95_000)).row(0, named=True)

    assert why_no_more(line, made) == (
        "100.00 USD, not 200.00 USD: acv is 5,000.00 USD short of the row from 100 % as of now."
        " 100.00 USD, not 500.00 USD: deals is 1 short of the column from 2 as of now."
    )


def test_a_multiplier_says_how_far_its_next_bracket_is() -> None:
    """In the unit of what it looks at."""
    made = plan(component(multiplied_by=(Multiplier(**OF_SALES, brackets=LATER),), accumulates="year"))
    line = lines_of(made, ("2026-05-15", Fraction(9_500_050, 100))).row(0, named=True)

    assert why_no_more(line, made) == "Multiplied by 50 %, not 100 %: acv is 4,999.50 USD short of 100 % as of now."


def test_before_anything_counted_the_quota_is_that_of_the_component_or_nobody_knows_the_distance() -> None:
    """Never a distance to a quota of nothing."""
    own = Multiplier(**OF_SALES, brackets=LATER, judged="before_deal")
    others = Gate(measure="amount", quota="amount", min=Fraction(4, 5), judged="before_deal")
    sales = ("2026-05-15", 60_000)
    of_own, of_others = (
        plan(component(accumulates="year", quota="acv", rate=rate(10), multiplied_by=(own,))),
        plan(component(accumulates="year", quota="acv", rate=rate(10), only_if=(others,))),
    )

    said = [why_no_more(lines_of(made, sales).row(0, named=True), made) for made in (of_own, of_others)]

    assert said == [
        "Multiplied by 50 %, not 100 %: acv is 100,000.00 USD short of 100 % before this deal.",
        "0.00 USD, not 6,000.00 USD: nothing counts for amount yet, and at least 80 % is needed.",
    ]


def test_what_was_of_one_deal_alone_is_not_said_to_lie_ahead() -> None:
    """The deal was too small, or came before the quota was reached; the payout of another component has its name."""
    small = Gate(measure="acv", over="transaction", min=units(5_000))
    first = component(id="base", title="Commission", accumulates="year", rate=rate(1))
    made = plan(first, component(id="more", accumulates="year", only_if=(small,)))
    gated = plan(first, component(id="more", accumulates="year", only_if=(Gate(payout_of="base", min=units(100)),)))

    lines, closed = (lines_of(each, ("2026-05-15", 4_000)).filter(component="more") for each in (made, gated))
    found = outlook(lines, lines, made, None)

    assert why_no_more(lines.row(0, named=True), made) == (
        "0.00 USD, not 400.00 USD: acv is 1,000.00 USD short of 5,000.00 USD as of now."
    )
    assert found is not None
    assert found["sentences"] == []
    assert why_no_more(closed.row(0, named=True), gated) == (
        "0.00 USD, not 400.00 USD: payout of Commission is 60.00 USD short of 100.00 USD as of now."
    )


def test_what_was_taken_back_is_no_part_of_what_it_takes_and_said() -> None:
    """4,800 on two deals, of which 3,200 came back: the statement shows 1,600."""
    lines = lines_of(TIERED, ("2026-05-15", 40_000), ("2026-05-16", 20_000))
    taken = lines.head(1).with_columns(
        kind=pl.lit("clawback", dtype=lines.schema["kind"]), part=pl.lit("clawback"), amount_micros=-units(3_200)
    )
    every = pl.concat([lines, taken])

    found = outlook(every, every, TIERED, units(5_000))

    assert found is not None
    assert found["sentences"][-1] == (
        "2,499.94 USD more in FY2027 brings its pay from 4,800.00 USD to 5,000.00 USD,"
        " before 3,200.00 USD that was taken back."
    )


def test_what_is_out_of_reach_is_said_so() -> None:
    """A rate of nothing pays nothing, however much is sold."""
    made = plan(component(brackets=by_share((0, 8), (100, 0))))
    lines = lines_of(made, ("2026-05-15", 40_000))

    found = outlook(lines, lines, made, units(8_001))

    assert found is not None
    assert found["goal"]["needs"] is None
    assert found["sentences"] == [
        "No achievement in FY2027 brings its pay from 3,200.00 USD to 8,001.00 USD: it pays 8,000.00 USD at most."
    ]


@pytest.mark.synced
def test_statement_and_explain_tell_it(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    """As data and in the terminal; an amount that is none is refused."""
    monkeypatch.setattr(clock, "now", company.clock)
    deal = credited_deal(company)
    line = json.loads(run_on(company, "explain", deal, "--json").stdout)["lines"][0]
    words = ("statement", line["payee"], line["period"], "--for", "1_000_000")

    told = json.loads(run_on(company, *words, "--json").stdout)["components"]
    shown = run_on(company, *words).stdout
    refused = run_on(company, "statement", line["payee"], "--for", "much")
    before = run_on(company, "statement", line["payee"], "2019-01", "--for", "1_000").stdout

    said = [sentence for part in told if part["outlook"] for sentence in part["outlook"]["sentences"]]
    assert any("to 1,000,000.00 USD." in sentence for sentence in said)
    assert all(sentence in shown for sentence in said)
    assert (refused.exit_code, "--for: 'much' is not an amount" in refused.output) == (1, True)
    assert "Nothing is paid in 2019-01 yet: what a pay would take is known once a deal or result counts." in before
    if line["why_not_more"]:
        assert line["why_not_more"] in run_on(company, "explain", deal).stdout
