"""A connection to Salesforce from settings, mapping and secrets."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from connectors.check import Check
from connectors.salesforce.budget import ApiBudget
from connectors.salesforce.pay_records import PAY_RECORDS
from connectors.salesforce.privacy import examine_sharing
from connectors.salesforce.probe import probe
from connectors.salesforce.removal import apply_removal, plan_removal
from connectors.salesforce.session import ClientCredentials, Connection, Credentials, JwtBearer
from connectors.salesforce.setup import apply_setup, plan_setup
from connectors.salesforce.source import SalesforceSource
from connectors.salesforce.splits import SalesforceSplits
from connectors.salesforce.target import SalesforceTarget
from connectors.salesforce.team import SalesforceTeam
from connectors.transport import LOOPBACK
from jobs.configuration import Configuration
from jobs.cycle import Crm
from jobs.named_payees import named_payees
from jobs.settings import Salesforce, Settings, SettingsProblem, needed_secret

SANDBOX_HOST = "sandbox.my.salesforce.com"
"""Stands for the bundled sandbox, whose real address is the base URL."""


def prepare(
    configuration: Configuration,
    environment: Mapping[str, str],
    *,
    apply: bool,
    sleep: Callable[[float], None] = time.sleep,
) -> tuple[str, ...]:
    """The steps that make the org ready: done, or only listed after the org itself has validated them."""
    settings = org_of(configuration.settings)
    connection = open_connection(settings, environment, sleep)
    plan = plan_setup(
        connection,
        configuration.mapping,
        records=configuration.settings.records,
        payees=named_payees(configuration.people),
        username=settings.username,
    )
    return () if plan.empty else apply_setup(connection, plan, check_only=not apply)


def dismantle(
    configuration: Configuration, environment: Mapping[str, str], *, apply: bool, with_records: bool
) -> tuple[str, ...]:
    """The steps that take away what `prepare` made: done, or only listed after the org itself has validated them."""
    connection = open_connection(org_of(configuration.settings), environment)
    plan = plan_removal(connection, configuration.mapping)
    return () if plan.empty else apply_removal(connection, plan, with_records=with_records, check_only=not apply)


def examine(
    configuration: Configuration, environment: Mapping[str, str], pinned: str | None, clock: Callable[[], datetime]
) -> list[Check]:
    """What `doctor` tries, changing nothing."""
    connection = open_connection(org_of(configuration.settings), environment)
    records = configuration.settings.records
    return probe(connection, configuration.mapping, pinned=pinned, now=clock, records=records)


def try_a_write(_configuration: Configuration, _environment: Mapping[str, str]) -> list[Check]:
    """Nothing: the org itself says what may be written, and validates `setup` without keeping anything."""
    return []


def examine_privacy(configuration: Configuration, environment: Mapping[str, str]) -> list[Check]:
    """What `doctor --privacy` asks: who can read whose pay. Reads only."""
    mapping = configuration.mapping
    amount = f"{mapping.deal_object}.{mapping.write['amount']}" if "amount" in mapping.write else None
    return examine_sharing(open_connection(org_of(configuration.settings), environment), amount)


def connector(
    configuration: Configuration, environment: Mapping[str, str], sleep: Callable[[float], None] = time.sleep
) -> Callable[[], Crm]:
    """Makes a fresh source and target for each run, on one session with one API budget; nothing is sent before."""
    settings = org_of(configuration.settings)
    connection = open_connection(settings, environment, sleep)
    overlap = timedelta(minutes=settings.overlap_minutes)
    allowed = {configuration.mapping.deal_object: configuration.mapping.writable, **PAY_RECORDS.allowed}

    def connect() -> Crm:
        source = SalesforceSource(connection, configuration.mapping, overlap=overlap)
        target = SalesforceTarget(connection, allowed, PAY_RECORDS.keys)
        team = SalesforceTeam(connection, target)
        shared = configuration.mapping.ownership.splits
        splits = SalesforceSplits(connection, team, shared.type, shared.role) if shared else None
        return Crm(source, target, team, splits)

    return connect


def org_of(settings: Settings) -> Salesforce:
    """How to reach the org; settings that name Salesforce have it."""
    if settings.salesforce is None:
        raise SettingsProblem("tallystick.yaml has no salesforce: section.")
    return settings.salesforce


def at_address(settings: Settings, address: str) -> Settings:
    """The same settings, talking to a sandbox."""
    org = org_of(settings).model_copy(update={"my_domain": address})
    return settings.model_copy(update={"salesforce": org})


def open_connection(
    settings: Salesforce, environment: Mapping[str, str], sleep: Callable[[float], None] = time.sleep
) -> Connection:
    """The session, with the API budget of the settings."""
    local = urlsplit(settings.my_domain).hostname in LOOPBACK
    host = SANDBOX_HOST if local else settings.my_domain
    credentials = _credentials(settings, host, environment)
    base_url = settings.my_domain if local else None
    return Connection(credentials, budget=ApiBudget(settings.api_share), base_url=base_url, sleep=sleep)


def _credentials(settings: Salesforce, host: str, environment: Mapping[str, str]) -> Credentials:
    key = needed_secret("SF_CONSUMER_KEY", environment)
    if settings.login == "client_credentials":
        return ClientCredentials(host, key.get_secret_value(), needed_secret("SF_CONSUMER_SECRET", environment))
    if settings.username is None:
        raise SettingsProblem("login: jwt needs username: in tallystick.yaml, the integration user's.")
    audience = "test" if ".sandbox." in host else "login"
    return JwtBearer(
        host, key.get_secret_value(), settings.username, needed_secret("SF_PRIVATE_KEY", environment), audience
    )
