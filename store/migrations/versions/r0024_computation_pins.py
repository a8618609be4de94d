"""How far pins went at each computation: one run may compute several times while it sorts late changes out."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Add the column; computations of before are known by their run alone."""
    op.add_column("computation", sa.Column("pins", sa.BigInteger(), nullable=True))
