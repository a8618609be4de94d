"""What payees are promised for a year: base salary, variable pay and OTE."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.tables.base import whole_numbers

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "compensation",
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("from_on", sa.String(), nullable=False),
        sa.Column("until_on", sa.String(), nullable=True),
        sa.Column("base_salary_micros", sa.BigInteger(), nullable=True),
        sa.Column("variable_micros", sa.BigInteger(), nullable=True),
        sa.Column("ote_micros", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(), nullable=True),
        whole_numbers("base_salary_micros", "variable_micros", "ote_micros"),
        sa.PrimaryKeyConstraint("row_id", name="pk_compensation"),
    )
