"""What every table shares: one metadata, named constraints, and the guard that keeps whole numbers whole."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, MetaData
from sqlalchemy.orm import registry
from sqlmodel import SQLModel

NAMES = {
    "pk": "pk_%(table_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
}
"""Every constraint has a name, so that later migrations can find it."""


class Table(SQLModel, registry=registry(metadata=MetaData(naming_convention=NAMES))):
    """Base of the declarations. `table=True` classes do not validate, so none of them leaves `store/`."""


def whole_numbers(*columns: str) -> CheckConstraint:
    """Refuse anything but integers in these columns: SQLite would otherwise keep 12.5 or 'abc' where money belongs.

    PostgreSQL refuses by type and has no `typeof`.
    """
    test = " AND ".join(f"typeof({column}) IN ('integer', 'null')" for column in columns)
    return CheckConstraint(test, name="whole_numbers").ddl_if(dialect="sqlite")
