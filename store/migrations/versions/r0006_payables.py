"""What is payable: the computed rows, and an append-only ledger of their own beside that of what is earned."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.tables.base import whole_numbers

revision = "0006"
down_revision = "0005"

REFUSE = """
CREATE TRIGGER payable_posting_no_{lower} BEFORE {change} ON payable_posting
BEGIN SELECT RAISE(ABORT, 'payable_posting is append-only: {change} refused'); END
"""

APPEND_AT_THE_END = """
CREATE TRIGGER payable_posting_append BEFORE INSERT ON payable_posting
WHEN NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM payable_posting)
  OR NEW.previous_hash <> coalesce((SELECT hash FROM payable_posting ORDER BY number DESC LIMIT 1), '')
  OR EXISTS (SELECT 1 FROM payable_posting WHERE posting_id = NEW.posting_id)
BEGIN SELECT RAISE(ABORT, 'payable_posting is append-only: not the next entry of the chain'); END
"""


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "payable",
        sa.Column("plan", sa.String(), nullable=False),
        sa.Column("component", sa.String(), nullable=False),
        sa.Column("payee_id", sa.String(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("line_part", sa.String(), nullable=False),
        sa.Column("deal_id", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("earned_on", sa.String(), nullable=False),
        sa.Column("earned_in", sa.String(), nullable=False),
        sa.Column("payable_on", sa.String(), nullable=True),
        sa.Column("period", sa.String(), nullable=True),
        sa.Column("amount_micros", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("plan_version", sa.String(), nullable=False),
        sa.Column("step", sa.BigInteger(), nullable=False),
        sa.Column("occasion", sa.String(), nullable=False),
        sa.Column("since_on", sa.String(), nullable=True),
        sa.Column("base_micros", sa.BigInteger(), nullable=False),
        sa.Column("before", sa.String(), nullable=False),
        sa.Column("after", sa.String(), nullable=False),
        sa.Column("taken_micros", sa.BigInteger(), nullable=False),
        whole_numbers("amount_micros", "step", "base_micros", "taken_micros"),
        sa.PrimaryKeyConstraint("payee_id", "plan", "component", "source_id", "earned_in", "part", name="pk_payable"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_payable_deal_id", "payable", ["deal_id"], unique=False)
    op.create_table(
        "payable_posting",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("posting_id", sa.String(), nullable=False),
        sa.Column("plan", sa.String(), nullable=False),
        sa.Column("component", sa.String(), nullable=False),
        sa.Column("payee_id", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("deal_id", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("delta_micros", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("booked_at", sa.String(), nullable=False),
        sa.Column("previous_hash", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        whole_numbers("number", "sequence", "delta_micros"),
        sa.ForeignKeyConstraint(["run_id"], ["run.run_id"], name="fk_payable_posting_run_id"),
        sa.PrimaryKeyConstraint("number", name="pk_payable_posting"),
    )
    op.create_index("ix_payable_posting_payee_id", "payable_posting", ["payee_id"], unique=False)
    op.create_index("ix_payable_posting_posting_id", "payable_posting", ["posting_id"], unique=True)
    for change in ("UPDATE", "DELETE"):
        op.execute(REFUSE.format(change=change, lower=change.lower()))
    op.execute(APPEND_AT_THE_END)
