"""Customers in the cohorts of payees, and what became of them on the lines that a rate of retention paid."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.tables.base import whole_numbers

revision = "0009"
down_revision = "0008"

LINE = (
    *("plan", "component", "payee_id", "period", "source_id", "part", "deal_id", "kind", "dated_on", "rated_on"),
    *("amount_micros", "currency", "plan_version", "base_micros", "before_micros", "after_micros", "quota_micros"),
    *("target_micros", "limit_micros", "window", "fx_num", "fx_den", "factors", "share"),
)
"""What a line was before."""


def upgrade() -> None:
    """Create the table of cohorts; copy the lines into a table with one column more."""
    _create_cohort()
    op.drop_index("ix_line_deal_id", "line")
    op.rename_table("line", "line_before")
    _create_line()
    names = ", ".join(f'"{name}"' for name in LINE)
    op.execute(sa.text(f"INSERT INTO line ({names}) SELECT {names} FROM line_before"))  # noqa: S608 - our own names
    op.drop_table("line_before")


def _create_cohort() -> None:
    op.create_table(
        "cohort",
        sa.Column("plan", sa.String(), nullable=False),
        sa.Column("measure", sa.String(), nullable=False),
        sa.Column("over", sa.String(), nullable=False),
        sa.Column("from_on", sa.String(), nullable=False),
        sa.Column("until_on", sa.String(), nullable=False),
        sa.Column("payee_id", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("since_on", sa.String(), nullable=False),
        sa.Column("start_micros", sa.BigInteger(), nullable=False),
        sa.Column("expanded_micros", sa.BigInteger(), nullable=False),
        sa.Column("shrunk_micros", sa.BigInteger(), nullable=False),
        sa.Column("lost_micros", sa.BigInteger(), nullable=False),
        sa.Column("stuck", sa.String(), nullable=True),
        whole_numbers("start_micros", "expanded_micros", "shrunk_micros", "lost_micros"),
        sa.PrimaryKeyConstraint(
            "payee_id", "plan", "measure", "over", "until_on", "account_id", "since_on", name="pk_cohort"
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_cohort_account_id", "cohort", ["account_id"], unique=False)


def _create_line() -> None:
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
        sa.Column("cohort", sa.String(), nullable=True),
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
