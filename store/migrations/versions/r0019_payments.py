"""Payments: what was paid to whom, for which period, with the reference of the bank or payroll run."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.migrations.append_only import guard
from store.tables.base import whole_numbers

revision = "0019"
down_revision = "0018"

NOT_INTO_CLOSED = """
CREATE TRIGGER payment_not_into_closed BEFORE INSERT ON payment
WHEN 'closed' = (SELECT action FROM closing WHERE period = NEW.booked_in ORDER BY number DESC LIMIT 1)
BEGIN SELECT RAISE(ABORT, 'payment: the period in whose journal it is to show is closed'); END
"""


def upgrade() -> None:
    """One chained table."""
    op.create_table(
        "payment",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("payee_id", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("amount_micros", sa.BigInteger(), nullable=False),
        *(
            sa.Column(name, sa.String(), nullable=False)
            for name in ("currency", "paid_on", "booked_in", "reference", "reason", "login", "at")
        ),
        sa.Column("previous_hash", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        whole_numbers("number", "amount_micros"),
        sa.PrimaryKeyConstraint("number", name="pk_payment"),
    )
    op.create_index(
        "ix_payment_reference_payee_id_period_currency",
        "payment",
        ["reference", "payee_id", "period", "currency"],
        unique=True,
    )
    op.create_index("ix_payment_payee_id", "payment", ["payee_id"], unique=False)
    guard("payment")
    op.execute(NOT_INTO_CLOSED)
