"""A portal with a few records, served over HTTP, and clients that talk to it."""

import pytest
import requests

from sandbox.hubspot.server import running
from sandbox.hubspot.state import Portal
from tests.clock import FakeClock

REP, MANAGER, LEAVER = "005000000000Rep", "005000000000Mgr", "005000000000Old"
ACME, GLOBEX = "001000000000Acm", "001000000000Glo"
DEAL, OPEN_DEAL, SPLIT_DEAL = "006000000000Won", "006000000000Opn", "006000000000Spl"
DOCUMENT = {
    "organization": {"TimeZoneSidKey": "America/New_York", "DefaultCurrencyIsoCode": "USD"},
    "currencies": [
        {"IsoCode": "USD", "ConversionRate": "1", "IsCorporate": True},
        {"IsoCode": "EUR", "ConversionRate": "0.8"},
    ],
    "dated_rates": [
        {"IsoCode": "EUR", "StartDate": "2026-01-01", "ConversionRate": "0.9"},
        {"IsoCode": "EUR", "StartDate": "2026-11-01", "ConversionRate": "0.8"},
    ],
    "custom_fields": {
        "Opportunity": [
            {"name": "Term_Months__c", "type": "double"},
            {"name": "Start_Date__c", "type": "date"},
            {"name": "Prior_Opportunity__c", "type": "reference", "reference_to": "Opportunity"},
        ],
        "Account": [{"name": "Segment__c", "type": "picklist", "values": ["SMB", "Enterprise"]}],
    },
    "users": [
        {"Id": REP, "Name": "Rita Rep", "Email": "rita@example.test", "ManagerId": MANAGER, "Department": "West"},
        {"Id": MANAGER, "Name": "Mia Manager", "Email": "mia@example.test", "Title": "Boss", "Department": "West"},
        {"Id": LEAVER, "Name": "Lee Leaver", "Email": "lee@example.test", "IsActive": False, "Department": "West"},
    ],
    "accounts": [
        {"Id": ACME, "Name": "Acme", "Industry": "Real Estate", "AnnualRevenue": "1100040000", "Segment__c": "SMB"},
        {"Id": GLOBEX, "Name": "Globex", "ParentId": ACME},
        {"Id": "001000000000Dup", "Name": "Acme again", "IsDeleted": True, "MasterRecordId": ACME},
    ],
    "products": [{"Id": "01t000000000Gtx", "Name": "GTX Basic", "Family": "GTX", "ListPrice": "550"}],
    "contracts": [
        {"Id": "800000000000Con", "AccountId": ACME, "StartDate": "2026-01-31", "ContractTerm": 12, "Status": "Active"}
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
            "Amount": "1054.10",
            "CurrencyIsoCode": "EUR",
            "CloseDate": "2026-03-01",
            "CreatedDate": "2026-01-20T00:00:00.000+0000",
            "SystemModstamp": "2026-03-01T12:00:00.000+0000",
            "Type": "New Business",
            "Term_Months__c": "12",
            "Lines": [{"Product2Id": "01t000000000Gtx", "Quantity": 3, "TotalPrice": "1054.10"}],
        },
        {
            "Id": OPEN_DEAL,
            "Name": "Globex – Ünï",
            "AccountId": GLOBEX,
            "OwnerId": MANAGER,
            "StageName": "Prospecting",
            "IsClosed": False,
            "IsWon": False,
            "Amount": "1234567890123.45",
            "CloseDate": "2026-12-24",
            "CreatedDate": "2026-02-01T00:00:00.000+0000",
            "Prior_Opportunity__c": DEAL,
        },
        {
            "Id": SPLIT_DEAL,
            "Name": "Shared",
            "AccountId": None,
            "OwnerId": REP,
            "StageName": "Prospecting",
            "Amount": "99.99",
            "Type": "Renewal",
            "CloseDate": "2026-11-30",
            "CreatedDate": "2026-02-02T00:00:00.000+0000",
            "Splits": [
                {"SplitOwnerId": REP, "SplitPercentage": "66.67"},
                {"SplitOwnerId": MANAGER, "SplitPercentage": "33.33"},
            ],
            "Team": [{"UserId": MANAGER, "TeamMemberRole": "Overlay"}],
        },
    ],
    "quotas": [
        {"UserId": REP, "Name": "new", "StartDate": "2026-11-01", "EndDate": "2026-12-01", "Amount": "50000.00"}
    ],
}


class Http:
    """A bare client with a token, for what the typed clients cannot say."""

    def __init__(self, base, session):
        self.base, self.session = base, session

    def get(self, path, **params):
        return self.session.get(self.base + path, params=params, timeout=20)

    def post(self, path, body=None, **params):
        return self.session.post(self.base + path, json={} if body is None else body, params=params, timeout=20)

    def send(self, method, path, **options):
        return self.session.request(method, self.base + path, timeout=20, **options)


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def portal(clock):
    portal = Portal(clock)
    portal.load(DOCUMENT)
    return portal


@pytest.fixture
def base(portal):
    with running(portal) as address:
        yield address


@pytest.fixture
def http(base):
    with requests.Session() as session:
        session.trust_env = False
        session.headers["Authorization"] = "Bearer sandbox-token"
        yield Http(base, session)


@pytest.fixture
def of(portal):
    """The portal's number for an id of the document."""
    return portal.ids.__getitem__
