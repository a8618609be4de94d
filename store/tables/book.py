"""Tables of the book: canonical records, rebuildable from the mirror and the config folder.

Columns repeat `engine/frames/` name by name (a test compares them); what a column means is said there. Dates are ISO
text. No foreign keys among them: the CRM delivers records in any order, and a dangling id is an issue, not an error.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Index
from sqlmodel import Field

from store.tables.base import Table, whole_numbers


class Account(Table, table=True):
    """One customer."""

    __tablename__ = "account"
    __table_args__ = (whole_numbers("employees", "revenue_micros"),)

    account_id: str = Field(primary_key=True)
    name: str | None
    parent_id: str | None
    owner_id: str | None
    industry: str | None
    country: str | None
    segment: str | None
    territory: str | None
    employees: int | None = Field(sa_type=BigInteger)
    revenue_micros: int | None = Field(sa_type=BigInteger)
    facts: str | None


class Deal(Table, table=True):
    """One opportunity, won, lost or open."""

    __tablename__ = "deal"
    __table_args__ = (
        Index(None, "account_id"),
        whole_numbers("amount_micros", "acv_micros", "cost_micros", "list_micros", "term_months"),
    )

    deal_id: str = Field(primary_key=True)
    name: str | None
    account_id: str | None
    owner_id: str | None
    type: str | None
    motion: str | None
    stage: str | None
    is_won: bool
    is_closed: bool
    created_on: str | None
    closed_on: str | None
    amount_micros: int | None = Field(sa_type=BigInteger)
    acv_micros: int | None = Field(sa_type=BigInteger)
    cost_micros: int | None = Field(sa_type=BigInteger)
    list_micros: int | None = Field(sa_type=BigInteger)
    currency: str | None
    source: str | None
    channel: str | None
    term_months: int | None = Field(sa_type=BigInteger)
    starts_on: str | None
    prior_deal_id: str | None
    renewed_contract_id: str | None
    facts: str | None
    qualified_on: str | None


class DealLine(Table, table=True):
    """One product on a deal."""

    __tablename__ = "deal_line"
    __table_args__ = (
        Index(None, "deal_id"),
        whole_numbers("quantity_micros", "amount_micros", "cost_micros", "list_micros"),
    )

    line_id: str = Field(primary_key=True)
    deal_id: str
    product_id: str | None
    product: str | None
    family: str | None
    quantity_micros: int | None = Field(sa_type=BigInteger)
    amount_micros: int | None = Field(sa_type=BigInteger)
    cost_micros: int | None = Field(sa_type=BigInteger)
    list_micros: int | None = Field(sa_type=BigInteger)


class Split(Table, table=True):
    """One person's share of a deal as the CRM states it."""

    __tablename__ = "split"
    __table_args__ = (Index(None, "deal_id"), whole_numbers("share_num", "share_den"))

    split_id: str = Field(primary_key=True)
    deal_id: str
    user_id: str
    share_num: int = Field(sa_type=BigInteger)
    share_den: int = Field(sa_type=BigInteger)


class TeamMember(Table, table=True):
    """One person whom the CRM names on a deal."""

    __tablename__ = "team_member"
    __table_args__ = (Index(None, "deal_id"),)

    member_id: str = Field(primary_key=True)
    deal_id: str
    user_id: str
    role: str


class DealStage(Table, table=True):
    """A stage that a deal entered, and who owned it then."""

    __tablename__ = "deal_stage"

    deal_id: str = Field(primary_key=True)
    stage: str = Field(primary_key=True)
    entered_on: str = Field(primary_key=True)
    owner: str | None


class Contract(Table, table=True):
    """What a won deal starts or renews."""

    __tablename__ = "contract"
    __table_args__ = (Index(None, "account_id"), whole_numbers("acv_micros"))

    contract_id: str = Field(primary_key=True)
    account_id: str
    origin_deal_id: str | None
    starts_on: str
    ends_on: str | None
    acv_micros: int | None = Field(sa_type=BigInteger)
    currency: str | None
    cancelled_on: str | None


class Person(Table, table=True):
    """One person who can be credited or paid."""

    __tablename__ = "person"

    person_id: str = Field(primary_key=True)
    user_id: str
    name: str | None
    email: str | None
    title: str | None
    active: bool
    manager_id: str | None
    currency: str | None


class PersonFact(Table, table=True):
    """What the CRM said of a person, and since when: the day on which it was first read. Rows stay as they are."""

    __tablename__ = "person_fact"

    number: int | None = Field(default=None, primary_key=True)
    person_id: str
    fact: str
    value: str | None
    read_on: str
    read_at: str


class RoleHolding(Table, table=True):
    """Who held which role where and when."""

    __tablename__ = "role_holding"
    __table_args__ = (whole_numbers("capacity"),)

    row_id: int | None = Field(default=None, primary_key=True)
    person_id: str
    role: str
    scope: str
    value: str | None
    from_on: str
    until_on: str | None
    capacity: int | None = Field(sa_type=BigInteger)


class ReportingLine(Table, table=True):
    """Who reported to whom and when."""

    __tablename__ = "reporting_line"

    row_id: int | None = Field(default=None, primary_key=True)
    person_id: str
    manager_id: str
    from_on: str
    until_on: str | None


class Enrolment(Table, table=True):
    """Which plan a payee is on, and when."""

    __tablename__ = "enrolment"

    row_id: int | None = Field(default=None, primary_key=True)
    person_id: str
    plan: str
    from_on: str
    until_on: str | None


class Quota(Table, table=True):
    """A target of one payee for one window."""

    __tablename__ = "quota"
    __table_args__ = (whole_numbers("amount_micros"),)

    row_id: int | None = Field(default=None, primary_key=True)
    person_id: str
    quota: str
    from_on: str
    until_on: str
    amount_micros: int = Field(sa_type=BigInteger)


class Compensation(Table, table=True):
    """What one payee is promised for a year, in one window."""

    __tablename__ = "compensation"
    __table_args__ = (whole_numbers("base_salary_micros", "variable_micros", "ote_micros"),)

    row_id: int | None = Field(default=None, primary_key=True)
    person_id: str
    from_on: str
    until_on: str | None
    base_salary_micros: int | None = Field(sa_type=BigInteger)
    variable_micros: int | None = Field(sa_type=BigInteger)
    ote_micros: int | None = Field(sa_type=BigInteger)
    currency: str | None


class Leave(Table, table=True):
    """When one payee was on leave."""

    __tablename__ = "leave"

    row_id: int | None = Field(default=None, primary_key=True)
    person_id: str
    from_on: str
    until_on: str | None
    protected: bool


class ImportedResult(Table, table=True):
    """A result of one payee for one window that no deal holds."""

    __tablename__ = "imported_result"
    __table_args__ = (whole_numbers("value_micros"),)

    row_id: int | None = Field(default=None, primary_key=True)
    person_id: str
    result: str
    from_on: str
    until_on: str
    value_micros: int = Field(sa_type=BigInteger)
    in_percent: bool


class FxRate(Table, table=True):
    """A dated exchange rate, an exact rational."""

    __tablename__ = "fx_rate"
    __table_args__ = (whole_numbers("rate_num", "rate_den"),)

    row_id: int | None = Field(default=None, primary_key=True)
    currency: str
    from_on: str
    until_on: str | None
    rate_num: int = Field(sa_type=BigInteger)
    rate_den: int = Field(sa_type=BigInteger)


class ListEntry(Table, table=True):
    """A member of a named list of accounts."""

    __tablename__ = "list_entry"

    row_id: int | None = Field(default=None, primary_key=True)
    list: str
    account_id: str
    from_on: str | None
    until_on: str | None


class DealEvent(Table, table=True):
    """Something that happened to a won deal, such as a refund."""

    __tablename__ = "deal_event"
    __table_args__ = (whole_numbers("amount_micros"),)

    row_id: int | None = Field(default=None, primary_key=True)
    deal_id: str
    kind: str
    happened_on: str
    amount_micros: int | None = Field(sa_type=BigInteger)


class Lot(Table, table=True):
    """What was once given to a member of a pool or an arm of an experiment. Rows stay as they are."""

    __tablename__ = "lot"
    __table_args__ = (whole_numbers("turn"),)

    drawn_for: str = Field(primary_key=True)
    turn: int = Field(primary_key=True, sa_type=BigInteger)
    place: str
    account_id: str
    drawn: str
    drawn_on: str
