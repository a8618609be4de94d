"""The stages that deals entered, and who owned them then."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """One table; empty until a mapping asks for the history."""
    op.create_table(
        "deal_stage",
        sa.Column("deal_id", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("entered_on", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("deal_id", "stage", "entered_on", name="pk_deal_stage"),
    )
