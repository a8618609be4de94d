"""What the payee stages conclude: attainment, lines, what is payable, postings, and what a deal shows."""

from __future__ import annotations

from typing import get_args

import dataframely as dy

from engine.frames.frame import Frame
from engine.model import LineKind


class Attained(Frame):
    """What a credit added to one component's measure, and where it took the running total of its window.

    In order of (plan, component, payee, window, day, credit). `base`/`before`/`after` are in plan currency or units.
    """

    plan = dy.String()
    plan_version = dy.String()
    component = dy.String()
    payee_id = dy.String()
    credit_id = dy.String()
    """The credit, or the imported result, that counts."""
    deal_id = dy.String(nullable=True)
    part = dy.String()
    """What of it: `earning`, or of what a customer paid which payment."""
    dated_on = dy.Date()
    rated_on = dy.Date()
    """The day whose rates apply: `dated_on`; of what windows to date were paid before, the day on which they were."""
    window = dy.String()
    period = dy.String()
    base_micros = dy.Int64()
    before_micros = dy.Int64()
    after_micros = dy.Int64()
    quota_micros = dy.Int64(nullable=True)
    target_micros = dy.Int64(nullable=True)
    share_num = dy.Int64(nullable=True)
    share_den = dy.Int64(nullable=True)
    """The credit's share of the deal; null for what is no credit."""
    house = dy.String(nullable=True)
    """That of the credit: the row counts and pays nothing."""
    fx_num = dy.Int64(nullable=True)
    fx_den = dy.Int64(nullable=True)
    cohort = dy.String(nullable=True)
    """Of a rate of retention: what became of the customers, as JSON (`engine.payees.measures.retained`)."""
    factor = dy.String(nullable=True)
    """What gates and multipliers make of the payout, such as `3/2`; null: nothing."""
    factors = dy.String(nullable=True)
    """What each of them found, as JSON (`engine.payees.curves.factors`)."""


class HeldSources(Frame):
    """Credits whose line cannot be computed: an issue names why, and what was posted for them stays as it is."""

    plan = dy.String()
    component = dy.String()
    payee_id = dy.String()
    source_id = dy.String()


class LineKey(Frame):
    """What names a line, and everything that is posted about it."""

    plan = dy.String(primary_key=True)
    component = dy.String(primary_key=True)
    payee_id = dy.String(primary_key=True)
    period = dy.String(primary_key=True)
    """The statement period, such as 2026-11."""
    source_id = dy.String(primary_key=True)
    """The credit (or clawed-back line's credit) or imported result it comes from."""
    part = dy.String(primary_key=True)
    """What of the source: `earning`; of cash `payment` with its day; of a clawback its cause, such as `clawback
    refunded 2`; of a draw its kind; of a residual its month, such as `month 3`; of a plan's cap and of a pool its
    window; `floor` tops a deal up; `adjustment`."""


class Lines(LineKey):
    """One computed earning with the facts it was computed from (`before`/`after` are on the component's curve).

    `amount_micros` is in `currency`.
    """

    deal_id = dy.String(nullable=True)
    kind = dy.Enum(get_args(LineKind))
    dated_on = dy.Date()
    rated_on = dy.Date()
    """The day whose rates apply: `dated_on`, for a clawback the day of the deal."""
    amount_micros = dy.Int64()
    currency = dy.String()
    plan_version = dy.String()
    """Content hash of the plan document."""
    base_micros = dy.Int64()
    """What this credit added to the measure, in plan currency or units; of a pool, how much it was."""
    before_micros = dy.Int64()
    after_micros = dy.Int64()
    quota_micros = dy.Int64(nullable=True)
    target_micros = dy.Int64(nullable=True)
    """The payee's own target in the window, where targets are the payees'."""
    limit_micros = dy.Int64(nullable=True)
    """What the cap per deal left for this line, either way; what the cap per window had left before it, below zero
    beyond the cap; or the height of a plan's cap; null without one."""
    window = dy.String()
    """The accumulation window the running total belongs to, such as FY2026."""
    fx_num = dy.Int64(nullable=True)
    fx_den = dy.Int64(nullable=True)
    """The exchange rate from the deal's into the plan's currency, null where they are the same."""
    factors = dy.String(nullable=True)
    """What gates and multipliers of the component found, as JSON; null where there are none. Of a pool, what it and its
    gates found."""
    cohort = dy.String(nullable=True)
    """Of a rate of retention: what became of the customers, as JSON; null of all else."""
    share = dy.String(nullable=True)
    """Of a clawback: the exact share of the earning (its `base`) that is taken back by now, such as `2/3`; of a
    recovery: the share of what was earned above the draw that may be recovered; of a cap: what is paid above it; of
    a pool: the payee's exact part."""


class Payables(Frame):
    """A share of a line and when it becomes payable (`engine.payees.paying.release`), for plans that say so.

    The shares of a line, those of its clawbacks, and reserves with their releases add up to what was earned.
    """

    plan = dy.String(primary_key=True)
    component = dy.String(primary_key=True)
    payee_id = dy.String(primary_key=True)
    source_id = dy.String(primary_key=True)
    """That of the line."""
    part = dy.String(primary_key=True)
    """The line's part and what released it, such as `earning: 2 cash 2026-03-05`; what waits ends in `held`."""
    line_part = dy.String()
    deal_id = dy.String(nullable=True)
    kind = dy.Enum(["release", "reserve", "reserve_release", "clawback", "cap", "draw_advance", "draw_recovery"])
    state = dy.Enum(["payable", "held", "forfeited"])
    earned_on = dy.Date()
    earned_in = dy.String(primary_key=True)
    """The statement period of the line."""
    payable_on = dy.Date(nullable=True)
    """Since when it is payable, or was forfeited; of what is held, until when, where the day is known."""
    period = dy.String(nullable=True)
    """The statement period in which it became payable, or was forfeited; null of what is held."""
    amount_micros = dy.Int64()
    currency = dy.String()
    plan_version = dy.String()
    step = dy.Int64()
    """Which step of the release, from 1."""
    occasion = dy.String()
    """What released it or is waited for: an occasion of the plan, `at_latest` or `leaving`."""
    since_on = dy.Date(nullable=True)
    """The day of that occasion, before any delay."""
    base_micros = dy.Int64()
    """What the step is about: its share of the line, less what clawbacks took of it before; of a reserve, what became
    payable; of its release, what was held back; of a clawback, what is taken back."""
    before = dy.String()
    """The exact share of `base` that was released before, such as `1/4`."""
    after = dy.String()
    """The share that is released now, the one before included; of a reserve, the share that is held back."""
    taken_micros = dy.Int64()
    """How much of `base` had not to be paid, or paid back, because a clawback took it from what was held."""


class Posted(LineKey):
    """What the ledger already holds, summed by key: the other input of settle."""

    deal_id = dy.String(nullable=True)
    kind = dy.String()
    amount_micros = dy.Int64()
    currency = dy.String()
    postings = dy.Int64(min=1)
    """How many postings make up the sum; the next posting's sequence number."""


class Postings(LineKey):
    """What settle wants to append to the ledger: target less posted, by key."""

    sequence = dy.Int64(primary_key=True)
    deal_id = dy.String(nullable=True)
    kind = dy.String()
    delta_micros = dy.Int64()
    currency = dy.String()
    reason = dy.Enum(["earned", "released", "changed", "withdrawn", "clawback", "prior_period_adjustment"])
    booked_in = dy.String()
    """The statement period it shows in: `period`, or the first open one after it where that is closed."""


class DealOutcomes(Frame):
    """What the CRM should say of a deal: the mapping turns these columns into CRM fields."""

    deal_id = dy.String(primary_key=True)
    account_id = dy.String(nullable=True)
    status = dy.Enum(["credited", "held", "expected", "cleared"])
    motion = dy.String(nullable=True)
    value_owner_id = dy.String(nullable=True)
    commercial_owner_id = dy.String(nullable=True)
    execution_owner_id = dy.String(nullable=True)
    amount_micros = dy.Int64(nullable=True)
    """What the commercial owner earns on this deal; null where the currency differs or nothing is earned."""
    currency = dy.String(nullable=True)
    reason = dy.String()
