"""Closed periods: when each was closed or reopened, the statements sealed then, and where each posting shows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.migrations.append_only import guard
from store.tables.base import whole_numbers

revision = "0014"
down_revision = "0013"

LEDGERS = ("posting", "payable_posting")

NOT_INTO_CLOSED = """
CREATE TRIGGER {table}_not_into_closed BEFORE INSERT ON {table}
WHEN 'closed' = (SELECT action FROM closing
    WHERE period = coalesce(NEW.booked_in, NEW.period) ORDER BY number DESC LIMIT 1)
BEGIN SELECT RAISE(ABORT, '{table}: the period it is to show in is closed'); END
"""

IN_TURN = """
CREATE TRIGGER closing_in_turn BEFORE INSERT ON closing
WHEN NEW.action NOT IN ('closed', 'reopened')
  OR NEW.action = coalesce(
    (SELECT action FROM closing WHERE period = NEW.period ORDER BY number DESC LIMIT 1), 'reopened')
BEGIN SELECT RAISE(ABORT, 'closing: a period is closed while it is open, and reopened while it is closed'); END
"""

BEFORE_ITS_CLOSING = """
CREATE TRIGGER statement_before_its_closing BEFORE INSERT ON statement
WHEN NEW.closing_number <> (SELECT coalesce(max(number), 0) + 1 FROM closing)
BEGIN SELECT RAISE(ABORT, 'statement: its period is not being closed'); END
"""
"""The statements of a closing are sealed just before it, in its transaction: none can be added later."""


def upgrade() -> None:
    """Create the tables; what was booked before shows in its own period."""
    for table in LEDGERS:
        op.add_column(table, sa.Column("booked_in", sa.String(), nullable=True))
    op.create_table(
        "closing",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("second", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("seals", sa.String(), nullable=False),
        sa.Column("previous_hash", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        whole_numbers("number"),
        sa.PrimaryKeyConstraint("number", name="pk_closing"),
    )
    op.create_index("ix_closing_period_number", "closing", ["period", "number"], unique=False)
    op.create_table(
        "statement",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("closing_number", sa.Integer(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("payee_id", sa.String(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("previous_hash", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        whole_numbers("number", "closing_number"),
        sa.PrimaryKeyConstraint("number", name="pk_statement"),
    )
    op.create_index("ix_statement_closing_number_payee_id", "statement", ["closing_number", "payee_id"], unique=True)
    for table in ("closing", "statement"):
        guard(table)
    for table in LEDGERS:
        op.execute(NOT_INTO_CLOSED.format(table=table))
    op.execute(IN_TURN)
    op.execute(BEFORE_ITS_CLOSING)
