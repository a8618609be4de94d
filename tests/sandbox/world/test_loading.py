"""The stand-in CRM takes the world as it is."""

from datetime import UTC, datetime

from sandbox.salesforce.state import Org
from tests.sandbox.world.reading import world


def test_sandbox_loads_every_record():
    document = world().document
    org = Org(lambda: datetime(2026, 11, 22, tzinfo=UTC))
    org.load(document)

    assert len(org.rows("Opportunity")) == len(document["opportunities"])
    assert len(org.rows("Contract")) == len(document["contracts"])
    assert len(org.rows("DatedConversionRate")) == len(document["dated_rates"])
    assert len(org.rows("OpportunitySplit")) == sum(len(deal["Splits"]) for deal in document["opportunities"])
