"""Members whom the worker put on deals' teams, so that rules see only those whom people put there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "team_placed",
        sa.Column("object", sa.String(), nullable=False),
        sa.Column("record_id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("stood", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("object", "record_id", "user_id", name="pk_team_placed"),
    )
