"""cohort: for every measure of retention the customers of each payee, and what became of their revenue (DESIGN 5.12).

What an account's rows are depends on that account alone, so that computing the accounts that changed gives the same
rows as computing all of them.
"""

from __future__ import annotations

from collections.abc import Sequence

import dataframely as dy
import polars as pl

from engine import frames as f
from engine.book import Book, Rules
from engine.cohorts.changes import KEY, NUMBERS, of_the_book, of_the_due
from engine.cohorts.history import history_of
from engine.cohorts.members import members
from engine.cohorts.owners import Owners, spans
from engine.cohorts.pieces import Pieces, pieces_of
from engine.cohorts.teams import answerable
from engine.cohorts.windows import CohortWindow, Reach, windows_of
from engine.deals.problems import issues_of, problems
from engine.documents.measures.measure import Measure
from engine.documents.measures.retention import Retention
from engine.documents.plans.plan import Plan
from engine.model import LARGEST_MICROS, Found, Severity
from engine.payees.exchange import Exchange, with_rates
from engine.payees.measures.ratios import rounded_product
from engine.payees.measures.weights import lines_of
from engine.texts import text

WINDOWS = {"window": pl.Int64, "over": pl.String, "opens_on": pl.Date, "closes_on": pl.Date}


def cohorts(
    classified: dy.DataFrame[f.Classified], book: Book, rules: Rules, reach: Reach
) -> Found[dy.DataFrame[f.Cohorts]]:
    """The rows of all windows within reach."""
    wanted = [(plan, name) for plan in rules.plans for name, of in plan.measures.items() if of.retention is not None]
    if not wanted:
        return Found(f.Cohorts.empty())
    stage = _Stage(classified, book, rules, reach)
    for plan, name in wanted:
        stage.add(plan, name)
    stage.found.append(_uncounted(stage.history.uncounted))
    rows = pl.concat(stage.rows).sort(f.Cohorts.primary_key())
    return Found(f.Cohorts.validate(rows, cast=True), issues_of(stage.found))


class _Stage:
    """Measure by measure, on one history."""

    def __init__(self, classified: dy.DataFrame[f.Classified], book: Book, rules: Rules, reach: Reach) -> None:
        self.history, self.classified = history_of(classified, book), classified
        self.book, self.rules, self.reach = book, rules, reach
        self.owners = Owners(book, rules)
        self.exchange = Exchange(book.fx_rates, rules.company.currency)
        self.rows: list[pl.DataFrame] = [f.Cohorts.empty()]
        self.found: list[pl.DataFrame] = []

    def add(self, plan: Plan, name: str) -> None:
        """The rows of one measure."""
        measure = plan.measures[name]
        retention = measure.retention
        if retention is None or self.history.days is None:
            return
        first, last = self.history.days
        reach = self.reach if self.reach.is_stated else Reach(last=last)
        windows = _frame(windows_of(name, plan, self.rules.company, first, reach))
        pieces = pieces_of(self.history, retention.grace_days)
        paying = pieces.due if retention.cohort == "due" else pieces.rows
        taken, gaps = members(paying, windows, self.book, measure, f"{name!r} of plan {plan.plan!r}")
        owned, rivals = spans(taken, retention, self.owners)
        answering, above = answerable(owned, windows, measure, plan.plan, self.book)
        self.found += [gaps, rivals, *above]
        begun = answering.join(windows, on="window")
        met = self._valued(self._counted(_met(begun, pieces, retention), measure), plan)
        self.found += [_unknown(met), _unlisted(met, name)]
        moved = (of_the_due if retention.cohort == "due" else of_the_book)(met, retention)
        self.rows.append(_rows(moved, self._stuck(begun, met), windows, plan, name))

    def _counted(self, met: pl.DataFrame, measure: Measure) -> pl.DataFrame:
        """The pieces with the part of each that counts, by the lines of its deal, and why nobody can say which part."""
        if measure.lines is None:
            return met.with_columns(weight_num=1, weight_den=1, line_trouble=pl.lit(None, dtype=pl.String))
        parts = lines_of(self.classified, self.book.deal_lines, measure)
        unknown = pl.when(pl.col("weight_num").is_null()).then(pl.lit("lines_missing"))
        return met.join(parts, on="deal_id", how="left").with_columns(line_trouble=pl.coalesce("line_trouble", unknown))

    def _valued(self, met: pl.DataFrame, plan: Plan) -> pl.DataFrame:
        """The pieces in the plan's currency (`worth`, Int128), and why nobody can say what they are worth (`stuck`)."""
        home = pl.col("currency").fill_null(self.rules.company.currency)
        rated = with_rates(met.with_columns(currency=home, dated_on="opens_on"), plan, self.exchange)
        num, den = (pl.when(pl.col("fx_den").is_null()).then(1).otherwise(name) for name in ("fx_num", "fx_den"))
        part = (pl.col("weight_num"), pl.col("weight_den"))
        worth = rounded_product(rated, pl.col("acv_micros"), [(num, den), part])
        stuck = (
            pl.when(pl.col("acv_micros").is_null())
            .then(pl.lit("revenue_unknown"))
            .when(pl.col("fx_den") == 0)
            .then(pl.lit("exchange_rate_missing"))
            .otherwise("line_trouble")
        )
        return rated.with_columns(worth=worth, stuck=stuck)

    def _stuck(self, begun: pl.DataFrame, met: pl.DataFrame) -> pl.DataFrame:
        """By `KEY` why nobody can say what became of a customer."""
        unsettled = begun.join(self.history.unsettled, on="account_id").filter(
            pl.col("closed_on").is_null() | (pl.col("closed_on") < pl.col("closes_on"))
        )
        codes = [
            unsettled.select(*KEY, stuck=pl.lit("deal_held")),
            met.filter(pl.col("stuck").is_not_null()).select(*KEY, "stuck"),
        ]
        return pl.concat(codes).group_by(KEY).agg(pl.col("stuck").min())


def _frame(windows: Sequence[CohortWindow]) -> pl.DataFrame:
    rows = [(place, each.over, each.from_on, each.until_on) for place, each in enumerate(windows)]
    return pl.DataFrame(rows, schema=WINDOWS, orient="row")


def _met(begun: pl.DataFrame, pieces: Pieces, retention: Retention) -> pl.DataFrame:
    """The spans with every piece of revenue that they are about."""
    if retention.cohort == "due":
        due = pl.col("due_on").is_between("since_on", "till_on", closed="left")
        return begun.join(pieces.due, on="account_id").filter(pl.col("from_on") < pl.col("opens_on"), due)
    lasts = pl.col("until_on").is_null() | (pl.col("until_on") >= pl.col("since_on"))
    return begun.join(pieces.rows, on="account_id").filter(pl.col("from_on") < pl.col("till_on"), lasts)


def _unknown(met: pl.DataFrame) -> pl.DataFrame:
    lacking = met.filter(pl.col("stuck") == "revenue_unknown").select("account_id", "contract_id").unique()
    return problems(
        lacking,
        "contract_without_acv",
        Severity.HOLDS,
        text("has contract {}, of which no ACV is known; the cohorts of its owners are held.", "contract_id"),
        "Fill in the ACV of the contract, or name the deal that started it.",
        subject=text("account {}", "account_id"),
    )


def _uncounted(deals: pl.DataFrame) -> pl.DataFrame:
    return problems(
        deals,
        "deal_without_contract",
        Severity.WARNS,
        text(
            "is of account {}, of whose contracts in the CRM none is of this deal: rates of retention pass it over.",
            "account_id",
        ),
        "Name the deal on the contract that it started, or add the contract in the CRM.",
    )


def _unlisted(met: pl.DataFrame, measure: str) -> pl.DataFrame:
    lacking = met.filter(pl.col("line_trouble").is_not_null()).select("account_id", "contract_id", "deal_id").unique()
    of = pl.coalesce(text("deal {}", "deal_id"), text("contract {} and no deal", "contract_id"))
    return problems(
        lacking,
        "lines_missing",
        Severity.HOLDS,
        text(
            "has {} without lines that measure {} could tell apart; its owners' cohorts are held.", of, pl.lit(measure)
        ),
        "Add the products to the deal in the CRM.",
        subject=text("account {}", "account_id"),
    )


def _rows(moved: pl.DataFrame, stuck: pl.DataFrame, windows: pl.DataFrame, plan: Plan, name: str) -> pl.DataFrame:
    """Rows of `Cohorts`: what is stuck counts as nothing, and says why."""
    known = moved.join(stuck, on=KEY, how="anti").with_columns(stuck=pl.lit(None, dtype=pl.String))
    too_large = pl.max_horizontal(NUMBERS) > LARGEST_MICROS
    sound = known.with_columns(stuck=pl.when(too_large).then(pl.lit("revenue_out_of_range")))
    number = pl.when(pl.col("stuck").is_null()).then(pl.col(NUMBERS)).otherwise(0).cast(pl.Int64)
    unknown = stuck.with_columns(pl.lit(0, dtype=pl.Int128).alias(number) for number in NUMBERS)
    return (
        pl.concat([sound, unknown.select(sound.columns)])
        .with_columns(number)
        .join(windows, on="window")
        .select(
            *(pl.col(column) for column in ("over", "payee_id", "account_id", "since_on", "stuck")),
            *(pl.col(number).alias(f"{number}_micros") for number in NUMBERS),
            plan=pl.lit(plan.plan),
            measure=pl.lit(name),
            from_on="opens_on",
            until_on="closes_on",
        )
        .select(pl.col(column).cast(of.dtype) for column, of in f.Cohorts.columns().items())
    )
