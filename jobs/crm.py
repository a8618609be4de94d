"""The one place that chooses: each CRM has a module of jobs of its own, all of this shape, loaded when it is needed."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import datetime
from importlib import import_module
from typing import Protocol, cast

from connectors.check import Check
from jobs.configuration import Configuration
from jobs.cycle import Crm
from jobs.settings import Settings


class CrmJobs(Protocol):
    """`jobs/salesforce.py` and `jobs/hubspot.py`."""

    def prepare(
        self,
        configuration: Configuration,
        environment: Mapping[str, str],
        *,
        apply: bool,
        sleep: Callable[[float], None] = time.sleep,
    ) -> tuple[str, ...]:
        """The steps that make the CRM ready: done, or only listed."""
        ...

    def dismantle(
        self, configuration: Configuration, environment: Mapping[str, str], *, apply: bool, with_records: bool
    ) -> tuple[str, ...]:
        """The steps that take away what `prepare` made: done, or only listed."""
        ...

    def examine(
        self,
        configuration: Configuration,
        environment: Mapping[str, str],
        pinned: str | None,
        clock: Callable[[], datetime],
    ) -> list[Check]:
        """What `doctor` tries, changing nothing."""
        ...

    def try_a_write(self, configuration: Configuration, environment: Mapping[str, str]) -> list[Check]:
        """What `doctor --write` tries beside, where only a write tells."""
        ...

    def examine_privacy(self, configuration: Configuration, environment: Mapping[str, str]) -> list[Check]:
        """What `doctor --privacy` asks: who can read whose pay."""
        ...

    def connector(
        self,
        configuration: Configuration,
        environment: Mapping[str, str],
        sleep: Callable[[float], None] = time.sleep,
    ) -> Callable[[], Crm]:
        """Makes a fresh source and target for each run."""
        ...

    def at_address(self, settings: Settings, address: str) -> Settings:
        """The same settings, talking to a sandbox."""
        ...


def jobs_of(settings: Settings) -> CrmJobs:
    """The jobs of the CRM that the settings name."""
    return cast("CrmJobs", import_module(f"jobs.{settings.crm}"))
