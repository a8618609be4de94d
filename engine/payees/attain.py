"""attain: what every credit added to which component, and where it took the running total of its window (DESIGN 2).

A window is the fiscal month, quarter, half or year of `accumulates`, or the deal for `transaction`. Totals run over
credits in order of (day, credit id), within one plan file: a new file starts again at zero, because it is a new promise
with its own curve. What cannot be computed (no rate, no quota) is held with an issue and never counts as zero.
"""

from __future__ import annotations

from dataclasses import dataclass

import dataframely as dy
import polars as pl

from engine import frames as f
from engine.calendar import period_label
from engine.documents.company.company import Company
from engine.documents.measures.measure import Measure
from engine.documents.plans.component import Component
from engine.documents.plans.plan import Plan
from engine.model import LARGEST_MICROS, MICROS, Issue
from engine.payees.curves.shape import BELOW_ZERO, needs_quota, versions
from engine.payees.exchange import LARGEST_INT64
from engine.payees.measures.cash import payment_part
from engine.payees.trouble import HELD, held_sources, troubles
from engine.payees.windows.account_windows import of_all_accounts
from engine.payees.windows.carry_over import Chain, bounded, continued
from engine.payees.windows.quotas import Labelled, fiscal, quota_of_windows
from engine.periods import PeriodKind

STATEMENT: dict[str, PeriodKind] = {
    "weekly": "week",
    "two_weekly": "two_weeks",
    "half_monthly": "half_month",
    "monthly": "month",
    "quarterly": "quarter",
    "half_yearly": "half",
    "yearly": "year",
}
"""The period of a statement, by the plan's `pays`."""

WINDOW = ["payee_id", "window"]


UNDEALT = ["payee_id", "dated_on", "credit_id"]
"""What tells imported results and the like, which are of no deal."""


@dataclass(frozen=True, slots=True)
class Attainment:
    """The rows of a component, the credits that none could be made for, and why.

    `waiting` are the windows (payee_id, window) of such credits: nobody knows what they come to. `undealt` are those of
    them that are of no deal (columns `UNDEALT`).
    """

    rows: dy.DataFrame[f.Attained]
    waiting: pl.DataFrame
    undealt: pl.DataFrame
    held: dy.DataFrame[f.HeldSources]
    issues: tuple[Issue, ...]


def attain(
    rows: pl.DataFrame,
    plan: Plan,
    component: Component,
    quotas: dy.DataFrame[f.Quotas],
    company: Company,
    *,
    chain: Chain | None = None,
    own: Labelled | None = None,
) -> Attainment:
    """One component from the rows that it counts: values, running totals, quotas.

    Each step takes out what it cannot answer for. `chain` says where windows begin, of a component that carries; `own`
    in which of the payee's own windows a row of quota lies, where windows are that.
    """
    measure = plan.measures[component.measure]
    labelled = _labelled(rows, plan, component, company)
    stuck = pl.col("stuck") if "stuck" in labelled.columns else pl.lit(None, dtype=pl.String)
    trouble = pl.coalesce(stuck, _trouble_with_value(component, measure))
    valued, unvalued = _split(labelled.with_columns(trouble=trouble))
    alone = component.accumulates == "transaction" and _differ(valued)
    running = valued.with_columns(after=pl.col("base") if alone else pl.col("base").cum_sum().over(WINDOW))
    if chain is not None:
        running, lost = _split(continued(valued, unvalued, chain, STATEMENT[plan.pays]))
        unvalued = pl.concat([unvalued.select(HELD), lost.select(HELD)])
    windows_of_days = own or fiscal(_kind(component), company)
    windows = _windows(_largest(running, measure, alone=alone), component, plan, quotas, windows_of_days)
    told, untold = _split(_beside(running, windows, alone=alone))
    if component.only_full and component.per:
        told = told.with_columns(before=_full(pl.col("after") - pl.col("base"), component.per))
        told = told.with_columns(after=_full(pl.col("after"), component.per))
    if component.at_zero == "first_row":
        told = told.with_columns(before=_from_below())
    held = pl.concat([unvalued.select(HELD), untold.select(HELD)])
    return _concluded(told if chain is None else bounded(told, chain.carry), held, plan, component)


def _kind(component: Component) -> PeriodKind:
    """How long its windows are; deals by themselves ask for no quota of any."""
    return "year" if component.accumulates == "transaction" else component.accumulates


def _full(total: pl.Expr, per: int) -> pl.Expr:
    """What of a total fills an amount, either way."""
    return total.sign() * (total.abs() // pl.lit(per, dtype=pl.Int128)) * pl.lit(per, dtype=pl.Int128)


def _from_below() -> pl.Expr:
    """Where a row begins, in windows in which a result of 0 pays."""
    first = pl.int_range(pl.len()).over(WINDOW) == 0
    return pl.when(first).then(pl.lit(BELOW_ZERO)).otherwise(pl.col("after") - pl.col("base"))


def attained_as(rows: pl.DataFrame, plan: Plan, component: Component) -> Attainment:
    """Rows that say by themselves where they took the total of their window, or why nobody knows (`trouble`)."""
    told, untold = _split(rows)
    return _concluded(told, untold.select(HELD), plan, component)


def _concluded(told: pl.DataFrame, held: pl.DataFrame, plan: Plan, component: Component) -> Attainment:
    """The rows that are known, and what is held (columns `HELD`)."""
    return Attainment(
        rows=_attained(told, plan, component),
        waiting=held.select(WINDOW).unique(),
        undealt=held.filter(pl.col("deal_id").is_null()).select(UNDEALT),
        held=held_sources(held, plan, component),
        issues=tuple(troubles(held, plan, component)),
    )


def _differ(rows: pl.DataFrame) -> bool:
    """Whether every row is a window of its own, so that nothing has to be gathered; only other keys hash otherwise."""
    keys = rows.select(pl.col("payee_id").hash() ^ pl.col("window").hash(seed=1)).to_series()
    return keys.n_unique() == rows.height


def _largest(running: pl.DataFrame, measure: Measure, *, alone: bool) -> pl.DataFrame:
    """The windows with the largest total that was reached in each, and the whole where the measure brings one."""
    largest = pl.col("after").abs()
    if alone:
        return running.select(*WINDOW, *(["of"] if measure.brings_whole else []), largest=largest)
    whole_of = {"of": pl.col("of").first()} if measure.brings_whole else {}
    return running.group_by(WINDOW).agg(largest=largest.max(), **whole_of)


def _beside(running: pl.DataFrame, windows: pl.DataFrame, *, alone: bool) -> pl.DataFrame:
    """Every row with what is known of its window; windows of one row stand in the order of the rows."""
    if alone:
        return running.with_columns(windows.drop(WINDOW))
    return running.join(windows, on=WINDOW, how="left", maintain_order="left")


def _labelled(rows: pl.DataFrame, plan: Plan, component: Component, company: Company) -> pl.DataFrame:
    """The rows with their statement period and accumulation window, if they have none of their own yet.

    Labels are made once a day, not once a row.
    """
    kind = component.accumulates
    day = pl.col("dated_on")
    days = rows.select(day.unique()).with_columns(period=period_label(day, STATEMENT[plan.pays], company))
    if kind != "transaction" and "window" not in rows.columns:
        days = days.with_columns(window=period_label(day, kind, company))
    labelled = rows.join(days, on="dated_on", how="left", maintain_order="left")
    return labelled.with_columns(window=pl.coalesce("deal_id", "credit_id")) if kind == "transaction" else labelled


def _trouble_with_value(component: Component, measure: Measure) -> pl.Expr:
    """Why a credit or result cannot be counted: null where it can."""
    base, begins = pl.col("base"), versions(component)[0]
    most = 2 * LARGEST_MICROS if measure.parts else LARGEST_MICROS  # from the least ratio or sum to the largest
    lacking = "exchange_rate_missing" if measure.imported is None else "result_in_other_unit"
    return (
        pl.when(base.is_null())
        .then(pl.lit(lacking))
        .when(base.abs() > most)
        .then(pl.lit("amount_out_of_range"))
        .when(pl.col("dated_on") < begins)
        .then(pl.lit("rate_missing"))
    )


def _windows(
    windows: pl.DataFrame,
    component: Component,
    plan: Plan,
    quotas: dy.DataFrame[f.Quotas],
    labelled: Labelled,
) -> pl.DataFrame:
    """The accumulation windows with their quota, and why one cannot be computed: null where it can.

    Percentages are shares of 100 % where no quota says otherwise, and what is of a
    window brings its own.
    """
    quota, measure = pl.col("quota_micros"), plan.measures[component.measure]
    if measure.brings_whole:
        windows = windows.with_columns(quota_micros="of", straddled=pl.lit(value=None))
    elif component.quota is None or component.accumulates == "transaction":
        whole = MICROS if measure.unit == "percent" else None
        windows = windows.with_columns(quota_micros=pl.lit(whole, dtype=pl.Int128), straddled=pl.lit(value=None))
    else:
        asked = windows if component.for_each is None else of_all_accounts(windows)
        windows = quota_of_windows(asked, quotas, component.quota, labelled)
        windows = windows if component.for_each is None else windows.with_columns(window="each")
    told = windows.with_columns(quota_micros=pl.when(pl.col("straddled").is_null()).then(quota))
    told = _with_targets(told, component, quotas, labelled)
    trouble = pl.coalesce(_trouble_with_window(component, plan), _trouble_with_target(component))
    return told.select(*WINDOW, "quota_micros", "target_micros", trouble=trouble)


def _with_targets(
    windows: pl.DataFrame, component: Component, quotas: dy.DataFrame[f.Quotas], labelled: Labelled
) -> pl.DataFrame:
    """The windows with the payees' own targets, which are rows of the quota table too."""
    if component.own_targets is None or component.accumulates == "transaction":
        return windows.with_columns(target_micros=pl.lit(None, dtype=pl.Int128))
    found = quota_of_windows(windows.select(WINDOW), quotas, component.own_targets, labelled)
    whole = pl.when(pl.col("straddled").is_null()).then("quota_micros")
    return windows.join(found.select(*WINDOW, target_micros=whole), on=WINDOW, how="left")


def _trouble_with_target(component: Component) -> pl.Expr:
    """Why a window has no target of the payee's own, where it needs one."""
    target = pl.col("target_micros")
    lacks = pl.lit(component.own_targets is not None) & (target.is_null() | ~target.is_between(0, LARGEST_MICROS))
    return pl.when(lacks).then(pl.lit("target_missing"))


def _trouble_with_window(component: Component, plan: Plan) -> pl.Expr:
    """Why a window cannot be computed: null where it can. A quota that is only shown may be missing."""
    least = 0 if plan.zero_quota == "unpaid" else 1
    quota, wanted = pl.col("quota_micros"), pl.lit(needs_quota(component))
    too_large = pl.max_horizontal("largest", quota.abs()) > LARGEST_INT64
    return (
        pl.when(too_large)
        .then(pl.lit("total_out_of_range"))
        .when(wanted & pl.col("straddled"))
        .then(pl.lit("quota_straddles"))
        .when(wanted & quota.is_null())
        .then(pl.lit("quota_missing"))
        .when(wanted & (quota < least))
        .then(pl.lit("quota_not_positive"))
    )


def _split(rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows without trouble (and without that column), and those with it."""
    sound = pl.col("trouble").is_null()
    whole = rows["trouble"].null_count() == rows.height
    return (rows if whole else rows.filter(sound)).drop("trouble"), rows.filter(~sound)


def _attained(rows: pl.DataFrame, plan: Plan, component: Component) -> dy.DataFrame[f.Attained]:
    none = pl.lit(None, dtype=pl.Int64)
    unshared = {name: none for name in ("share_num", "share_den", "cohort", "house") if name not in rows.columns}
    part = pl.lit("earning")
    if plan.measures[component.measure].sum == "cash":
        part = pl.when(pl.col("deal_id").is_null()).then(part).otherwise(payment_part())
    parted = {} if "part" in rows.columns else {"part": part}
    return f.Attained.cast(
        rows.with_columns(**unshared, **parted).select(
            pl.exclude("base", "after", "before"),
            plan=pl.lit(plan.plan),
            plan_version=pl.lit(plan.version),
            component=pl.lit(component.id),
            rated_on="dated_on",
            base_micros="base",
            before_micros="before" if "before" in rows.columns else pl.col("after") - pl.col("base"),
            after_micros="after",
            factor=pl.lit(None, dtype=pl.String),
            factors=pl.lit(None, dtype=pl.String),
        )
    )
