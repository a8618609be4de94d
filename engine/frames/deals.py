"""What the deal stages conclude: motions, owners, credits, cohorts."""

from __future__ import annotations

import dataframely as dy

from engine.frames.frame import Frame


class Classified(Frame):
    """A won (or qualified) deal with everything that rules and plan measures may test, one row a deal."""

    deal_id = dy.String(primary_key=True)
    name = dy.String(nullable=True)
    account_id = dy.String()
    account_name = dy.String(nullable=True)
    owner_id = dy.String(nullable=True)
    motion = dy.String()
    classified_by = dy.String()
    """Which step of classify decided the motion."""
    dated_on = dy.Date()
    amount_micros = dy.Int64()
    acv_micros = dy.Int64()
    cost_micros = dy.Int64(nullable=True)
    list_micros = dy.Int64(nullable=True)
    currency = dy.String()
    fx_num = dy.Int64()
    fx_den = dy.Int64(min=1)
    """One unit of the deal's currency in the company's on that day: rules compare money in the company's currency."""
    term_months = dy.Int64(nullable=True)
    source = dy.String(nullable=True)
    channel = dy.String(nullable=True)
    type = dy.String(nullable=True)
    segment = dy.String(nullable=True)
    """As the rules of engagement define segments, else as the CRM says; so is the territory."""
    territory = dy.String(nullable=True)
    industry = dy.String(nullable=True)
    country = dy.String(nullable=True)
    employees = dy.Int64(nullable=True)
    revenue_micros = dy.Int64(nullable=True)
    expiring_acv_micros = dy.Int64(nullable=True)
    """ACV of the contract a renewal renews."""
    uplift_num = dy.Int64(nullable=True)
    uplift_den = dy.Int64(nullable=True)
    """Uplift = renewal ACV / expiring ACV - 1 as an exact rational."""
    months_since_signing = dy.Int64(nullable=True)
    """Whole months since the account's first won deal of the running relationship."""
    signed_on = dy.Date(nullable=True)
    """The day of that deal."""
    signing_owner_id = dy.String(nullable=True)
    """The CRM user who owns that deal."""
    sales_cycle_days = dy.Int64(nullable=True)
    """Days from the creation of that deal to its signing."""
    lifetime_months = dy.Int64(nullable=True)
    """Whole months since the account's very first won deal."""
    running_acv_micros = dy.Int64(nullable=True)
    """ACV of what the account has running before the deal, in the deal's currency; only where conditions ask for it."""
    starts_on = dy.Date(nullable=True)
    cancelled_on = dy.Date(nullable=True)
    """The day the contract that this deal started was cancelled."""
    families = dy.List(dy.String())
    """Product families on the deal."""
    windows = dy.List(dy.String())
    """Windows of the rules of engagement in which the deal lies."""
    arms = dy.List(dy.String())
    """Arms of running experiments that its account is in, such as `renewal-pay/paid`."""
    facts = dy.String(nullable=True)
    """Other facts of the account and the deal, as a JSON object."""
    created_on = dy.Date(nullable=True)
    """The day it was opened."""
    last_purchase_on = dy.Date(nullable=True)
    """The day, before its own, on which its account last bought."""


class Assignments(Frame):
    """Owners of a deal and why. Held deals have a rule of null and a reason."""

    deal_id = dy.String(primary_key=True)
    rule = dy.String(nullable=True)
    value_owner_id = dy.String(nullable=True)
    commercial_owner_id = dy.String(nullable=True)
    execution_owner_id = dy.String(nullable=True)
    held = dy.Bool()
    reason = dy.String()
    rules_of_engagement = dy.String()


class Appointments(Frame):
    """Who fills a role that the deciding rule of a deal names, and how that was found. Null: the role may stay open."""

    deal_id = dy.String(primary_key=True)
    role = dy.String(primary_key=True)
    turn = dy.Int64(primary_key=True, min=0)
    """0 who fills it on the deal's day, 1 who filled it before and is held over."""
    parts = dy.Int64(min=0)
    """Of the role's credit, in millionths."""
    person_id = dy.String(nullable=True)
    how = dy.String()


class Credits(Frame):
    """A payee's share of a deal (in the deal's currency). `credit_id` is a pure function of the other key columns."""

    credit_id = dy.String(primary_key=True)
    deal_id = dy.String()
    payee_id = dy.String()
    role = dy.String()
    kind = dy.Enum(["direct", "overlay", "rollup", "overlay_rollup", "team"])
    portion = dy.Enum(["all", "renewed", "uplift"])
    share_num = dy.Int64()
    share_den = dy.Int64(min=1)
    amount_micros = dy.Int64()
    acv_micros = dy.Int64()
    units_micros = dy.Int64()
    """One deal is one unit; a credit holds its share of it."""
    currency = dy.String()
    dated_on = dy.Date()
    rule = dy.String()
    from_payee_id = dy.String(nullable=True)
    """For a roll-up or team credit: the team member whose credit it repeats."""
    level = dy.Int64(nullable=True)
    """For a roll-up: how many reporting lines below the payee that member is; 1 reports to the payee."""
    event = dy.String(nullable=True)
    """Null for a deal that was won; `qualified` for one that passed its qualifying stage, won or not; `expected` for
    one that is open, as if it were won."""
    house = dy.String(nullable=True)
    """Of a deal of house accounts: which; the credit counts and pays nothing."""
    how = dy.String(nullable=True)
    """How the payee was found, such as `AE of territory West`."""


class Cohorts(Frame):
    """What became in a window of one customer's revenue, for one payee in whose cohort the customer is."""

    plan = dy.String(primary_key=True)
    measure = dy.String(primary_key=True)
    over = dy.Enum(["month", "quarter", "half", "year"], primary_key=True)
    """What the window ends with."""
    from_on = dy.Date()
    until_on = dy.Date(primary_key=True)
    payee_id = dy.String(primary_key=True)
    account_id = dy.String(primary_key=True)
    since_on = dy.Date(primary_key=True)
    """From when on the payee answers for the customer: the window's first day, or a handover's."""
    start_micros = dy.Int64(min=0)
    """Annual revenue at the start, in plan currency, as are all three of its changes."""
    expanded_micros = dy.Int64(min=0)
    shrunk_micros = dy.Int64(min=0)
    lost_micros = dy.Int64(min=0)
    """Lost with a customer who left; at most one of `shrunk` and `lost` is above zero where the cohort is the book."""
    stuck = dy.String(nullable=True)
    """Why nobody can say what became of it (the numbers are then 0); null where it is known."""
