"""A portal with a few records behind the real connector, over HTTP. Its clock and our sleeps belong to the test."""

from fractions import Fraction
from pathlib import Path

import pytest
from pydantic import SecretStr

from connectors.hubspot.budget import ApiBudget
from connectors.hubspot.passes import Lag, Seen
from connectors.hubspot.session import Connection, Key
from connectors.hubspot.source import HubspotSource
from connectors.mapping import read_mapping
from sandbox.hubspot.server import running
from sandbox.hubspot.state import Portal
from tests.connectors.conftest import CUSTOM, DOCUMENT, REP

MAPPING_FILE = "config/mapping/hubspot.yaml"
TOKEN = "sandbox-token"
CONTRACT = {
    "Id": "800000000000Con",
    "AccountId": DOCUMENT["accounts"][0]["Id"],
    "StartDate": "2026-04-01",
    "ACV__c": "15000.00",
}
OURS = "Commission_"
"""What setup makes is not there from the beginning."""
FIELDS = {name: [each for each in fields if not each["name"].startswith(OURS)] for name, fields in CUSTOM.items()}
HUBSPOT_DOCUMENT = {
    **DOCUMENT,
    "custom_fields": {**FIELDS, "Contract": [{"name": "ACV__c", "type": "currency", "precision": 18, "scale": 2}]},
    "contracts": [CONTRACT],
}


@pytest.fixture
def portal(clock):
    portal = Portal(clock, search_lag_s=(5, 20))
    portal.load(HUBSPOT_DOCUMENT)
    clock.advance(hours=1)
    return portal


@pytest.fixture
def sleeper(sleeper, clock):
    """Sleeps that move the portal's clock, too: its limits are of time."""
    nap = sleeper.__class__.__call__

    class Both(sleeper.__class__):
        def __call__(self, seconds):
            nap(self, seconds)
            clock.advance(seconds=seconds)

    return Both()


@pytest.fixture
def new_deal(portal, deal):
    """Makes another deal in the same stage."""
    stage = {name: portal.get("deals", deal)[name] for name in ("pipeline", "dealstage")}
    return lambda name: portal.create("deals", {"dealname": name, **stage})


@pytest.fixture
def url(portal):
    with running(portal) as url:
        yield url


@pytest.fixture
def mapping():
    path = Path(__file__).parents[3] / MAPPING_FILE
    return read_mapping(path.read_text(encoding="utf-8"), MAPPING_FILE).rows


def connect(url, sleeper, *, credentials=None, share=Fraction(1), **options):
    """A connection to the stand-in portal."""
    budget = ApiBudget(share, monotonic=sleeper.monotonic)
    times = {"sleep": sleeper, "monotonic": sleeper.monotonic}
    key = credentials or Key(SecretStr(TOKEN))
    return Connection(key, budget=budget, base_url=url, **times, **options)


@pytest.fixture
def connection(url, sleeper):
    return connect(url, sleeper)


@pytest.fixture
def seen():
    """What the process remembers from one run to the next."""
    return Seen()


@pytest.fixture
def source_of(connection, mapping, seen):
    """A source for each run, as jobs make them."""
    return lambda wanted=mapping: HubspotSource(connection, wanted, lag=Lag(), seen=seen)


@pytest.fixture
def deal(portal):
    """The portal's id of the deal in the document."""
    return portal.ids[DOCUMENT["opportunities"][0]["Id"]]


@pytest.fixture
def rep(portal):
    """The owner's id of the person in the document."""
    return portal.ids[REP]
