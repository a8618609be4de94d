"""What payees expected and did not get, and how it was settled."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.migrations.append_only import guard
from store.tables.base import whole_numbers

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Two chained tables."""
    op.create_table(
        "dispute",
        *_who(),
        *_texts("payee_id", "period"),
        sa.Column("deal_id", sa.String(), nullable=True),
        sa.Column("expected_micros", sa.BigInteger(), nullable=False),
        sa.Column("computed_micros", sa.BigInteger(), nullable=False),
        *_texts("currency", "why", "previous_hash", "hash"),
        whole_numbers("number", "expected_micros", "computed_micros"),
        sa.PrimaryKeyConstraint("number", name="pk_dispute"),
    )
    op.create_index("ix_dispute_period", "dispute", ["period"], unique=False)
    op.create_table(
        "dispute_closing",
        *_who(),
        sa.Column("dispute", sa.Integer(), nullable=False),
        *_texts("settled_by", "reason"),
        sa.Column("computed_micros", sa.BigInteger(), nullable=False),
        *_texts("previous_hash", "hash"),
        whole_numbers("number", "dispute", "computed_micros"),
        sa.PrimaryKeyConstraint("number", name="pk_dispute_closing"),
    )
    op.create_index("ix_dispute_closing_dispute", "dispute_closing", ["dispute"], unique=True)
    for table in ("dispute", "dispute_closing"):
        guard(table)


def _who() -> list[sa.Column[object]]:
    return [sa.Column("number", sa.Integer(), nullable=False), *_texts("at", "login", "os_login")]


def _texts(*names: str) -> list[sa.Column[object]]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]
