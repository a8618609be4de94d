"""Pull: CRM pages into the mirror. Rows and cursor share one transaction, so the cursor never passes what is stored."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from connectors.port import Source
from engine.model import Page
from jobs.crash_points import crash_point
from jobs.running import Run
from store import mirror, ownership, teams

Progress = Callable[[str, int, int | None], None]
"""Called after each page with the object, the records so far and the expected total where it is known."""


@dataclass(frozen=True, slots=True)
class Pulled:
    """What one pull brought, over all objects."""

    records: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    pages: int = 0

    def __add__(self, other: Pulled) -> Pulled:
        """Sum of two pulls."""
        return Pulled(
            self.records + other.records,
            self.new + other.new,
            self.changed + other.changed,
            self.unchanged + other.unchanged,
            self.pages + other.pages,
        )


def quiet(_object: str, _records: int, _expected: int | None) -> None:
    """No progress shown."""


def pull(source: Source, run: Run, *, progress: Progress = quiet) -> Pulled:
    """Everything that changed since the stored cursors, object by object."""
    total = Pulled()
    for name in source.objects:
        with run.store.read() as conn:
            cursor = mirror.cursor_of(conn, name)
        total += store_pages(run, source.pages(name, cursor), progress=progress)
    run.count(records=total.records, new=total.new, changed=total.changed)
    return total


def store_pages(run: Run, pages: Iterable[Page], *, stream: str | None = "pull", progress: Progress = quiet) -> Pulled:
    """Store pages as they come; each with its cursor (of the stream, None keeps none) in one transaction.

    An owner or a team member that we set ourselves is stored as what it stands for: our writes are no input.
    """
    total = Pulled()
    for page in pages:
        crash_point("pull.before_save")
        with run.write() as conn:
            chosen = teams.as_chosen(conn, ownership.as_chosen(conn, page))
            saved = mirror.save_page(conn, chosen, run.run_id, stream)
        crash_point("pull.after_save")
        total += Pulled(len(page.records), saved.new, saved.changed, saved.unchanged, 1)
        progress(page.object, total.records, page.expected)
    return total
