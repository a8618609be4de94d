"""What the stages conclude: assignments, credits, lines."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.tables.base import whole_numbers

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "classified_deal",
        sa.Column("deal_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("account_name", sa.String(), nullable=True),
        sa.Column("owner_id", sa.String(), nullable=True),
        sa.Column("motion", sa.String(), nullable=False),
        sa.Column("classified_by", sa.String(), nullable=False),
        sa.Column("dated_on", sa.String(), nullable=False),
        sa.Column("amount_micros", sa.BigInteger(), nullable=False),
        sa.Column("acv_micros", sa.BigInteger(), nullable=False),
        sa.Column("cost_micros", sa.BigInteger(), nullable=True),
        sa.Column("list_micros", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("fx_num", sa.BigInteger(), nullable=False),
        sa.Column("fx_den", sa.BigInteger(), nullable=False),
        sa.Column("term_months", sa.BigInteger(), nullable=True),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("type", sa.String(), nullable=True),
        sa.Column("segment", sa.String(), nullable=True),
        sa.Column("territory", sa.String(), nullable=True),
        sa.Column("industry", sa.String(), nullable=True),
        sa.Column("country", sa.String(), nullable=True),
        sa.Column("employees", sa.BigInteger(), nullable=True),
        sa.Column("revenue_micros", sa.BigInteger(), nullable=True),
        sa.Column("expiring_acv_micros", sa.BigInteger(), nullable=True),
        sa.Column("uplift_num", sa.BigInteger(), nullable=True),
        sa.Column("uplift_den", sa.BigInteger(), nullable=True),
        sa.Column("months_since_signing", sa.BigInteger(), nullable=True),
        sa.Column("starts_on", sa.String(), nullable=True),
        sa.Column("cancelled_on", sa.String(), nullable=True),
        sa.Column("families", sa.String(), nullable=False),
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
        ),
        sa.PrimaryKeyConstraint("deal_id", name="pk_classified_deal"),
    )
    op.create_table(
        "assignment",
        sa.Column("deal_id", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=True),
        sa.Column("value_owner_id", sa.String(), nullable=True),
        sa.Column("commercial_owner_id", sa.String(), nullable=True),
        sa.Column("execution_owner_id", sa.String(), nullable=True),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("rules_of_engagement", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("deal_id", name="pk_assignment"),
    )
    op.create_table(
        "credit",
        sa.Column("credit_id", sa.String(), nullable=False),
        sa.Column("deal_id", sa.String(), nullable=False),
        sa.Column("payee_id", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("portion", sa.String(), nullable=False),
        sa.Column("share_num", sa.BigInteger(), nullable=False),
        sa.Column("share_den", sa.BigInteger(), nullable=False),
        sa.Column("amount_micros", sa.BigInteger(), nullable=False),
        sa.Column("acv_micros", sa.BigInteger(), nullable=False),
        sa.Column("units_micros", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("dated_on", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("from_payee_id", sa.String(), nullable=True),
        sa.Column("level", sa.BigInteger(), nullable=True),
        whole_numbers("share_num", "share_den", "amount_micros", "acv_micros", "units_micros", "level"),
        sa.PrimaryKeyConstraint("credit_id", name="pk_credit"),
    )
    op.create_index("ix_credit_deal_id", "credit", ["deal_id"], unique=False)
    op.create_index("ix_credit_payee_id", "credit", ["payee_id"], unique=False)
    op.create_table(
        "line",
        sa.Column("plan", sa.String(), nullable=False),
        sa.Column("component", sa.String(), nullable=False),
        sa.Column("payee_id", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("deal_id", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("dated_on", sa.String(), nullable=False),
        sa.Column("rated_on", sa.String(), nullable=False),
        sa.Column("amount_micros", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("plan_version", sa.String(), nullable=False),
        sa.Column("base_micros", sa.BigInteger(), nullable=False),
        sa.Column("before_micros", sa.BigInteger(), nullable=False),
        sa.Column("after_micros", sa.BigInteger(), nullable=False),
        sa.Column("quota_micros", sa.BigInteger(), nullable=True),
        sa.Column("target_micros", sa.BigInteger(), nullable=True),
        sa.Column("limit_micros", sa.BigInteger(), nullable=True),
        sa.Column("window", sa.String(), nullable=False),
        sa.Column("fx_num", sa.BigInteger(), nullable=True),
        sa.Column("fx_den", sa.BigInteger(), nullable=True),
        sa.Column("factors", sa.String(), nullable=True),
        sa.Column("share", sa.String(), nullable=True),
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
        sa.PrimaryKeyConstraint("payee_id", "period", "plan", "component", "source_id", "part", name="pk_line"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_line_deal_id", "line", ["deal_id"], unique=False)
