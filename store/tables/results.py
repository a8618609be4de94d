"""Tables of results: what the stages concluded, rebuildable at any time. Columns repeat `engine/frames/`."""

from __future__ import annotations

from sqlalchemy import BigInteger, Index, PrimaryKeyConstraint
from sqlmodel import Field

from store.tables.base import Table, whole_numbers


class ClassifiedDeal(Table, table=True):
    """A won deal with what the rules look at."""

    __tablename__ = "classified_deal"
    __table_args__ = (
        whole_numbers(
            "amount_micros",
            "acv_micros",
            "cost_micros",
            "list_micros",
            "fx_num",
            "fx_den",
            "term_months",
            "employees",
            "revenue_micros",
            "expiring_acv_micros",
            "uplift_num",
            "uplift_den",
            "months_since_signing",
            "sales_cycle_days",
            "lifetime_months",
            "running_acv_micros",
        ),
    )

    deal_id: str = Field(primary_key=True)
    name: str | None
    account_id: str
    account_name: str | None
    owner_id: str | None
    motion: str
    classified_by: str
    dated_on: str
    amount_micros: int = Field(sa_type=BigInteger)
    acv_micros: int = Field(sa_type=BigInteger)
    cost_micros: int | None = Field(sa_type=BigInteger)
    list_micros: int | None = Field(sa_type=BigInteger)
    currency: str
    fx_num: int = Field(sa_type=BigInteger)
    fx_den: int = Field(sa_type=BigInteger)
    term_months: int | None = Field(sa_type=BigInteger)
    source: str | None
    channel: str | None
    type: str | None
    segment: str | None
    territory: str | None
    industry: str | None
    country: str | None
    employees: int | None = Field(sa_type=BigInteger)
    revenue_micros: int | None = Field(sa_type=BigInteger)
    expiring_acv_micros: int | None = Field(sa_type=BigInteger)
    uplift_num: int | None = Field(sa_type=BigInteger)
    uplift_den: int | None = Field(sa_type=BigInteger)
    months_since_signing: int | None = Field(sa_type=BigInteger)
    signed_on: str | None
    signing_owner_id: str | None
    sales_cycle_days: int | None = Field(sa_type=BigInteger)
    lifetime_months: int | None = Field(sa_type=BigInteger)
    running_acv_micros: int | None = Field(sa_type=BigInteger)
    starts_on: str | None
    cancelled_on: str | None
    families: str
    windows: str
    arms: str
    facts: str | None
    created_on: str | None
    last_purchase_on: str | None


class Assignment(Table, table=True):
    """A won deal's owners and why; a deal whose record is held for its dirt has a row here and no classification."""

    __tablename__ = "assignment"

    deal_id: str = Field(primary_key=True)
    rule: str | None
    value_owner_id: str | None
    commercial_owner_id: str | None
    execution_owner_id: str | None
    held: bool
    reason: str
    rules_of_engagement: str


class Credit(Table, table=True):
    """A payee's share of a deal."""

    __tablename__ = "credit"
    __table_args__ = (
        Index(None, "deal_id"),
        Index(None, "payee_id"),
        whole_numbers("share_num", "share_den", "amount_micros", "acv_micros", "units_micros", "level"),
    )

    credit_id: str = Field(primary_key=True)
    deal_id: str
    payee_id: str
    role: str
    kind: str
    portion: str
    share_num: int = Field(sa_type=BigInteger)
    share_den: int = Field(sa_type=BigInteger)
    amount_micros: int = Field(sa_type=BigInteger)
    acv_micros: int = Field(sa_type=BigInteger)
    units_micros: int = Field(sa_type=BigInteger)
    currency: str
    dated_on: str
    rule: str
    from_payee_id: str | None
    level: int | None = Field(sa_type=BigInteger)
    how: str | None
    event: str | None
    house: str | None


class Cohort(Table, table=True):
    """A customer in a payee's cohort of a window. The payee leads the key, as of lines."""

    __tablename__ = "cohort"
    __table_args__ = (
        PrimaryKeyConstraint("payee_id", "plan", "measure", "over", "until_on", "account_id", "since_on"),
        Index(None, "account_id"),
        whole_numbers("start_micros", "expanded_micros", "shrunk_micros", "lost_micros"),
        {"sqlite_with_rowid": False},
    )

    plan: str = Field(primary_key=True)
    measure: str = Field(primary_key=True)
    over: str = Field(primary_key=True)
    from_on: str
    until_on: str = Field(primary_key=True)
    payee_id: str = Field(primary_key=True)
    account_id: str = Field(primary_key=True)
    since_on: str = Field(primary_key=True)
    start_micros: int = Field(sa_type=BigInteger)
    expanded_micros: int = Field(sa_type=BigInteger)
    shrunk_micros: int = Field(sa_type=BigInteger)
    lost_micros: int = Field(sa_type=BigInteger)
    stuck: str | None


class Line(Table, table=True):
    """One computed earning. The payee leads the key, so that replacing one payee's lines touches one range of rows."""

    __tablename__ = "line"
    __table_args__ = (
        PrimaryKeyConstraint("payee_id", "period", "plan", "component", "source_id", "part"),
        Index(None, "deal_id"),
        whole_numbers(
            "amount_micros",
            "base_micros",
            "before_micros",
            "after_micros",
            "quota_micros",
            "target_micros",
            "limit_micros",
            "fx_num",
            "fx_den",
        ),
        {"sqlite_with_rowid": False},
    )

    plan: str = Field(primary_key=True)
    component: str = Field(primary_key=True)
    payee_id: str = Field(primary_key=True)
    period: str = Field(primary_key=True)
    source_id: str = Field(primary_key=True)
    part: str = Field(primary_key=True)
    deal_id: str | None
    kind: str
    dated_on: str
    rated_on: str
    amount_micros: int = Field(sa_type=BigInteger)
    currency: str
    plan_version: str
    base_micros: int = Field(sa_type=BigInteger)
    before_micros: int = Field(sa_type=BigInteger)
    after_micros: int = Field(sa_type=BigInteger)
    quota_micros: int | None = Field(sa_type=BigInteger)
    target_micros: int | None = Field(sa_type=BigInteger)
    limit_micros: int | None = Field(sa_type=BigInteger)
    window: str
    fx_num: int | None = Field(sa_type=BigInteger)
    fx_den: int | None = Field(sa_type=BigInteger)
    factors: str | None
    cohort: str | None
    share: str | None


class Payable(Table, table=True):
    """A share of a line, and when it becomes payable."""

    __tablename__ = "payable"
    __table_args__ = (
        PrimaryKeyConstraint("payee_id", "plan", "component", "source_id", "earned_in", "part"),
        Index(None, "deal_id"),
        whole_numbers("amount_micros", "step", "base_micros", "taken_micros"),
        {"sqlite_with_rowid": False},
    )

    plan: str = Field(primary_key=True)
    component: str = Field(primary_key=True)
    payee_id: str = Field(primary_key=True)
    source_id: str = Field(primary_key=True)
    part: str = Field(primary_key=True)
    line_part: str
    deal_id: str | None
    kind: str
    state: str
    earned_on: str
    earned_in: str = Field(primary_key=True)
    payable_on: str | None
    period: str | None
    amount_micros: int = Field(sa_type=BigInteger)
    currency: str
    plan_version: str
    step: int = Field(sa_type=BigInteger)
    occasion: str
    since_on: str | None
    base_micros: int = Field(sa_type=BigInteger)
    before: str
    after: str
    taken_micros: int = Field(sa_type=BigInteger)
