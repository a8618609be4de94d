"""Brings a database to the schema of this version, in process and in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa

from store.errors import StoreRefused, StoreUnreadable

MIGRATIONS = Path(__file__).parent / "migrations"

REVISIONS = tuple(sorted(file.stem[1:5] for file in (MIGRATIONS / "versions").glob("r*.py")))
"""Known revisions in order, read from the file names, so that a database that is up to date never imports Alembic."""


def upgrade(engine: sa.Engine, save_copy: Callable[[str], None]) -> None:
    """Apply what is missing, after `save_copy(revision)` when there is something to lose."""
    with engine.connect() as conn:
        found = revision_of(conn)
    if found == REVISIONS[-1]:
        return
    if found is not None:
        save_copy(found)
    migrate(engine)


def revision_of(conn: sa.Connection) -> str | None:
    """The database's revision, None for an empty one; refuses newer schemas and other applications' files."""
    tables = sa.inspect(conn).get_table_names()
    if not tables:
        return None
    found = conn.scalar(sa.text("SELECT version_num FROM alembic_version")) if "alembic_version" in tables else None
    if found is None:
        raise StoreRefused("This database belongs to another application. Name another file in `database:`.")
    if found not in REVISIONS:
        raise StoreUnreadable(
            f"This database has schema {found}, newer than this version of Tallystick knows ({REVISIONS[-1]}). "
            "Install the newer version again, or restore the backup made before its upgrade."
        )
    return str(found)


def migrate(engine: sa.Engine, target: str = "head") -> None:
    """Run the revisions up to `target`: all or nothing.

    Foreign keys are off meanwhile, as rebuilding a table would else touch the rows that refer to it; they are
    checked before the commit. Pragmas of this kind work only outside a transaction, hence the raw connection.
    """
    from alembic import command  # noqa: PLC0415 - 0.3 s that only an upgrade pays
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with engine.connect().execution_options(writes=True) as conn:
        raw = conn.connection.driver_connection
        assert raw is not None  # noqa: S101 - an open connection has one
        raw.execute("PRAGMA foreign_keys=OFF")
        try:
            with conn.begin():
                config.attributes["connection"] = conn
                command.upgrade(config, target)
                _refuse_dangling(conn)
        finally:
            raw.execute("PRAGMA foreign_keys=ON")


def _refuse_dangling(conn: sa.Connection) -> None:
    broken = conn.execute(sa.text("PRAGMA foreign_key_check")).first()
    if broken is not None:
        raise StoreRefused(f"The upgrade would leave a dangling row in {broken[0]}: nothing was changed. Report this.")
