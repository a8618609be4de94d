"""Tables of what computations started from."""

from __future__ import annotations

from sqlalchemy import BigInteger
from sqlmodel import Field

from store.tables.base import Table, whole_numbers


class ConfigurationText(Table, table=True):
    """One file of a configuration that results were computed with; its text is a `plan_document`."""

    __tablename__ = "configuration_text"

    fingerprint: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    content_hash: str


class Computation(Table, table=True):
    """One computation that was saved, and everything that it was computed from and led to."""

    __tablename__ = "computation"
    __table_args__ = (whole_numbers("number", "run_id", "revision", "lots", "earned", "payable"),)

    number: int = Field(primary_key=True)
    run_id: int = Field(foreign_key="run.run_id")
    computed_at: str
    fingerprint: str
    """Of the configuration."""
    engine_version: str
    organization: str | None
    """The pinned organization as JSON: its zone and currency decide what records mean."""
    revision: int = Field(sa_type=BigInteger)
    """The newest record that was read."""
    lots: int = Field(sa_type=BigInteger)
    """How many lots had been drawn."""
    earned: int = Field(sa_type=BigInteger)
    """The newest posting of what is earned."""
    payable: int = Field(sa_type=BigInteger)
    """The newest posting of what is payable."""
    anchored: bool
    """Whether all that was known then follows from these inputs alone: nothing shown earlier was kept as it was."""
    adjustments: int | None = Field(sa_type=BigInteger)
    """The newest step of an adjustment; null before there were any."""
    pins: int | None = Field(sa_type=BigInteger)
    """The newest pin or release; null where only the run is known by which there were any."""
