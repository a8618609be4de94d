"""Which house accounts a credited deal is of."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """One column; empty until rules of engagement name house accounts."""
    op.add_column("credit", sa.Column("house", sa.String(), nullable=True))
