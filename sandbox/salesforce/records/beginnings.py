"""What every org has before anything is loaded: organization, integration user, stages, price book, split type."""

from typing import TYPE_CHECKING

from sandbox.salesforce.records.values import stored
from sandbox.salesforce.schema import Row

if TYPE_CHECKING:
    from sandbox.salesforce.state import Org

INTEGRATION_USERNAME = "integration@sandbox.test"
# Label, closed, won, forecast category, probability: the stages that Salesforce ships.
STAGES = (
    ("Prospecting", False, False, "Pipeline", "10"),
    ("Qualification", False, False, "Pipeline", "10"),
    ("Needs Analysis", False, False, "Pipeline", "20"),
    ("Value Proposition", False, False, "Pipeline", "50"),
    ("Id. Decision Makers", False, False, "Pipeline", "60"),
    ("Perception Analysis", False, False, "Pipeline", "70"),
    ("Proposal/Price Quote", False, False, "Pipeline", "75"),
    ("Negotiation/Review", False, False, "Pipeline", "90"),
    ("Closed Won", True, True, "Closed", "100"),
    ("Closed Lost", True, False, "Omitted", "0"),
)


def furnish(org: "Org") -> None:
    """Put the first records into a new org."""
    _put(org, "Organization", ORGANIZATION)
    profile = _put(org, "Profile", {"Name": "Minimum Access - API Only Integrations", "UserType": "Standard"})
    user: Row = {
        "Username": INTEGRATION_USERNAME,
        "Name": "Integration User",
        "LastName": "Integration User",
        "Alias": "integ",
        "Email": INTEGRATION_USERNAME,
        "IsActive": True,
        "ProfileId": profile,
        "UserType": "Standard",
        "TimeZoneSidKey": "America/Los_Angeles",
    }
    org.integration_user = _put(org, "User", user)
    for label, closed, won, category, probability in STAGES:
        add_stage(org, label, closed=closed, won=won, category=category, probability=probability)
    _put(org, "Pricebook2", {"Name": "Standard Price Book", "IsActive": True, "IsStandard": True})
    split_type = {
        "MasterLabel": "Revenue",
        "DeveloperName": "Revenue",
        "SplitEntity": "Opportunity",
        "SplitField": "Amount",
    }
    _put(org, "OpportunitySplitType", {**split_type, "IsTotalValidated": True, "IsActive": True})


ORGANIZATION: Row = {
    "Name": "Sandbox Company",
    "TimeZoneSidKey": "America/Los_Angeles",
    "FiscalYearStartMonth": 1,
    "UsesStartDateAsFiscalYearName": False,
    "IsSandbox": True,
    "OrganizationType": "Enterprise Edition",
    "InstanceName": "SBX1",
}


def add_stage(org: "Org", label: str, *, closed: bool, won: bool, category: str, probability: str) -> None:
    """Add one stage of opportunities."""
    table = org.tables["OpportunityStage"]
    stage: Row = {
        "MasterLabel": label,
        "ApiName": label,
        "IsActive": True,
        "IsClosed": closed,
        "IsWon": won,
        "ForecastCategory": category,
        "ForecastCategoryName": category,
        "DefaultProbability": stored(table.sobject.fields["DefaultProbability"], probability),
        "SortOrder": len(table.rows) + 1,
    }
    _put(org, "OpportunityStage", stage)


def _put(org: "Org", sobject: str, values: Row) -> str:
    row = org.born(sobject, values)
    org.tables.load(sobject, [row])
    return str(row["Id"])
