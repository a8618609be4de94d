"""The triggers of a table to which rows are only appended, each chained to the one before by its hash.

Revisions call `guard`; it never changes, as they never do.
"""

from __future__ import annotations

from alembic import op

REFUSE = """
CREATE TRIGGER {table}_no_{lower} BEFORE {change} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is append-only: {change} refused'); END
"""

APPEND_AT_THE_END = """
CREATE TRIGGER {table}_append BEFORE INSERT ON {table}
WHEN NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM {table})
  OR NEW.previous_hash <> coalesce((SELECT hash FROM {table} ORDER BY number DESC LIMIT 1), '')
BEGIN SELECT RAISE(ABORT, '{table} is append-only: not the next entry of the chain'); END
"""
"""Also closes the way round the other triggers: INSERT OR REPLACE deletes without firing them."""


def guard(table: str) -> None:
    """Refuse everything but the next row; the table has the columns number (its key), previous_hash and hash."""
    for change in ("UPDATE", "DELETE"):
        op.execute(REFUSE.format(table=table, change=change, lower=change.lower()))
    op.execute(APPEND_AT_THE_END.format(table=table))
