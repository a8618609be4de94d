"""The ledger and the documents behind it, guarded by triggers; the write-back table."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.tables.base import whole_numbers

revision = "0004"
down_revision = "0003"

APPEND_ONLY = ("posting", "plan_document", "raw_version")

REFUSE = """
CREATE TRIGGER {table}_no_{lower} BEFORE {change} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is append-only: {change} refused'); END
"""

APPEND_AT_THE_END = """
CREATE TRIGGER posting_append BEFORE INSERT ON posting
WHEN NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM posting)
  OR NEW.previous_hash <> coalesce((SELECT hash FROM posting ORDER BY number DESC LIMIT 1), '')
  OR EXISTS (SELECT 1 FROM posting WHERE posting_id = NEW.posting_id)
BEGIN SELECT RAISE(ABORT, 'posting is append-only: not the next entry of the chain'); END
"""
"""Also closes the way round the other triggers: INSERT OR REPLACE deletes without firing them."""

KEEP_VERSION = """
CREATE TRIGGER raw_version_no_replace BEFORE INSERT ON raw_version
WHEN EXISTS (SELECT 1 FROM raw_version
    WHERE object = NEW.object AND record_id = NEW.record_id AND revision = NEW.revision)
BEGIN SELECT RAISE(ABORT, 'raw_version is append-only: REPLACE refused'); END
"""

KEEP_DOCUMENT = """
CREATE TRIGGER plan_document_no_replace BEFORE INSERT ON plan_document
WHEN EXISTS (SELECT 1 FROM plan_document WHERE content_hash = NEW.content_hash)
BEGIN SELECT RAISE(ABORT, 'plan_document is append-only: REPLACE refused'); END
"""


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "posting",
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
        sa.ForeignKeyConstraint(["run_id"], ["run.run_id"], name="fk_posting_run_id"),
        sa.PrimaryKeyConstraint("number", name="pk_posting"),
    )
    op.create_index("ix_posting_payee_id", "posting", ["payee_id"], unique=False)
    op.create_index("ix_posting_posting_id", "posting", ["posting_id"], unique=True)
    op.create_table(
        "plan_document",
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("kept_at", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("content_hash", name="pk_plan_document"),
    )
    op.create_table(
        "desired_value",
        sa.Column("object", sa.String(), nullable=False),
        sa.Column("record_id", sa.String(), nullable=False),
        sa.Column("ordered_by", sa.String(), nullable=False),
        sa.Column("fields", sa.String(), nullable=False),
        sa.Column("volatile", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("sent_fingerprint", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.String(), nullable=True),
        sa.Column("error_code", sa.String(), nullable=False),
        sa.Column("error_message", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("object", "record_id", name="pk_desired_value"),
    )
    op.create_index(
        "ix_desired_value_object_state_ordered_by_record_id",
        "desired_value",
        ["object", "state", "ordered_by", "record_id"],
        unique=False,
    )
    for table in APPEND_ONLY:
        for change in ("UPDATE", "DELETE"):
            op.execute(REFUSE.format(table=table, change=change, lower=change.lower()))
    op.execute(APPEND_AT_THE_END)
    op.execute(KEEP_VERSION)
    op.execute(KEEP_DOCUMENT)
