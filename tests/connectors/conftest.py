"""An org with a few records behind the real connector, over HTTP. Its clock and our sleeps belong to the test."""

from fractions import Fraction
from pathlib import Path

import pytest
import responses
from pydantic import SecretStr

from connectors.mapping import read_mapping
from connectors.salesforce.budget import ApiBudget
from connectors.salesforce.session import ClientCredentials, Connection
from connectors.salesforce.source import SalesforceSource
from sandbox.salesforce.server import running
from sandbox.salesforce.state import Org
from tests.clock import FakeClock

KEY, SECRET = "sandbox-key", "sandbox-secret"
HOST = "https://acme.my.salesforce.com"
TOKEN = f"{HOST}/services/oauth2/token"
LIMITS = f"{HOST}/services/data/v66.0/limits"
CANARY = "canary"
GIVEN = {"access_token": f"{CANARY}-token", "instance_url": HOST}
MAPPING_FILE = "config/mapping/salesforce.yaml"
REP, ACME, DEAL = "005000000000Rep", "001000000000Acm", "006000000000Won"
CUSTOM = {
    "Opportunity": [
        {"name": "Term_Months__c", "type": "double", "precision": 4, "scale": 0},
        {"name": "ACV__c", "type": "currency", "precision": 18, "scale": 2},
        {"name": "Start_Date__c", "type": "date"},
        {"name": "Commission_Reason__c", "type": "string", "length": 255},
        {"name": "Commission_Status__c", "type": "string", "length": 40},
        {"name": "Commission_As_Of__c", "type": "datetime"},
        {"name": "Commission_Amount__c", "type": "currency", "precision": 18, "scale": 2},
    ],
    "Account": [{"name": "Segment__c", "type": "string", "length": 40}],
}
DOCUMENT = {
    "organization": {"Name": "Example", "TimeZoneSidKey": "America/New_York", "FiscalYearStartMonth": 2},
    "custom_fields": CUSTOM,
    "users": [{"Id": REP, "Name": "Rita Rep", "Username": "rita@example.test", "Email": "rita@example.test"}],
    "accounts": [{"Id": ACME, "Name": "Acme", "AnnualRevenue": "1100040000", "Segment__c": "SMB"}],
    "products": [{"Id": "01t000000000Gtx", "Name": "GTX Basic", "Family": "GTX"}],
    "opportunities": [
        {
            "Id": DEAL,
            "Name": "Acme — größer, “NA”",
            "AccountId": ACME,
            "OwnerId": REP,
            "StageName": "Closed Won",
            "Amount": "1234567890123.45",
            "ACV__c": "15000.00",
            "CloseDate": "2026-03-31",
            "Type": "New Business",
            "Term_Months__c": "12",
            "Lines": [{"Product2Id": "01t000000000Gtx", "Quantity": "2", "TotalPrice": "1100.00"}],
            "Splits": [{"SplitOwnerId": REP, "SplitPercentage": "100"}],
        }
    ],
}


class Sleeper:
    """Sleeps that take no time and are remembered; they move the monotonic clock."""

    def __init__(self):
        self.slept, self.now = [], 0.0

    def __call__(self, seconds):
        self.slept.append(seconds)
        self.now += seconds

    def monotonic(self):
        return self.now


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def sleeper():
    return Sleeper()


@pytest.fixture
def org(clock):
    org = Org(clock)
    org.load(DOCUMENT)
    clock.advance(hours=1)
    return org


@pytest.fixture
def url(org):
    with running(org) as url:
        yield url


@pytest.fixture
def mapping():
    path = Path(__file__).parents[2] / MAPPING_FILE
    return read_mapping(path.read_text(encoding="utf-8"), MAPPING_FILE).rows


def connect(url, sleeper, *, secret=SECRET, share=Fraction(1), **options):
    """A connection to the stand-in org, which is asked for small pages."""
    credentials = ClientCredentials("acme.my.salesforce.com", KEY, SecretStr(secret))
    budget = ApiBudget(share, monotonic=sleeper.monotonic)
    times = {"sleep": sleeper, "monotonic": sleeper.monotonic}
    connection = Connection(credentials, budget=budget, base_url=url, **times, **options)
    connection._session.headers["Sforce-Query-Options"] = "batchSize=200"
    return connection


@pytest.fixture
def connection(url, sleeper):
    return connect(url, sleeper)


@pytest.fixture
def source(connection, mapping):
    return SalesforceSource(connection, mapping)


def deals(count, start=0):
    """Opportunity records for `Org.load`."""
    return [
        {
            "Id": f"006{start + number:012d}",
            "Name": f"Deal {start + number}",
            "AccountId": ACME,
            "OwnerId": REP,
            "StageName": "Closed Won",
            "Amount": f"{number}.10",
            "CloseDate": "2026-03-31",
        }
        for number in range(count)
    ]


@pytest.fixture(scope="session")
def read_mapping_once():
    """The same mapping for tests that are run many times over."""
    path = Path(__file__).parents[2] / MAPPING_FILE
    return read_mapping(path.read_text(encoding="utf-8"), MAPPING_FILE).rows


# ------------------------------------------------------------------------------- answers that belong to the test


@pytest.fixture
def http():
    with responses.RequestsMock(assert_all_requests_are_fired=False) as http:
        http.post(TOKEN, json=GIVEN)
        yield http


@pytest.fixture
def stubbed(http, sleeper):  # noqa: ARG001  the stand-in answers must be there first
    return connect(None, sleeper)


def logins(http):
    return [call for call in http.calls if call.request.url.endswith("/oauth2/token")]


def limits(connection):
    return connection.get("limits", dict)
