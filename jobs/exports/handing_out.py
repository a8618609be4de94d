"""Handing out an export: the file, its entry in the audit log, and what the person is told."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from jobs.exports.files import write_private
from jobs.exports.tying import Tie
from jobs.statements.workbook import workbook
from store import audit


@dataclass(frozen=True, slots=True)
class Export:
    """What a file says, and the sums that it ties by."""

    action: str
    """As the audit log names it."""
    period: str
    text: str
    ties: Sequence[Tie]
    preliminary: bool
    amounts: Sequence[str] = ()
    """The columns that a workbook keeps as decimal numbers."""

    def content(self, suffix: str) -> bytes:
        """The file's bytes: a workbook of one sheet where its name ends in `.xlsx`, else the text."""
        rows = list(csv.DictReader(io.StringIO(self.text))) if suffix == ".xlsx" else []
        sheet = self.action.removeprefix("export ")
        return workbook({sheet: rows}, self.amounts) if rows else self.text.encode()


def handed_out(
    conn: Connection, who: audit.Who, made: Export, out: Path, *, now: datetime, **kept: Any
) -> dict[str, Any]:
    """Write the file and note it with its hash (and what else is `kept`), in the caller's transaction: both or none."""
    content = made.content(out.suffix)
    digest = hashlib.sha256(content).hexdigest()
    after = {"sha256": digest, "preliminary": made.preliminary, **kept}
    audit.note(conn, who, made.action, made.period, after=after, reason="", now=now)
    write_private(out, content)
    told = {"file": str(out), "period": made.period, "preliminary": made.preliminary, "sha256": digest}
    return {**told, "ties": [tie.told for tie in made.ties]}
