"""Who is expected to be credited for open deals."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "expectation",
        sa.Column("deal_id", sa.String(), nullable=False),
        sa.Column("payee_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("deal_id", "payee_id", name="pk_expectation"),
    )
    op.create_index("ix_expectation_payee_id", "expectation", ["payee_id"], unique=False)
