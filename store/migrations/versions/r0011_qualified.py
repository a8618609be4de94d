"""The day on which a deal qualified, and what event a credit is for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Two columns; empty until a mapping names the day."""
    op.add_column("deal", sa.Column("qualified_on", sa.String(), nullable=True))
    op.add_column("credit", sa.Column("event", sa.String(), nullable=True))
