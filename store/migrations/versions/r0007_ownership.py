"""What decides ownership: channel, mapped facts, signings, windows, and how each credit was found.

The tables are rebuilt empty: everything in them is made from the mirror, which the next cycle reads again as a whole.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.tables.base import whole_numbers

revision = "0007"
down_revision = "0006"

REMEMBERED = ("normalised_revision", "normalised_with", "computed_fingerprint")
"""How far the mirror was read and computed."""


def upgrade() -> None:
    """Create them anew, and forget that they were filled."""
    for name in ("account", "deal", "classified_deal", "credit"):
        op.drop_table(name)
    _create_book()
    _create_results()
    setting = sa.table("setting", sa.column("key"))
    op.execute(sa.delete(setting).where(setting.c.key.in_(REMEMBERED)))


def _create_book() -> None:
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
        sa.Column("facts", sa.String(), nullable=True),
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
        sa.Column("channel", sa.String(), nullable=True),
        sa.Column("term_months", sa.BigInteger(), nullable=True),
        sa.Column("starts_on", sa.String(), nullable=True),
        sa.Column("prior_deal_id", sa.String(), nullable=True),
        sa.Column("renewed_contract_id", sa.String(), nullable=True),
        sa.Column("facts", sa.String(), nullable=True),
        whole_numbers("amount_micros", "acv_micros", "cost_micros", "list_micros", "term_months"),
        sa.PrimaryKeyConstraint("deal_id", name="pk_deal"),
    )
    op.create_index("ix_deal_account_id", "deal", ["account_id"], unique=False)


def _create_results() -> None:
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
        sa.Column("channel", sa.String(), nullable=True),
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
        sa.Column("signed_on", sa.String(), nullable=True),
        sa.Column("signing_owner_id", sa.String(), nullable=True),
        sa.Column("sales_cycle_days", sa.BigInteger(), nullable=True),
        sa.Column("lifetime_months", sa.BigInteger(), nullable=True),
        sa.Column("running_acv_micros", sa.BigInteger(), nullable=True),
        sa.Column("starts_on", sa.String(), nullable=True),
        sa.Column("cancelled_on", sa.String(), nullable=True),
        sa.Column("families", sa.String(), nullable=False),
        sa.Column("windows", sa.String(), nullable=False),
        sa.Column("facts", sa.String(), nullable=True),
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
        sa.PrimaryKeyConstraint("deal_id", name="pk_classified_deal"),
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
        sa.Column("how", sa.String(), nullable=True),
        whole_numbers("share_num", "share_den", "amount_micros", "acv_micros", "units_micros", "level"),
        sa.PrimaryKeyConstraint("credit_id", name="pk_credit"),
    )
    op.create_index("ix_credit_deal_id", "credit", ["deal_id"], unique=False)
    op.create_index("ix_credit_payee_id", "credit", ["payee_id"], unique=False)
