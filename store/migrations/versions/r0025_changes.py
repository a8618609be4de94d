"""An index of the postings that changed a line: how many lines were posted follows from it at once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    """Create the index in both ledgers."""
    for ledger in ("posting", "payable_posting"):
        op.create_index(f"ix_{ledger}_sequence", ledger, ["sequence"], sqlite_where=sa.text("sequence > 0"))
