"""The day on which a classified deal was opened: rules may ask how long it took."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    """Add the column; it is filled when the deal is classified again."""
    op.add_column("classified_deal", sa.Column("created_on", sa.String(), nullable=True))
