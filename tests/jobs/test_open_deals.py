"""Open deals on the real path: they show whose they will be where the mapping asks for it, and never any money."""

from __future__ import annotations

from store import results
from tests.jobs.conftest import Company


def test_open_deals_show_their_owners_until_they_are_lost(company: Company) -> None:
    company.edit("mapping/salesforce.yaml", lambda text: f"{text}\nopen_deals: true\n")
    company.cycle()
    open_ = [row["Id"] for row in company.org.rows("Opportunity") if not row["IsClosed"]]
    shown = {deal: company.crm(deal) for deal in open_}

    expected = [deal for deal, row in shown.items() if row["Commission_Status__c"] == "expected"]
    assert len(expected) > len(open_) / 2
    assert {row["Commission_Status__c"] for row in shown.values()} <= {"expected", "held"}
    assert all(shown[deal]["Value_Owner__c"] and shown[deal]["Commission_Motion__c"] for deal in expected)
    with company.store().read() as conn:
        assert results.credits_of(conn, None, open_).is_empty()
        assert results.lines_of(conn, None, open_).is_empty()
    company.nothing_more()

    company.org.update("Opportunity", expected[0], {"StageName": "Closed Lost"})
    company.cycle()
    assert company.crm(expected[0])["Commission_Status__c"] == "cleared"
    company.nothing_more()
