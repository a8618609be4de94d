"""What heals by itself: missing values, records that vanish, fields that somebody changed, refusals that are mended."""

from __future__ import annotations

import pytest

from store import ledger, results, runs, writeback
from tests.jobs.conftest import Company
from tests.jobs.test_cycle import credited_deal, expected_payouts, lines_total, posted_payouts


@pytest.mark.synced
def test_a_deal_that_becomes_unclear_is_held_and_nothing_is_taken_back(company: Company) -> None:
    """What was shown stays, the issue names the deal; with the type back, nothing has changed."""
    deal, before = credited_deal(company), company.crm(credited_deal(company))
    shown = lines_total(company, deal)
    company.org.update("Opportunity", deal, {"Type": "Something new"})

    held = company.cycle()

    assert lines_total(company, deal) == shown != 0
    assert deal not in set(held.computed.postings["deal_id"])
    assert company.crm(deal)["Commission_Status__c"] == "held"
    with company.store().read() as conn:
        assert results.held_among(conn, [deal]) == {deal}
        assert f"deal {deal}" in {found.issue.subject for found in runs.open_issues(conn)}
    company.nothing_more()

    company.org.update("Opportunity", deal, {"Type": before["Type"]})
    company.cycle()
    assert posted_payouts(company) == expected_payouts(company)
    assert company.crm(deal)["Commission_Status__c"] == "credited"


@pytest.mark.synced
def test_a_record_purged_without_a_trace_is_found_by_the_daily_reconciliation(company: Company) -> None:
    """Hard deletes leave no stamp; the comparison of ids finds them within a day."""
    deal = credited_deal(company)
    company.org.purge("Opportunity", deal)

    company.cycle()
    assert lines_total(company, deal) != 0

    company.clock.forward(days=1)
    company.cycle()
    assert lines_total(company, deal) == 0
    company.nothing_more()


@pytest.mark.synced
def test_a_mass_loss_deletes_nothing(company: Company) -> None:
    """Records that seem to vanish by the hundred are a lost permission, not deletions: nothing is taken back."""
    with company.store().read() as conn:
        before = ledger.ledger_hash(conn)
    for record in company.org.rows("Opportunity")[:80]:
        company.org.purge("Opportunity", record["Id"])

    company.clock.forward(days=1)
    company.cycle()

    with company.store().read() as conn:
        assert ledger.ledger_hash(conn) == before


@pytest.mark.synced
def test_a_field_changed_by_hand_is_written_again_within_a_day(company: Company) -> None:
    """Somebody overwrites our status; the next daily look restores it, once."""
    deal = credited_deal(company)
    company.clock.forward(minutes=5)
    company.org.update("Opportunity", deal, {"Commission_Status__c": "paid twice, please"})

    company.cycle()
    company.clock.forward(days=1)
    cycle = company.cycle()

    assert company.crm(deal)["Commission_Status__c"] == "credited"
    assert cycle.sent == {"written": 1}
    company.nothing_more()


@pytest.mark.parametrize("change", ["record", "day", "asked"])
def test_a_parked_write_is_tried_again_when_the_record_changes_or_a_day_has_passed(
    company: Company, change: str
) -> None:
    """The rule that refused it is gone: the write goes through without a person pressing a button, or when one does."""
    refused = next(iter(company.world.answer_key["deals"]))
    standing = [True]
    company.org.validation_rule("Opportunity", lambda row: standing[0] and row["Id"] == refused, "Ask Finance first.")
    company.cycle()
    standing[0] = False

    company.cycle()
    with company.store().read() as conn:
        assert len(list(writeback.parked(conn))) == 1
    if change == "record":
        company.org.update("Opportunity", refused, {"Name": "Renamed"})
    elif change == "day":
        company.clock.forward(days=1)
    company.cycle(retry=change == "asked")

    with company.store().read() as conn:
        assert list(writeback.parked(conn)) == []
    assert company.crm(refused)["Commission_Status__c"] == "credited"
