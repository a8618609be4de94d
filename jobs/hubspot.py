"""A connection to HubSpot from settings, mapping and secrets."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from connectors.check import Check
from connectors.hubspot.budget import ApiBudget
from connectors.hubspot.notes import HubspotNotes
from connectors.hubspot.passes import Lag, Seen
from connectors.hubspot.pay_records import PAY_RECORDS
from connectors.hubspot.privacy import examine_ownership
from connectors.hubspot.probe import probe
from connectors.hubspot.removal import apply_removal, plan_removal
from connectors.hubspot.session import Connection, Credentials, Key, OAuthRefresh
from connectors.hubspot.setup import apply_setup, plan_setup
from connectors.hubspot.setup_records import apply_objects, plan_objects, steps_of
from connectors.hubspot.source import HubspotSource
from connectors.hubspot.splits import HubspotSplits
from connectors.hubspot.target import HubspotTarget
from connectors.hubspot.team import HubspotTeam
from connectors.hubspot.unknowns.writes import write_unknowns
from jobs.configuration import Configuration
from jobs.cycle import Crm
from jobs.settings import Hubspot, Settings, SettingsProblem, needed_secret


def prepare(
    configuration: Configuration,
    environment: Mapping[str, str],
    *,
    apply: bool,
    sleep: Callable[[float], None] = time.sleep,
) -> tuple[str, ...]:
    """The steps that make the portal ready: done, or only listed."""
    connection = open_connection(configuration.settings.hubspot, environment, sleep)
    plan = plan_setup(connection, configuration.mapping)
    objects = plan_objects(connection) if configuration.settings.records else ()
    if apply:
        apply_setup(connection, plan)
        if objects:
            apply_objects(connection)
    return (*plan.steps(), *steps_of(objects))


def dismantle(
    configuration: Configuration, environment: Mapping[str, str], *, apply: bool, with_records: bool
) -> tuple[str, ...]:
    """The steps that take away what `prepare` made: done, or only listed."""
    connection = open_connection(configuration.settings.hubspot, environment)
    plan = plan_removal(connection, configuration.mapping)
    return apply_removal(connection, plan, with_records=with_records) if apply else plan.steps()


def examine(
    configuration: Configuration, environment: Mapping[str, str], pinned: str | None, clock: Callable[[], datetime]
) -> list[Check]:
    """What `doctor` tries, changing nothing."""
    connection = open_connection(configuration.settings.hubspot, environment)
    records = configuration.settings.records
    return probe(connection, configuration.mapping, pinned=pinned, now=clock, records=records)


def try_a_write(configuration: Configuration, environment: Mapping[str, str]) -> list[Check]:
    """What `doctor --write` tries beside: one property, written on a deal and removed again."""
    settings = configuration.settings.hubspot
    lag = timedelta(seconds=settings.index_lag_seconds)
    return write_unknowns(open_connection(settings, environment), configuration.mapping.deal_object, lag)


def examine_privacy(configuration: Configuration, environment: Mapping[str, str]) -> list[Check]:
    """What `doctor --privacy` asks: what HubSpot's permissions go by. Reads only; the rest is an administrator's."""
    connection = open_connection(configuration.settings.hubspot, environment)
    return examine_ownership(connection, configuration.mapping.write.get("amount"))


def connector(
    configuration: Configuration, environment: Mapping[str, str], sleep: Callable[[float], None] = time.sleep
) -> Callable[[], Crm]:
    """Makes a fresh source and target for each run, on one session with one API budget; nothing is sent before."""
    settings = configuration.settings.hubspot
    connection = open_connection(settings, environment, sleep)
    allowed = {configuration.mapping.deal_object: configuration.mapping.writable, **PAY_RECORDS.allowed}
    seen = Seen()

    def connect() -> Crm:
        source = HubspotSource(connection, configuration.mapping, lag=lag_of(settings), seen=seen)
        notes = HubspotNotes(connection, source.server_time) if configuration.mapping.note else None
        target = HubspotTarget(connection, allowed, PAY_RECORDS.keys, notes)
        team = HubspotTeam(connection, configuration.mapping.deal_object)
        return Crm(source, target, team, HubspotSplits(connection))

    return connect


def lag_of(settings: Hubspot) -> Lag:
    """How far behind the search index is taken to be."""
    return Lag(
        live=timedelta(seconds=settings.index_lag_seconds),
        settled=timedelta(minutes=settings.settled_minutes),
        overlap=timedelta(minutes=settings.overlap_minutes),
    )


def at_address(settings: Settings, address: str) -> Settings:
    """The same settings, talking to a sandbox."""
    return settings.model_copy(update={"hubspot": settings.hubspot.model_copy(update={"base_url": address})})


def open_connection(
    settings: Hubspot, environment: Mapping[str, str], sleep: Callable[[float], None] = time.sleep
) -> Connection:
    """The session, with the API budget of the settings."""
    return Connection(
        _credentials(settings, environment),
        budget=ApiBudget(settings.api_share),
        base_url=settings.base_url,
        version=settings.api_version,
        sleep=sleep,
    )


def _credentials(settings: Hubspot, environment: Mapping[str, str]) -> Credentials:
    if settings.login == "key":
        return Key(needed_secret("HUBSPOT_TOKEN", environment))
    if settings.client_id is None:
        raise SettingsProblem("login: oauth needs client_id: in tallystick.yaml, the app's.")
    secret = needed_secret("HUBSPOT_CLIENT_SECRET", environment)
    return OAuthRefresh(settings.client_id, secret, needed_secret("HUBSPOT_REFRESH_TOKEN", environment))
