"""Migrations: from empty to the declared schema, from behind with a backup, never from ahead."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from store import schema
from store.database import PRAGMAS, Store, open_store
from store.errors import StoreRefused
from store.tables import metadata
from tests.store.conftest import NOW


def _reopen(path: Path) -> Store:
    return open_store(f"sqlite:///{path}", lambda: NOW)


def _tables(conn: sa.Connection) -> dict[str, str]:
    """Every table and index as SQLite keeps it, blanks aside."""
    rows = conn.exec_driver_sql(
        "SELECT name, sql FROM sqlite_master WHERE type IN ('table', 'index') AND name NOT LIKE 'sqlite_%'"
        " AND name <> 'alembic_version'"
    )
    return {name: " ".join((sql or "").split()) for name, sql in rows}


def test_migrations_make_exactly_the_declared_tables(store: Store, tmp_path: Path) -> None:
    declared = sa.create_engine(f"sqlite:///{tmp_path / 'declared.db'}")
    metadata.create_all(declared)

    with store.read() as conn, declared.connect() as other:
        assert compare_metadata(MigrationContext.configure(conn), metadata) == []
        assert _tables(conn) == _tables(other)
    declared.dispose()


def test_an_upgrade_keeps_the_rows_and_leaves_a_copy_of_what_was(path: Path, store: Store) -> None:
    store.close()
    path.unlink()
    engine = _engine_at("0002", path)
    with engine.begin() as conn:
        conn.execute(sa.text("INSERT INTO setting (key, value) VALUES ('k', 'v')"))
    engine.dispose()

    upgraded = _reopen(path)

    with upgraded.read() as conn:
        assert schema.revision_of(conn) == schema.REVISIONS[-1]
        assert conn.scalar(sa.text("SELECT value FROM setting")) == "v"
    upgraded.close()
    (copy,) = path.parent.glob("*.backup")
    assert copy.name == "tally.db.schema-0002.20261122T083000Z.backup"
    assert copy.stat().st_mode & 0o777 == 0o600
    with closing(sqlite3.connect(copy)) as old:
        assert old.execute("SELECT version_num FROM alembic_version").fetchall() == [("0002",)]
        assert old.execute("SELECT value FROM setting").fetchall() == [("v",)]


def _engine_at(revision: str, path: Path) -> sa.Engine:
    engine = sa.create_engine(f"sqlite:///{path}")
    schema.migrate(engine, revision)
    return engine


def test_a_failing_revision_changes_nothing(path: Path, store: Store) -> None:
    store.close()
    path.unlink()
    engine = _engine_at("0002", path)
    with engine.begin() as conn:
        conn.execute(sa.text("CREATE TABLE line (x)"))
    engine.dispose()

    with pytest.raises(StoreRefused, match="table line already exists"):
        _reopen(path)

    with closing(sqlite3.connect(path)) as raw:
        assert raw.execute("SELECT version_num FROM alembic_version").fetchall() == [("0002",)]
        assert raw.execute("SELECT count(*) FROM sqlite_master WHERE name = 'assignment'").fetchall() == [(0,)]


def test_a_current_database_opens_without_a_copy(path: Path, store: Store) -> None:
    store.close()

    _reopen(path).close()

    assert list(path.parent.glob("*.backup")) == []


def test_a_newer_schema_is_refused(path: Path, store: Store) -> None:
    with store.write() as conn:
        conn.execute(sa.text("UPDATE alembic_version SET version_num = '0999'"))
    store.close()

    with pytest.raises(StoreRefused) as refused:
        _reopen(path)

    assert str(refused.value) == (
        f"This database has schema 0999, newer than this version of Tallystick knows ({schema.REVISIONS[-1]}). "
        "Install the newer version again, or restore the backup made before its upgrade."
    )


def test_another_applications_database_is_refused(path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("CREATE TABLE album (title)")

    with pytest.raises(StoreRefused, match="another application"):
        _reopen(path)


def test_foreign_keys_are_on_again_after_an_upgrade(store: Store) -> None:
    with store.read() as conn:
        assert conn.scalar(sa.text("PRAGMA foreign_keys")) == 1
    assert PRAGMAS["foreign_keys"] == "ON"
