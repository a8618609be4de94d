"""What people did, and what they let through."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.migrations.append_only import guard
from store.tables.base import whole_numbers

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Three chained tables."""
    op.create_table(
        "audit",
        *_who(),
        *_texts("action", "subject", "before", "after", "reason", "previous_hash", "hash"),
        whole_numbers("number"),
        sa.PrimaryKeyConstraint("number", name="pk_audit"),
    )
    op.create_index("ix_audit_subject", "audit", ["subject"], unique=False)
    op.create_table(
        "approval_request",
        *_who(),
        *_texts("request_id", "kind", "subject", "detail", "detail_hash", "concerns"),
        sa.Column("by_run", sa.Integer(), nullable=False),
        *_texts("previous_hash", "hash"),
        whole_numbers("number", "by_run"),
        sa.PrimaryKeyConstraint("number", name="pk_approval_request"),
    )
    op.create_index("ix_approval_request_kind_subject", "approval_request", ["kind", "subject"], unique=False)
    op.create_index("ix_approval_request_request_id", "approval_request", ["request_id"], unique=False)
    op.create_table(
        "approval",
        *_who(),
        sa.Column("request", sa.Integer(), nullable=False),
        *_texts("step", "reason", "previous_hash", "hash"),
        whole_numbers("number", "request"),
        sa.PrimaryKeyConstraint("number", name="pk_approval"),
    )
    op.create_index("ix_approval_request", "approval", ["request"], unique=False)
    for table in ("audit", "approval_request", "approval"):
        guard(table)


def _who() -> list[sa.Column[object]]:
    return [sa.Column("number", sa.Integer(), nullable=False), *_texts("at", "login", "os_login")]


def _texts(*names: str) -> list[sa.Column[object]]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]
