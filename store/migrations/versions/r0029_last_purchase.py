"""The day on which the account of a classified deal last bought: rules may ask for how long it bought nothing."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    """Add the column; it is filled when the deal is classified again."""
    op.add_column("classified_deal", sa.Column("last_purchase_on", sa.String(), nullable=True))
