"""What each computation started from: the configuration's texts for ever, and a row that names all its inputs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.tables.base import whole_numbers

revision = "0013"
down_revision = "0012"

REFUSE = """
CREATE TRIGGER {table}_no_{lower} BEFORE {change} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is append-only: {change} refused'); END
"""

KEEP_TEXT = """
CREATE TRIGGER configuration_text_no_replace BEFORE INSERT ON configuration_text
WHEN EXISTS (SELECT 1 FROM configuration_text WHERE fingerprint = NEW.fingerprint AND name = NEW.name)
BEGIN SELECT RAISE(ABORT, 'configuration_text is append-only: REPLACE refused'); END
"""

APPEND_AT_THE_END = """
CREATE TRIGGER computation_append BEFORE INSERT ON computation
WHEN NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM computation)
BEGIN SELECT RAISE(ABORT, 'computation is append-only: not the next one'); END
"""


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "configuration_text",
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", "name", name="pk_configuration_text"),
    )
    op.create_table(
        "computation",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("computed_at", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("engine_version", sa.String(), nullable=False),
        sa.Column("organization", sa.String(), nullable=True),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("lots", sa.BigInteger(), nullable=False),
        sa.Column("earned", sa.BigInteger(), nullable=False),
        sa.Column("payable", sa.BigInteger(), nullable=False),
        sa.Column("anchored", sa.Boolean(), nullable=False),
        whole_numbers("number", "run_id", "revision", "lots", "earned", "payable"),
        sa.ForeignKeyConstraint(["run_id"], ["run.run_id"], name="fk_computation_run_id"),
        sa.PrimaryKeyConstraint("number", name="pk_computation"),
    )
    for table in ("configuration_text", "computation"):
        for change in ("UPDATE", "DELETE"):
            op.execute(REFUSE.format(table=table, change=change, lower=change.lower()))
    op.execute(KEEP_TEXT)
    op.execute(APPEND_AT_THE_END)
