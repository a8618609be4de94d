"""What the CRM said of people, and since when."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"

REMEMBERED = ("normalised_with",)
"""What makes a computation read only what changed."""


def upgrade() -> None:
    """Create the table; all records are read once more, and what they say of people today counts from the beginning."""
    op.create_table(
        "person_fact",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("fact", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=True),
        sa.Column("read_on", sa.String(), nullable=False),
        sa.Column("read_at", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_person_fact"),
    )
    setting = sa.table("setting", sa.column("key"))
    op.execute(sa.delete(setting).where(setting.c.key.in_(REMEMBERED)))
