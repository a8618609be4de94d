"""Finds the few records that were merged away among all the others."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """One index over those rows alone."""
    there = sa.text("merged_into IS NOT NULL")
    op.create_index("ix_raw_record_merged_into", "raw_record", ["merged_into"], sqlite_where=there)
