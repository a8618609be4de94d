"""Pools and experiments: what was given away once and stays, the capacity of holders, and the arms of deals.

Holdings and classified deals are rebuilt empty: the next cycle makes them again.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.tables.base import whole_numbers

revision = "0008"
down_revision = "0007"

REMEMBERED = ("normalised_revision", "normalised_with", "computed_fingerprint")
"""How far the mirror was read and computed."""


def upgrade() -> None:
    """Create them anew, and forget that they were filled."""
    op.drop_table("role_holding")
    op.drop_table("classified_deal")
    _create_holdings()
    _create_classified()
    _create_lots()
    setting = sa.table("setting", sa.column("key"))
    op.execute(sa.delete(setting).where(setting.c.key.in_(REMEMBERED)))


def _create_holdings() -> None:
    op.create_table(
        "role_holding",
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=True),
        sa.Column("from_on", sa.String(), nullable=False),
        sa.Column("until_on", sa.String(), nullable=True),
        sa.Column("capacity", sa.BigInteger(), nullable=True),
        whole_numbers("capacity"),
        sa.PrimaryKeyConstraint("row_id", name="pk_role_holding"),
    )


def _create_classified() -> None:
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
        sa.Column("arms", sa.String(), nullable=False),
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


def _create_lots() -> None:
    op.create_table(
        "lot",
        sa.Column("drawn_for", sa.String(), nullable=False),
        sa.Column("turn", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("drawn", sa.String(), nullable=False),
        sa.Column("drawn_on", sa.String(), nullable=False),
        whole_numbers("turn"),
        sa.PrimaryKeyConstraint("drawn_for", "turn", name="pk_lot"),
    )
