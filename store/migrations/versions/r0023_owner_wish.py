"""Owners that the worker sets in the CRM's own fields: who is wanted, who was written, and over whom."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "owner_wish",
        sa.Column("object", sa.String(), nullable=False),
        sa.Column("record_id", sa.String(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("ordered_by", sa.String(), nullable=False),
        sa.Column("wanted", sa.String(), nullable=True),
        sa.Column("stood", sa.String(), nullable=True),
        sa.Column("written", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("changed_at", sa.String(), nullable=True),
        sa.Column("due", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("object", "record_id", "field", name="pk_owner_wish"),
    )
    op.create_index("ix_owner_wish_object_due", "owner_wish", ["object", "due"], unique=False)
