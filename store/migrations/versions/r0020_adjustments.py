"""What people corrected by hand, what became of it, and how far of it a computation knew."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.migrations.append_only import guard
from store.tables.base import whole_numbers

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Two chained tables and a column."""
    op.create_table(
        "adjustment",
        *_who(),
        *_texts("payee_id", "period", "dated_on", "kind", "plan"),
        sa.Column("component", sa.String(), nullable=True),
        sa.Column("amount_micros", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=True),
        sa.Column("deal_id", sa.String(), nullable=True),
        *_texts("reason", "evidence", "previous_hash", "hash"),
        whole_numbers("number", "amount_micros"),
        sa.PrimaryKeyConstraint("number", name="pk_adjustment"),
    )
    op.create_index("ix_adjustment_payee_id", "adjustment", ["payee_id"], unique=False)
    op.create_table(
        "adjustment_step",
        *_who(),
        sa.Column("adjustment", sa.Integer(), nullable=False),
        *_texts("step", "reason", "previous_hash", "hash"),
        whole_numbers("number", "adjustment"),
        sa.PrimaryKeyConstraint("number", name="pk_adjustment_step"),
    )
    op.create_index("ix_adjustment_step_adjustment", "adjustment_step", ["adjustment"], unique=False)
    for table in ("adjustment", "adjustment_step"):
        guard(table)
    op.add_column("computation", sa.Column("adjustments", sa.BigInteger(), nullable=True))


def _who() -> list[sa.Column[object]]:
    return [sa.Column("number", sa.Integer(), nullable=False), *_texts("at", "login", "os_login")]


def _texts(*names: str) -> list[sa.Column[object]]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]
