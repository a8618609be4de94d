"""When payees were on leave."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "leave",
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("from_on", sa.String(), nullable=False),
        sa.Column("until_on", sa.String(), nullable=True),
        sa.Column("protected", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("row_id", name="pk_leave"),
    )
