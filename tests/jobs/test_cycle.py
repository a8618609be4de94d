"""The whole path: CRM in, owners, postings and CRM fields out; everything twice."""

from __future__ import annotations

import polars as pl
import pytest

from jobs.backfill import backfill
from store import canonical, ledger, results, runs
from tests.jobs.conftest import Company

MICROS_PER_CENT = 10_000


def expected_payouts(company: Company) -> dict[tuple[str, str, str], int]:
    """The answer key's cents by payee, component and month; a component that nets to nothing says nothing."""
    rows = company.world.answer_key["payouts"]
    return {(r["payee"], r["component"], r["month"]): r["total_cents"] for r in rows if r["total_cents"]}


def posted_payouts(company: Company) -> dict[tuple[str, str, str], int]:
    """The ledger's cents by payee, component and month."""
    with company.store().read() as conn:
        posted = ledger.posted(conn, None)
        people = dict(canonical.whole(conn, "people").select("person_id", "email").iter_rows())
    sums = posted.group_by("payee_id", "component", "period").agg(pl.col("amount_micros").sum())
    return {
        (people[payee], component, period): amount // MICROS_PER_CENT
        for payee, component, period, amount in sums.iter_rows()
        if amount
    }


def credited_deal(company: Company) -> str:
    """A new-business deal that somebody earns on."""
    with company.store().read() as conn:
        lines = results.lines_of(conn, None, None)
    found = lines.filter((pl.col("component") == "base") & (pl.col("kind") == "commission")).sort("source_id")
    return str(found["deal_id"][0])


def lines_total(company: Company, deal: str | None = None) -> int:
    """What all lines (of one deal) come to, in micro-units."""
    with company.store().read() as conn:
        return int(results.lines_of(conn, None, [deal] if deal else None)["amount_micros"].sum())


def test_the_answer_key_comes_out_to_the_cent(company: Company) -> None:
    """What the generator knows of every payee, month and component is what the ledger holds."""
    company.cycle()

    assert posted_payouts(company) == expected_payouts(company)


def test_the_same_cycle_again_does_nothing(company: Company) -> None:
    """No posting, no write, no change of the ledger's hash."""
    first = company.cycle()
    with company.store().read() as conn:
        before = ledger.ledger_hash(conn)

    company.nothing_more()

    assert first.computed.postings.height > 0
    assert first.sent["written"] > 0
    with company.store().read() as conn:
        assert ledger.ledger_hash(conn) == before


def test_backfill_and_cycle_come_to_the_same(company: Company) -> None:
    """Bulk and REST read the same records: after a backfill a cycle has nothing to do."""
    backfill(company.wiring(), (), None, None)

    assert posted_payouts(company) == expected_payouts(company)
    company.nothing_more()


@pytest.mark.synced
def test_a_changed_deal_is_adjusted_in_ledger_and_crm(company: Company) -> None:
    """Doubling a deal's value posts the difference and nothing else, and the CRM shows it."""
    deal = credited_deal(company)
    before, on_deal = lines_total(company), lines_total(company, deal)
    record = company.crm(deal)
    company.org.update("Opportunity", deal, {"ACV__c": record["ACV__c"] * 2, "Amount": record["Amount"] * 2})

    cycle = company.cycle()

    assert lines_total(company) - before == cycle.computed.postings["delta_micros"].sum()
    assert lines_total(company, deal) > on_deal
    assert not cycle.computed.full
    assert cycle.sent["written"] >= 1
    company.nothing_more()


@pytest.mark.synced
def test_a_deleted_deal_is_withdrawn(company: Company) -> None:
    """A deal deleted in the CRM takes its postings back."""
    deal = credited_deal(company)
    company.org.delete("Opportunity", deal)

    cycle = company.cycle()

    withdrawn = cycle.computed.postings.filter(pl.col("deal_id") == deal)
    assert set(withdrawn["reason"]) == {"withdrawn"}
    assert lines_total(company, deal) == 0
    company.nothing_more()


@pytest.mark.synced
def test_declared_dirt_is_held_and_named(company: Company) -> None:
    """Every dirty record that must be noticed has an open issue that names it; the rest was computed."""
    with company.store().read() as conn:
        subjects = " ".join(found.issue.subject for found in runs.open_issues(conn))
    dirt = [one for one in company.world.answer_key["dirt"] if one["effect"] in {"holds", "warns"}]
    assert [one for one in dirt if one["record"] not in subjects] == []
