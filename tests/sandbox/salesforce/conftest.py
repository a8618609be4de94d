"""An org with a few records, served over HTTP, and a simple-salesforce client that talks to it."""

from urllib.parse import urlsplit

import pytest
import requests
from requests.adapters import HTTPAdapter
from simple_salesforce import Salesforce

from sandbox.salesforce.server import running
from sandbox.salesforce.state import Org
from tests.clock import FakeClock

REP, MANAGER, LEAVER = "005000000000Rep", "005000000000Mgr", "005000000000Old"
ACME, GLOBEX = "001000000000Acm", "001000000000Glo"
DEAL, OPEN_DEAL, SPLIT_DEAL = "006000000000Won", "006000000000Opn", "006000000000Spl"


DOCUMENT = {
    "organization": {"Name": "Example", "TimeZoneSidKey": "America/New_York", "FiscalYearStartMonth": 2},
    "custom_fields": {"Opportunity": [{"name": "Term_Months__c", "type": "double", "precision": 4, "scale": 0}]},
    "user_roles": [
        {"Id": "00E0000000000AE", "Name": "AE", "ParentRoleId": "00E00000000Boss"},
        {"Id": "00E00000000Boss", "Name": "Boss"},
    ],
    "users": [
        {
            "Id": REP,
            "Name": "Rita Rep",
            "Username": "rita@example.test",
            "ManagerId": MANAGER,
            "UserRoleId": "00E0000000000AE",
        },
        {"Id": MANAGER, "Name": "Mia Manager", "Username": "mia@example.test", "UserRoleId": "00E00000000Boss"},
        {"Id": LEAVER, "Name": "Lee Leaver", "Username": "lee@example.test", "IsActive": False},
    ],
    "accounts": [
        {"Id": ACME, "Name": "Acme", "Industry": "Energy", "AnnualRevenue": "1100040000", "BillingCity": "Oslo"},
        {"Id": GLOBEX, "Name": "Globex", "ParentId": ACME},
    ],
    "products": [{"Id": "01t000000000Gtx", "Name": "GTX Basic", "Family": "GTX", "ListPrice": "550"}],
    "contracts": [
        {
            "Id": "800000000000Con",
            "AccountId": ACME,
            "StartDate": "2026-01-31",
            "ContractTerm": 12,
            "Status": "Activated",
        }
    ],
    "opportunities": [
        {
            "Id": DEAL,
            "SourceKey": "A1",
            "Name": "Acme - GTX",
            "AccountId": ACME,
            "OwnerId": REP,
            "StageName": "Closed Won",
            "IsClosed": True,
            "IsWon": True,
            "Amount": "1054",
            "CloseDate": "2026-03-01",
            "CreatedDate": "2026-01-20T00:00:00.000+0000",
            "Term_Months__c": "12",
            "Lines": [{"Product2Id": "01t000000000Gtx", "Quantity": 2, "TotalPrice": "1054"}],
        },
        {
            "Id": OPEN_DEAL,
            "Name": "Globex – Ünï",
            "AccountId": GLOBEX,
            "OwnerId": MANAGER,
            "StageName": "Prospecting",
            "Amount": "1234567890123.45",
            "CloseDate": "2026-12-24",
        },
        {
            "Id": SPLIT_DEAL,
            "Name": "Shared",
            "AccountId": None,
            "OwnerId": REP,
            "StageName": "Verbal Yes",
            "IsClosed": False,
            "IsWon": False,
            "Amount": "99.99",
            "CloseDate": "2026-11-30",
            "Splits": [
                {"SplitOwnerId": REP, "SplitPercentage": "66.67"},
                {"SplitOwnerId": MANAGER, "SplitPercentage": "33.33"},
            ],
            "Team": [{"UserId": MANAGER, "TeamMemberRole": "Overlay"}],
        },
    ],
}


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def org(clock):
    org = Org(clock)
    org.load(DOCUMENT)
    return org


@pytest.fixture
def base(org):
    with running(org) as address:
        yield address


class ToSandbox(HTTPAdapter):
    """Sends what simple-salesforce addresses to https://HOST to the stand-in."""

    def __init__(self, base):
        self.base = base
        super().__init__()

    def send(self, request, **options):
        address = urlsplit(request.url)
        request.url = self.base + address.path + (f"?{address.query}" if address.query else "")
        options["timeout"] = 20
        return super().send(request, **options)


@pytest.fixture
def session(base):
    with requests.Session() as session:
        session.trust_env = False
        session.mount("https://", ToSandbox(base))
        yield session


@pytest.fixture
def sf(session):
    return Salesforce(
        consumer_key="sandbox-key",
        consumer_secret="sandbox-secret",
        domain="example.my",
        session=session,
        version="66.0",
    )


@pytest.fixture
def http(base):
    """A bare session with a token, for what simple-salesforce cannot say."""
    with requests.Session() as session:
        session.trust_env = False
        answer = session.post(
            f"{base}/services/oauth2/token",
            data={"grant_type": "client_credentials"},
            auth=("sandbox-key", "sandbox-secret"),
        )
        session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        yield session


@pytest.fixture
def data(base):
    """The address below which the version's resources lie."""
    return f"{base}/services/data/v66.0"
