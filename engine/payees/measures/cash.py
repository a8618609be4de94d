"""Cash as a measure: a credit counts as its deal's payments arrive, each on its day (DESIGN 5.1).

A payee has the same part of every payment as of the deal's amount. The parts are differences of
`round(received so far x credit / amount)`, so that a deal that is paid in full counts for exactly its credits. Refunds
are payments below zero, never of more than was received.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date

import polars as pl

from engine.calendar import whole_months_between
from engine.documents.plans.plan import Plan
from engine.model import Issue, Severity
from engine.payees.curves.curve_columns import round_ratio_expr
from engine.payees.measures.measure import fits_column
from engine.texts import text

FLOWS = ("payment", "refunded")
"""Events that move cash, in the order in which those of one day count."""
Flow = tuple[date, str, int | None]
RECEIVED = {
    "deal_id": pl.String,
    "paid_on": pl.Date,
    "cash_from": pl.Int64,
    "cash_to": pl.Int64,
    "all_from": pl.Int64,
    "all_to": pl.Int64,
    "whole": pl.Int64,
}


def cash_is_read(plans: Sequence[Plan]) -> bool:
    """Whether any measure adds up cash."""
    return any(measure.sum == "cash" for plan in plans for measure in plan.measures.values())


def paid_credits(credits_: pl.DataFrame, classified: pl.DataFrame, events: pl.DataFrame) -> pl.DataFrame:
    """A row for each credit and day on which cash came or went, dated on that day and in order of payee, day, credit.

    `cash_micros` counts up to the deal's amount, `cash_all_micros` everything that came, `cash_beyond_micros` the rest.
    """
    rows = credits_.join(received(classified, events), on="deal_id")
    parts = {
        name: (_part(f"{kind}_to") - _part(f"{kind}_from")).cast(pl.Int64)
        for name, kind in (("cash_micros", "cash"), ("cash_all_micros", "all"))
    }
    dated = rows.with_columns(**parts, dated_on="paid_on")
    dated = dated.with_columns(cash_beyond_micros=pl.col("cash_all_micros") - pl.col("cash_micros"))
    return dated.select(*credits_.columns, *parts, "cash_beyond_micros").sort("payee_id", "dated_on", "credit_id")


def received(classified: pl.DataFrame, events: pl.DataFrame) -> pl.DataFrame:
    """By deal and day what had been received before and after it, up to the amount and in all (columns `RECEIVED`).

    What came before the deal was won counts on the day on which it was; deals of nothing or less receive nothing.
    """
    flows: dict[str, list[Flow]] = defaultdict(list)
    moved = events.filter(pl.col("kind").cast(pl.String).is_in(FLOWS)).with_columns(pl.col("kind").cast(pl.String))
    won = classified.filter(pl.col("amount_micros") > 0).select("deal_id", "dated_on", whole="amount_micros")
    for deal, kind, day, amount in moved.select("deal_id", "kind", "happened_on", "amount_micros").iter_rows():
        flows[deal].append((day, kind, amount))
    rows = [
        (deal, *moves)
        for deal, since, whole in won.filter(pl.col("deal_id").is_in(list(flows))).iter_rows()
        for moves in _moves(flows[deal], since, whole)
    ]
    return pl.DataFrame(rows, schema=RECEIVED, orient="row")


def in_time(rows: pl.DataFrame, classified: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    """The rows of cash, of which those do not fit that come too long after the deal was won (`within_months`)."""
    limits = {name: of.within_months for name, of in plan.measures.items() if of.within_months is not None}
    if not limits:
        return rows
    won = classified.select("deal_id", won_on="dated_on")
    passed = whole_months_between(pl.col("won_on"), pl.col("dated_on"))
    fits = {fits_column(name): pl.col(fits_column(name)) & (passed < months) for name, months in limits.items()}
    return rows.join(won, on="deal_id", how="left", maintain_order="left").with_columns(**fits).drop("won_on")


def overpaid(classified: pl.DataFrame, events: pl.DataFrame) -> Iterator[Issue]:
    """A warning for each deal for which more came than its amount."""
    more = received(classified, events).filter(pl.col("all_to") > pl.col("whole"))["deal_id"].unique().sort()
    for deal in more:
        message = "has received more than its amount; measures count the rest only where they say overpaid: counted."
        yield Issue("overpaid", Severity.WARNS, f"deal {deal}", message, "Correct the payment or the deal's amount.")


def payment_part() -> pl.Expr:
    """The part of the key of a line of cash."""
    return text("payment {}", pl.col("dated_on").cast(pl.String))


def attains() -> pl.Expr:
    """Whether a line is what moved the running total: the earning of a credit, or of a payment."""
    part = pl.col("part")
    return (part == "earning") | part.str.starts_with("payment ")


def _moves(flows: Sequence[Flow], since: date, whole: int) -> Iterator[tuple[date, int, int, int, int, int]]:
    """Each day on which cash came or went, with what had come before and after it."""
    total = 0
    days: dict[date, list[tuple[str, int | None]]] = defaultdict(list)
    for day, kind, amount in sorted(flows, key=lambda flow: (flow[0], FLOWS.index(flow[1]))):
        days[max(day, since)].append((kind, amount))
    for day, of_day in days.items():
        before = total
        for kind, amount in of_day:
            full = whole if kind == "payment" else total
            flow = full if amount is None else amount
            total = max(total + (flow if kind == "payment" else -flow), 0)
        if total != before:
            yield day, min(before, whole), min(total, whole), before, total, whole


def _part(total: str) -> pl.Expr:
    """The credit's part of what was received so far."""
    exact = pl.col(total).cast(pl.Int128) * pl.col("amount_micros").cast(pl.Int128)
    return round_ratio_expr(exact, pl.col("whole").cast(pl.Int128), 1, "half_up")
