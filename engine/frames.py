"""Schemas of every frame that passes between stages: read a stage's input and output here.

Money is Int64 micro-units beside a currency; shares and rates are exact rationals in `_num`/`_den` pairs; ids are the
CRM's, case-sensitive text; ranges of dates are half-open (`from_on` is in, `until_on` is out, null means open).
"""

from __future__ import annotations

import dataframely as dy

# ------------------------------------------------------------------------------- the book: canonical records


class Accounts(dy.Schema):
    """One customer a row."""

    account_id = dy.String(primary_key=True)
    name = dy.String(nullable=True)
    parent_id = dy.String(nullable=True)
    owner_id = dy.String(nullable=True)
    industry = dy.String(nullable=True)
    country = dy.String(nullable=True)
    segment = dy.String(nullable=True)
    territory = dy.String(nullable=True)
    employees = dy.Int64(nullable=True)
    revenue_micros = dy.Int64(nullable=True)
    facts = dy.String(nullable=True)
    """Other fields of the CRM that the mapping names under `facts`, as a JSON object of texts."""


class Deals(dy.Schema):
    """One opportunity a row, won, lost or open. Deleted and merged-away deals are not in the book."""

    deal_id = dy.String(primary_key=True)
    name = dy.String(nullable=True)
    account_id = dy.String(nullable=True)
    owner_id = dy.String(nullable=True)
    type = dy.String(nullable=True)
    """The CRM's own type text; the mapping says which texts mean which motion."""
    motion = dy.String(nullable=True)
    """The motion the mapping gives for `type`, null where it gives none (classify then decides or holds)."""
    stage = dy.String(nullable=True)
    is_won = dy.Bool()
    is_closed = dy.Bool()
    created_on = dy.Date(nullable=True)
    closed_on = dy.Date(nullable=True)
    qualified_on = dy.Date(nullable=True)
    """The day on which it passed the stage that qualifies it, whatever became of it later."""
    amount_micros = dy.Int64(nullable=True)
    acv_micros = dy.Int64(nullable=True)
    """Annual contract value where the CRM holds it; else classify derives it from amount and term."""
    cost_micros = dy.Int64(nullable=True)
    """What the deal's amount costs us; without it, the sum of its lines' costs."""
    list_micros = dy.Int64(nullable=True)
    """The amount at list price; without it, the sum of its lines' list prices."""
    currency = dy.String(nullable=True)
    source = dy.String(nullable=True)
    channel = dy.String(nullable=True)
    """Who sells: direct, or which kind of partner."""
    term_months = dy.Int64(nullable=True)
    starts_on = dy.Date(nullable=True)
    prior_deal_id = dy.String(nullable=True)
    renewed_contract_id = dy.String(nullable=True)
    facts = dy.String(nullable=True)
    """Other fields of the CRM that the mapping names under `facts`, as a JSON object of texts."""


class DealLines(dy.Schema):
    """Products on a deal."""

    line_id = dy.String(primary_key=True)
    deal_id = dy.String()
    product_id = dy.String(nullable=True)
    product = dy.String(nullable=True)
    family = dy.String(nullable=True)
    quantity_micros = dy.Int64(nullable=True)
    amount_micros = dy.Int64(nullable=True)
    cost_micros = dy.Int64(nullable=True)
    """What the line's amount costs us."""
    list_micros = dy.Int64(nullable=True)
    """The line's amount at list price."""


class Splits(dy.Schema):
    """Shares of a deal as the CRM states them; user ids, not payee ids."""

    split_id = dy.String(primary_key=True)
    deal_id = dy.String()
    user_id = dy.String()
    share_num = dy.Int64()
    share_den = dy.Int64(min=1)


class TeamMembers(dy.Schema):
    """People whom the CRM names on a deal, by the CRM's team role."""

    member_id = dy.String(primary_key=True)
    deal_id = dy.String()
    user_id = dy.String()
    role = dy.String()


class Contracts(dy.Schema):
    """What a won deal starts or renews."""

    contract_id = dy.String(primary_key=True)
    account_id = dy.String()
    origin_deal_id = dy.String(nullable=True)
    starts_on = dy.Date()
    ends_on = dy.Date(nullable=True)
    """Its last day, as CRMs state it."""
    acv_micros = dy.Int64(nullable=True)
    currency = dy.String(nullable=True)
    cancelled_on = dy.Date(nullable=True)
    """The first day without it."""


class People(dy.Schema):
    """People who can be credited or paid. `person_id` is the payee's id everywhere."""

    person_id = dy.String(primary_key=True)
    user_id = dy.String()
    name = dy.String(nullable=True)
    email = dy.String(nullable=True)
    title = dy.String(nullable=True)
    active = dy.Bool()
    manager_id = dy.String(nullable=True)
    currency = dy.String(nullable=True)


class RoleHoldings(dy.Schema):
    """Who held which role where and when. scope `company` has no value; `account` holds an account id."""

    person_id = dy.String()
    role = dy.String()
    scope = dy.Enum(["company", "territory", "segment", "account"])
    value = dy.String(nullable=True)
    from_on = dy.Date()
    until_on = dy.Date(nullable=True)
    capacity = dy.Int64(nullable=True, min=0)
    """How many accounts the person can look after in a pool."""


class ReportingLines(dy.Schema):
    """Who reported to whom and when."""

    person_id = dy.String()
    manager_id = dy.String()
    from_on = dy.Date()
    until_on = dy.Date(nullable=True)


class Enrolments(dy.Schema):
    """Which plan a payee is on, and when. `plan` is the plan's name across years; the date picks the file."""

    person_id = dy.String()
    plan = dy.String()
    from_on = dy.Date()
    until_on = dy.Date(nullable=True)


class Quotas(dy.Schema):
    """Targets: the quota of an accumulation window is the sum of the rows inside it (so ramps are plain rows)."""

    person_id = dy.String()
    quota = dy.String()
    from_on = dy.Date()
    until_on = dy.Date()
    amount_micros = dy.Int64()


class Compensation(dy.Schema):
    """What payees are promised for a year, dated: base salary, variable pay at 100 %, and both together (OTE)."""

    person_id = dy.String()
    from_on = dy.Date()
    until_on = dy.Date(nullable=True)
    base_salary_micros = dy.Int64(nullable=True, min=0)
    variable_micros = dy.Int64(nullable=True, min=0)
    ote_micros = dy.Int64(nullable=True, min=0)
    currency = dy.String(nullable=True)
    """Null: that of the plan that pays."""


class Leaves(dy.Schema):
    """When payees were on leave. Protected leave shrinks what they have to reach, but not what they are paid for it."""

    person_id = dy.String()
    from_on = dy.Date()
    until_on = dy.Date(nullable=True)
    protected = dy.Bool()


class ImportedResults(dy.Schema):
    """Results that no deal holds (a KPI, an MBO score): one a payee, name and window; it counts on the last day."""

    person_id = dy.String()
    result = dy.String()
    from_on = dy.Date()
    until_on = dy.Date()
    value_micros = dy.Int64()
    """A number, or a share of a whole in micro-units (92 % is 920,000)."""
    in_percent = dy.Bool()
    """Whether it was written as a percentage."""


class FxRates(dy.Schema):
    """Dated rates: one unit of `currency` is `rate_num/rate_den` units of the company's currency."""

    currency = dy.String()
    from_on = dy.Date()
    until_on = dy.Date(nullable=True)
    rate_num = dy.Int64(min=1)
    rate_den = dy.Int64(min=1)


class DealEvents(dy.Schema):
    """What happened to a deal after it was won: causes of clawbacks (beside cancellations) and of releases."""

    deal_id = dy.String()
    kind = dy.Enum(
        [
            *("cancelled", "downgraded", "refunded", "unpaid"),
            *("contract_start", "delivery", "go_live", "invoice", "payment"),
        ]
    )
    happened_on = dy.Date()
    amount_micros = dy.Int64(nullable=True, min=0)
    """How much of the deal's amount (`downgraded`: of its ACV) it is about, in its currency; null: all of it."""


class ListEntries(dy.Schema):
    """Members of named lists (`config/lists/*.csv`), dated."""

    list = dy.String()
    account_id = dy.String()
    from_on = dy.Date(nullable=True)
    until_on = dy.Date(nullable=True)


class Lots(dy.Schema):
    """Which account was once given to whom: a member of a pool, or an arm of an experiment. They stay."""

    drawn_for = dy.String(primary_key=True)
    """`pool ROLE` or `experiment ID`."""
    turn = dy.Int64(primary_key=True, min=1)
    """The how-many-eth draw for it."""
    place = dy.String()
    """The place of the pool, such as `territory West`, or the stratum of the experiment."""
    account_id = dy.String()
    drawn = dy.String()
    """The person or the arm."""
    drawn_on = dy.Date()
    """The working day of the deal that needed the role; the day on which the account signed."""


# ------------------------------------------------------------------------------- stage results


class Classified(dy.Schema):
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


class Assignments(dy.Schema):
    """Owners of a deal and why. Held deals have a rule of null and a reason."""

    deal_id = dy.String(primary_key=True)
    rule = dy.String(nullable=True)
    value_owner_id = dy.String(nullable=True)
    commercial_owner_id = dy.String(nullable=True)
    execution_owner_id = dy.String(nullable=True)
    held = dy.Bool()
    reason = dy.String()
    rules_of_engagement = dy.String()


class Appointments(dy.Schema):
    """Who fills a role that the deciding rule of a deal names, and how that was found. Null: the role may stay open."""

    deal_id = dy.String(primary_key=True)
    role = dy.String(primary_key=True)
    turn = dy.Int64(primary_key=True, min=0)
    """0 who fills it on the deal's day, 1 who filled it before and is held over."""
    parts = dy.Int64(min=0)
    """Of the role's credit, in millionths."""
    person_id = dy.String(nullable=True)
    how = dy.String()


class Credits(dy.Schema):
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
    """Null for a deal that was won; `qualified` for one that passed its qualifying stage, won or not."""
    how = dy.String(nullable=True)
    """How the payee was found, such as `AE of territory West`."""


class Cohorts(dy.Schema):
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


class Attained(dy.Schema):
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
    dated_on = dy.Date()
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
    fx_num = dy.Int64(nullable=True)
    fx_den = dy.Int64(nullable=True)
    cohort = dy.String(nullable=True)
    """Of a rate of retention: what became of the customers, as JSON (`engine.payees.retained`)."""
    factor = dy.String(nullable=True)
    """What gates and multipliers make of the payout, such as `3/2`; null: nothing."""
    factors = dy.String(nullable=True)
    """What each of them found, as JSON (`engine.payees.factors`)."""


class HeldSources(dy.Schema):
    """Credits whose line cannot be computed: an issue names why, and what was posted for them stays as it is."""

    plan = dy.String()
    component = dy.String()
    payee_id = dy.String()
    source_id = dy.String()


class Lines(dy.Schema):
    """One computed earning with the facts it was computed from (`before`/`after` are on the component's curve).

    The key is (plan, component, payee_id, period, source_id, part). `amount_micros` is in `currency`.
    """

    plan = dy.String(primary_key=True)
    component = dy.String(primary_key=True)
    payee_id = dy.String(primary_key=True)
    period = dy.String(primary_key=True)
    """The statement period, such as 2026-11."""
    source_id = dy.String(primary_key=True)
    """The credit (or clawed-back line's credit) or imported result it comes from."""
    part = dy.String(primary_key=True)
    """What of the source: `earning`; of a clawback its cause, such as `clawback refunded 2`; of a draw its
    kind; of a residual its month, such as `month 3`; of a plan's cap its window; `floor` tops a deal up."""
    deal_id = dy.String(nullable=True)
    kind = dy.Enum(
        [
            "commission",
            "spiff",
            "bonus",
            "manager_override",
            "clawback",
            "draw_advance",
            "draw_recovery",
            "cap",
            "floor",
        ]
    )
    dated_on = dy.Date()
    rated_on = dy.Date()
    """The day whose rates apply: `dated_on`, for a clawback the day of the deal."""
    amount_micros = dy.Int64()
    currency = dy.String()
    plan_version = dy.String()
    """Content hash of the plan document."""
    base_micros = dy.Int64()
    """What this credit added to the measure, in plan currency or units."""
    before_micros = dy.Int64()
    after_micros = dy.Int64()
    quota_micros = dy.Int64(nullable=True)
    target_micros = dy.Int64(nullable=True)
    """The payee's own target in the window, where targets are the payees'."""
    limit_micros = dy.Int64(nullable=True)
    """What the cap per deal left for this line, either way, or the height of a plan's cap; null without one."""
    window = dy.String()
    """The accumulation window the running total belongs to, such as FY2026."""
    fx_num = dy.Int64(nullable=True)
    fx_den = dy.Int64(nullable=True)
    """The exchange rate from the deal's into the plan's currency, null where they are the same."""
    factors = dy.String(nullable=True)
    """What gates and multipliers of the component found, as JSON; null where there are none."""
    cohort = dy.String(nullable=True)
    """Of a rate of retention: what became of the customers, as JSON; null of all else."""
    share = dy.String(nullable=True)
    """Of a clawback: the exact share of the earning (its `base`) that is taken back by now, such as `2/3`; of a
    recovery: the share of what was earned above the draw that may be recovered; of a cap: what is paid above it."""


class Payables(dy.Schema):
    """A share of a line and when it becomes payable (`engine.payees.release`), for plans that say so.

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


class Posted(dy.Schema):
    """What the ledger already holds, summed by key: the other input of settle."""

    plan = dy.String(primary_key=True)
    component = dy.String(primary_key=True)
    payee_id = dy.String(primary_key=True)
    period = dy.String(primary_key=True)
    source_id = dy.String(primary_key=True)
    part = dy.String(primary_key=True)
    deal_id = dy.String(nullable=True)
    kind = dy.String()
    amount_micros = dy.Int64()
    currency = dy.String()
    postings = dy.Int64(min=1)
    """How many postings make up the sum; the next posting's sequence number."""


class Postings(dy.Schema):
    """What settle wants to append to the ledger: target less posted, by key."""

    plan = dy.String(primary_key=True)
    component = dy.String(primary_key=True)
    payee_id = dy.String(primary_key=True)
    period = dy.String(primary_key=True)
    source_id = dy.String(primary_key=True)
    part = dy.String(primary_key=True)
    sequence = dy.Int64(primary_key=True)
    deal_id = dy.String(nullable=True)
    kind = dy.String()
    delta_micros = dy.Int64()
    currency = dy.String()
    reason = dy.Enum(["earned", "released", "changed", "withdrawn", "clawback"])


class DealOutcomes(dy.Schema):
    """What the CRM should say of a deal: the mapping turns these columns into CRM fields."""

    deal_id = dy.String(primary_key=True)
    account_id = dy.String(nullable=True)
    status = dy.Enum(["credited", "held", "cleared"])
    motion = dy.String(nullable=True)
    value_owner_id = dy.String(nullable=True)
    commercial_owner_id = dy.String(nullable=True)
    execution_owner_id = dy.String(nullable=True)
    amount_micros = dy.Int64(nullable=True)
    """What the commercial owner earns on this deal; null where the currency differs or nothing is earned."""
    currency = dy.String(nullable=True)
    reason = dy.String()
