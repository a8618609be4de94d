"""Late changes of closed periods: what each would move, what was decided, and the records that stay as believed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.tables.base import whole_numbers

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "pin",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("object", sa.String(), nullable=False),
        sa.Column("record_id", sa.String(), nullable=False),
        sa.Column("pinned", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=True),
        sa.Column("run_id", sa.Integer(), nullable=False),
        whole_numbers("number", "revision", "run_id"),
        sa.PrimaryKeyConstraint("number", name="pk_pin"),
    )
    op.create_index("ix_pin_object_record_id", "pin", ["object", "record_id"], unique=False)
    op.create_table(
        "drift",
        sa.Column("drift_id", sa.Integer(), nullable=False),
        sa.Column("object", sa.String(), nullable=False),
        sa.Column("record_id", sa.String(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("noticed_at", sa.String(), nullable=False),
        sa.Column("kinds", sa.String(), nullable=False),
        sa.Column("changes", sa.String(), nullable=False),
        sa.Column("effects", sa.String(), nullable=False),
        sa.Column("lines", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("decided_at", sa.String(), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        whole_numbers("drift_id", "revision", "run_id"),
        sa.PrimaryKeyConstraint("drift_id", name="pk_drift"),
    )
    op.create_index("ix_drift_state", "drift", ["state"], unique=False)
