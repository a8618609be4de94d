"""The book: canonical records, dated people data, exchange rates, lists."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.tables.base import whole_numbers

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "account",
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("parent_id", sa.String(), nullable=True),
        sa.Column("owner_id", sa.String(), nullable=True),
        sa.Column("industry", sa.String(), nullable=True),
        sa.Column("country", sa.String(), nullable=True),
        sa.Column("segment", sa.String(), nullable=True),
        sa.Column("territory", sa.String(), nullable=True),
        sa.Column("employees", sa.BigInteger(), nullable=True),
        sa.Column("revenue_micros", sa.BigInteger(), nullable=True),
        whole_numbers("employees", "revenue_micros"),
        sa.PrimaryKeyConstraint("account_id", name="pk_account"),
    )
    op.create_table(
        "deal",
        sa.Column("deal_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("account_id", sa.String(), nullable=True),
        sa.Column("owner_id", sa.String(), nullable=True),
        sa.Column("type", sa.String(), nullable=True),
        sa.Column("motion", sa.String(), nullable=True),
        sa.Column("stage", sa.String(), nullable=True),
        sa.Column("is_won", sa.Boolean(), nullable=False),
        sa.Column("is_closed", sa.Boolean(), nullable=False),
        sa.Column("created_on", sa.String(), nullable=True),
        sa.Column("closed_on", sa.String(), nullable=True),
        sa.Column("amount_micros", sa.BigInteger(), nullable=True),
        sa.Column("acv_micros", sa.BigInteger(), nullable=True),
        sa.Column("cost_micros", sa.BigInteger(), nullable=True),
        sa.Column("list_micros", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(), nullable=True),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("term_months", sa.BigInteger(), nullable=True),
        sa.Column("starts_on", sa.String(), nullable=True),
        sa.Column("prior_deal_id", sa.String(), nullable=True),
        sa.Column("renewed_contract_id", sa.String(), nullable=True),
        whole_numbers("amount_micros", "acv_micros", "cost_micros", "list_micros", "term_months"),
        sa.PrimaryKeyConstraint("deal_id", name="pk_deal"),
    )
    op.create_index("ix_deal_account_id", "deal", ["account_id"], unique=False)
    op.create_table(
        "deal_line",
        sa.Column("line_id", sa.String(), nullable=False),
        sa.Column("deal_id", sa.String(), nullable=False),
        sa.Column("product_id", sa.String(), nullable=True),
        sa.Column("product", sa.String(), nullable=True),
        sa.Column("family", sa.String(), nullable=True),
        sa.Column("quantity_micros", sa.BigInteger(), nullable=True),
        sa.Column("amount_micros", sa.BigInteger(), nullable=True),
        sa.Column("cost_micros", sa.BigInteger(), nullable=True),
        sa.Column("list_micros", sa.BigInteger(), nullable=True),
        whole_numbers("quantity_micros", "amount_micros", "cost_micros", "list_micros"),
        sa.PrimaryKeyConstraint("line_id", name="pk_deal_line"),
    )
    op.create_index("ix_deal_line_deal_id", "deal_line", ["deal_id"], unique=False)
    op.create_table(
        "split",
        sa.Column("split_id", sa.String(), nullable=False),
        sa.Column("deal_id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("share_num", sa.BigInteger(), nullable=False),
        sa.Column("share_den", sa.BigInteger(), nullable=False),
        whole_numbers("share_num", "share_den"),
        sa.PrimaryKeyConstraint("split_id", name="pk_split"),
    )
    op.create_index("ix_split_deal_id", "split", ["deal_id"], unique=False)
    op.create_table(
        "team_member",
        sa.Column("member_id", sa.String(), nullable=False),
        sa.Column("deal_id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("member_id", name="pk_team_member"),
    )
    op.create_index("ix_team_member_deal_id", "team_member", ["deal_id"], unique=False)
    op.create_table(
        "contract",
        sa.Column("contract_id", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("origin_deal_id", sa.String(), nullable=True),
        sa.Column("starts_on", sa.String(), nullable=False),
        sa.Column("ends_on", sa.String(), nullable=True),
        sa.Column("acv_micros", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(), nullable=True),
        sa.Column("cancelled_on", sa.String(), nullable=True),
        whole_numbers("acv_micros"),
        sa.PrimaryKeyConstraint("contract_id", name="pk_contract"),
    )
    op.create_index("ix_contract_account_id", "contract", ["account_id"], unique=False)
    op.create_table(
        "person",
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("title", sa.String(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("manager_id", sa.String(), nullable=True),
        sa.Column("currency", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("person_id", name="pk_person"),
    )
    op.create_table(
        "role_holding",
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=True),
        sa.Column("from_on", sa.String(), nullable=False),
        sa.Column("until_on", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("row_id", name="pk_role_holding"),
    )
    op.create_table(
        "reporting_line",
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("manager_id", sa.String(), nullable=False),
        sa.Column("from_on", sa.String(), nullable=False),
        sa.Column("until_on", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("row_id", name="pk_reporting_line"),
    )
    op.create_table(
        "enrolment",
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("plan", sa.String(), nullable=False),
        sa.Column("from_on", sa.String(), nullable=False),
        sa.Column("until_on", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("row_id", name="pk_enrolment"),
    )
    op.create_table(
        "quota",
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("quota", sa.String(), nullable=False),
        sa.Column("from_on", sa.String(), nullable=False),
        sa.Column("until_on", sa.String(), nullable=False),
        sa.Column("amount_micros", sa.BigInteger(), nullable=False),
        whole_numbers("amount_micros"),
        sa.PrimaryKeyConstraint("row_id", name="pk_quota"),
    )
    op.create_table(
        "imported_result",
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("result", sa.String(), nullable=False),
        sa.Column("from_on", sa.String(), nullable=False),
        sa.Column("until_on", sa.String(), nullable=False),
        sa.Column("value_micros", sa.BigInteger(), nullable=False),
        sa.Column("in_percent", sa.Boolean(), nullable=False),
        whole_numbers("value_micros"),
        sa.PrimaryKeyConstraint("row_id", name="pk_imported_result"),
    )
    op.create_table(
        "fx_rate",
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("from_on", sa.String(), nullable=False),
        sa.Column("until_on", sa.String(), nullable=True),
        sa.Column("rate_num", sa.BigInteger(), nullable=False),
        sa.Column("rate_den", sa.BigInteger(), nullable=False),
        whole_numbers("rate_num", "rate_den"),
        sa.PrimaryKeyConstraint("row_id", name="pk_fx_rate"),
    )
    op.create_table(
        "list_entry",
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("list", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("from_on", sa.String(), nullable=True),
        sa.Column("until_on", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("row_id", name="pk_list_entry"),
    )
    op.create_table(
        "deal_event",
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("deal_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("happened_on", sa.String(), nullable=False),
        sa.Column("amount_micros", sa.BigInteger(), nullable=True),
        whole_numbers("amount_micros"),
        sa.PrimaryKeyConstraint("row_id", name="pk_deal_event"),
    )
