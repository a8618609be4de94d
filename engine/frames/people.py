"""What is dated about people: roles, teams, plans, quotas, pay, leave, results; and named lists."""

from __future__ import annotations

import dataframely as dy

from engine.frames.frame import Frame


class People(Frame):
    """People who can be credited or paid. `person_id` is the payee's id everywhere."""

    person_id = dy.String(primary_key=True)
    user_id = dy.String()
    name = dy.String(nullable=True)
    email = dy.String(nullable=True)
    title = dy.String(nullable=True)
    active = dy.Bool()
    manager_id = dy.String(nullable=True)
    currency = dy.String(nullable=True)


class RoleHoldings(Frame):
    """Who held which role where and when. `account` holds an account's id; `owned` (by the CRM) and `company` none."""

    person_id = dy.String()
    role = dy.String()
    scope = dy.Enum(["company", "territory", "segment", "account", "owned"])
    value = dy.String(nullable=True)
    from_on = dy.Date()
    until_on = dy.Date(nullable=True)
    capacity = dy.Int64(nullable=True, min=0)
    """How many accounts the person can look after in a pool."""


class ReportingLines(Frame):
    """Who reported to whom and when."""

    person_id = dy.String()
    manager_id = dy.String()
    from_on = dy.Date()
    until_on = dy.Date(nullable=True)


class Enrolments(Frame):
    """Which plan a payee is on, and when. `plan` is the plan's name across years; the date picks the file."""

    person_id = dy.String()
    plan = dy.String()
    from_on = dy.Date()
    until_on = dy.Date(nullable=True)


class Quotas(Frame):
    """Targets: the quota of an accumulation window is the sum of the rows inside it (so ramps are plain rows)."""

    person_id = dy.String()
    quota = dy.String()
    from_on = dy.Date()
    until_on = dy.Date()
    amount_micros = dy.Int64()


class Compensation(Frame):
    """What payees are promised for a year, dated: base salary, variable pay at 100 %, and both together (OTE)."""

    person_id = dy.String()
    from_on = dy.Date()
    until_on = dy.Date(nullable=True)
    base_salary_micros = dy.Int64(nullable=True, min=0)
    variable_micros = dy.Int64(nullable=True, min=0)
    ote_micros = dy.Int64(nullable=True, min=0)
    currency = dy.String(nullable=True)
    """Null: that of the plan that pays."""


class Leaves(Frame):
    """When payees were on leave. Protected leave shrinks what they have to reach, but not what they are paid for it."""

    person_id = dy.String()
    from_on = dy.Date()
    until_on = dy.Date(nullable=True)
    protected = dy.Bool()


class ImportedResults(Frame):
    """Results that no deal holds (a KPI, an MBO score): one a payee, name and window; it counts on the last day."""

    person_id = dy.String()
    result = dy.String()
    from_on = dy.Date()
    until_on = dy.Date()
    value_micros = dy.Int64()
    """A number, or a share of a whole in micro-units (92 % is 920,000)."""
    in_percent = dy.Bool()
    """Whether it was written as a percentage."""


class ListEntries(Frame):
    """Members of named lists (`config/lists/*.csv`), dated."""

    list = dy.String()
    account_id = dy.String()
    from_on = dy.Date(nullable=True)
    until_on = dy.Date(nullable=True)


class Adjustments(Frame):
    """What people corrected by hand and what counts: added to a payee's pay, or to what a component's measure says."""

    adjustment_id = dy.String(primary_key=True)
    """Such as `adjustment:3`: the source of its line."""
    payee_id = dy.String()
    kind = dy.Enum(["pay", "achievement"])
    plan = dy.String()
    component = dy.String(nullable=True)
    """Of an achievement: whose measure it is added to."""
    dated_on = dy.Date()
    amount_micros = dy.Int64()
    """Of an achievement: in the unit of the measure."""
    currency = dy.String(nullable=True)
    """The plan's; null of an achievement that is no money."""


class Lots(Frame):
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
