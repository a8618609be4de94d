"""Settings of the worker (`tallystick.yaml` in the config folder).

Secrets never stand in it; they come from the environment. Every secret may also be given as a file (`..._FILE`), which
is how systemd credentials and container secrets arrive.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr

from engine.documents.document import Document
from engine.documents.problems import Problem
from engine.documents.reading import read_document
from engine.documents.values import Share
from engine.model import Found
from engine.money import parse_amount
from jobs.books.policies import Policies
from jobs.guard import Limits

PREFIX = "TALLYSTICK_"
SECRETS = (
    *("SF_CONSUMER_KEY", "SF_CONSUMER_SECRET", "SF_PRIVATE_KEY"),
    *("HUBSPOT_TOKEN", "HUBSPOT_CLIENT_SECRET", "HUBSPOT_REFRESH_TOKEN", "HUBSPOT_WEBHOOK_SECRET"),
)
PLAIN = ("ACTOR", "CONFIG", "CRASH_AT")
"""Names without the prefix. Anything else with the prefix is a misspelling and refused."""


OPEN_TO_OTHERS = stat.S_IWGRP | stat.S_IRWXO
MANAGED = Path("/run")
"""Where systemd and container runtimes put secrets, with modes of their own choice."""


class SettingsProblem(Exception):  # noqa: N818  # shown to a person as it is
    """A setting is missing or wrong; the message says which and what to do."""


class Salesforce(Document):
    """How to reach the org."""

    my_domain: str
    """Such as https://acme.my.salesforce.com; a sandbox on loopback as http://127.0.0.1:8801."""
    login: Literal["client_credentials", "jwt"] = "client_credentials"
    username: str | None = None
    """The integration user, for JWT."""
    api_version: str = Field(default="66.0", pattern=r"^[0-9]{2}\.0$")
    api_share: Share = Fraction(20, 100)
    """Share of the org's daily API calls that the worker may use."""
    overlap_minutes: int = Field(default=15, ge=0, le=1440)
    """How far each pull reaches back behind the last one, for rows that become visible late."""


class Hubspot(Document):
    """How to reach the portal."""

    base_url: str | None = None
    """Only for a sandbox on loopback, such as http://127.0.0.1:8802."""
    login: Literal["key", "oauth"] = "key"
    """A service key (or private app token), or an OAuth app with a refresh token."""
    client_id: str | None = None
    """The OAuth app's."""
    api_version: Literal["2026-09", "2026-03", "legacy"] = "2026-09"
    """Which paths are called. HubSpot supports the legacy ones (v3 and v4) until 2027."""
    api_share: Share = Fraction(20, 100)
    """Share of the account's daily API calls that the worker may use."""
    index_lag_seconds: int = Field(default=60, ge=0, le=3600)
    """How far behind the search index is taken to be when changes are first looked for."""
    settled_minutes: int = Field(default=60, ge=1, le=1440)
    """After how long changes are looked for once more, because the index may have been further behind."""
    overlap_minutes: int = Field(default=5, ge=0, le=1440)


class Webhooks(Document):
    """Where HubSpot's notifications come in, each of them no more than a hint to look sooner."""

    public_url: str = Field(pattern=r"^https://[^\s?#]+$")
    """What HubSpot was told to call. A proxy in front of the worker ends TLS and passes this path on as it is."""
    port: int = Field(default=8803, ge=1, le=65535)
    bind: str = "127.0.0.1"
    """The address on this machine; another one than loopback lets the network in without TLS."""
    apart_seconds: int = Field(default=60, ge=30, le=3600)
    """However many hints come, a cycle begins no sooner than this after the last one has ended."""


class Schedule(Document):
    """When the daemon works."""

    sync_minutes: int = Field(default=15, ge=1, le=1440)
    reconcile_hours: int = Field(default=24, ge=1, le=168)


class Settings(Document):
    """All settings; every one has a default but the CRM's address."""

    crm: Literal["salesforce", "hubspot"]
    database: str = "sqlite:///tallystick.db"
    """Relative paths start at the folder that holds the config folder."""
    salesforce: Salesforce | None = None
    hubspot: Hubspot = Hubspot()
    webhooks: Webhooks | None = None
    """Off unless it is there; needs TALLYSTICK_HUBSPOT_WEBHOOK_SECRET, the app's client secret."""
    schedule: Schedule = Schedule()
    guard: Limits = Limits()
    records: bool = False
    """Whether statements and lines are kept in the CRM as records of their own, each seen by its payee."""
    drift: Policies = Policies()
    write_back: bool = True
    """False computes everything and sends nothing."""

    def problems(self) -> Iterator[Problem]:
        """An org's address has no default, and only HubSpot sends hints."""
        if self.crm == "salesforce" and self.salesforce is None:
            yield Problem(("salesforce",), "missing.", "Add salesforce: {my_domain: https://acme.my.salesforce.com}.")
        if self.crm == "salesforce" and self.webhooks is not None:
            yield Problem(("webhooks",), "are HubSpot's.", "Remove webhooks:, or shorten schedule.sync_minutes.")


def read_settings(text: str, file: str) -> Found[Settings | None]:
    """`tallystick.yaml`, or every problem of it."""
    return read_document(text, file, Settings)


def database_url(settings: Settings, folder: Path) -> str:
    """The database's address; a relative SQLite path starts at the folder that holds the config folder."""
    scheme, _, place = settings.database.partition(":///")
    return f"{scheme}:///{folder.resolve().parent / place}" if scheme == "sqlite" else settings.database


def secret(name: str, environment: Mapping[str, str]) -> SecretStr | None:
    """The secret from `TALLYSTICK_<name>` or from the file that `TALLYSTICK_<name>_FILE` names."""
    value = environment.get(PREFIX + name)
    file = environment.get(f"{PREFIX}{name}_FILE")
    if value is not None and file is not None:
        raise SettingsProblem(f"{PREFIX}{name} and {PREFIX}{name}_FILE are both set; keep one.")
    if file is not None:
        return SecretStr(_private_text(Path(file), f"{PREFIX}{name}_FILE"))
    return SecretStr(value) if value else None


def needed_secret(name: str, environment: Mapping[str, str]) -> SecretStr:
    """The secret, or the problem that it is not there."""
    found = secret(name, environment)
    if found is None:
        raise SettingsProblem(f"Set {PREFIX}{name}, or {PREFIX}{name}_FILE to a file that holds it.")
    return found


def check_environment(environment: Mapping[str, str]) -> None:
    """Refuse variables with our prefix that mean nothing: a misspelt one must not be ignored."""
    known = {PREFIX + name for name in PLAIN} | {PREFIX + name + end for name in SECRETS for end in ("", "_FILE")}
    unknown = sorted(name for name in environment if name.startswith(PREFIX) and name not in known)
    if unknown:
        raise SettingsProblem(f"Unknown environment variable {unknown[0]}; known are {', '.join(sorted(known))}.")


def amount_given(option: str, text: str) -> int:
    """Micro-units of an amount on the command line, `20_000` or `20000.50`."""
    try:
        return parse_amount(text.replace("_", ""))
    except ValueError as problem:
        raise SettingsProblem(f"{option}: {problem}.") from None


def _private_text(file: Path, variable: str) -> str:
    try:
        mode = file.stat().st_mode
        text = file.read_text(encoding="utf-8").strip()
    except OSError as problem:
        raise SettingsProblem(f"{variable} names a file that cannot be read: {problem.strerror}.") from None
    if mode & OPEN_TO_OTHERS and os.name == "posix" and not file.resolve().is_relative_to(MANAGED):
        raise SettingsProblem(f"{variable} names a file that others can read; run chmod 600 on it.")
    return text
