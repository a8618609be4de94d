"""Plans and rules of engagement as they were when they counted, by content hash, kept for ever."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

import sqlalchemy as sa

from store.instants import instant_text
from store.tables import table

DOCUMENT = table("plan_document")


def keep_documents(conn: sa.Connection, documents: Mapping[str, tuple[str, str]], now: datetime) -> int:
    """Keep these documents, (file, text) by content hash; answers how many were new."""
    chosen = sa.select(DOCUMENT.c.content_hash).where(DOCUMENT.c.content_hash.in_(list(documents)))
    new = documents.keys() - set(conn.scalars(chosen))
    for name in sorted(new):
        file, text = documents[name]
        row = {"content_hash": name, "file": file, "text": text, "kept_at": instant_text(now)}
        conn.execute(sa.insert(DOCUMENT).values(row))
    return len(new)


def documents(conn: sa.Connection) -> Iterator[tuple[str, str]]:
    """Content hash and text of every document that is kept."""
    for row in conn.execute(sa.select(DOCUMENT.c.content_hash, DOCUMENT.c.text).order_by(DOCUMENT.c.content_hash)):
        yield row.content_hash, row.text
