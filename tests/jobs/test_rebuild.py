"""What was computed once is computed again from its kept inputs, as it was believed then."""

from __future__ import annotations

from typing import Any

from jobs.answers import statement
from jobs.configuration import Configuration
from jobs.proof.rebuild import believed, rebuilt
from store import ledger, results
from store.database import Store
from tests.jobs.conftest import Company
from tests.jobs.test_cycle import credited_deal


def test_an_empty_database_is_filled_to_the_same_ledger(company: Company) -> None:
    company.cycle()
    company.edit("plans/ae.yaml", lambda text: text.replace("rate: 8%}", "rate: 8.5%}"))
    company.edit("tallystick.yaml", lambda text: text + "\nguard: {changed_share: 100%}\n")
    company.cycle()
    store = company.store()
    at = believed(store, company.clock())

    with store.read() as conn:
        known = [ledger.ledger_hash(conn, account) for account in (ledger.EARNED, ledger.PAYABLE)]
    with rebuilt(store, at, with_ledgers=False) as again, again.store.read() as conn:
        assert [ledger.ledger_hash(conn, account) for account in (ledger.EARNED, ledger.PAYABLE)] == known
        assert ledger.head(conn)[0] > 0


def test_a_statement_as_it_was_believed_then(company: Company) -> None:
    company.cycle()
    then = company.clock()
    deal = credited_deal(company)
    before = _statement(company, deal)
    record = company.crm(deal)
    company.org.update("Opportunity", deal, {"ACV__c": record["ACV__c"] * 2, "Amount": record["Amount"] * 2})
    company.cycle()
    store = company.store()

    with rebuilt(store, believed(store, then)) as past:
        told = _told(past.store, past.configuration, deal)
    with rebuilt(store, believed(store, company.clock())) as present:
        now = _told(present.store, present.configuration, deal)

    assert told == before
    assert now == _statement(company, deal)
    assert now != before
    assert past.differences.is_empty()
    assert present.differences.is_empty()


def test_what_is_kept_of_a_held_deal_is_rebuilt_by_the_way_it_came(company: Company) -> None:
    """The anchor is the last computation before the deal was held."""
    company.cycle()
    deal = credited_deal(company)
    company.org.update("Opportunity", deal, {"Type": "Something new"})
    company.cycle()
    store = company.store()
    at = believed(store, company.clock())

    with rebuilt(store, at, with_ledgers=False) as again:
        told = _told(again.store, again.configuration, deal)

    assert not at.anchored
    assert told == _statement(company, deal)


def _statement(company: Company, deal: str) -> dict[str, Any]:
    return _told(company.store(), company.configuration(), deal)


def _told(store: Store, configuration: Configuration, deal: str) -> dict[str, Any]:
    """The statement that the deal's first line is in."""
    with store.read() as conn:
        line = results.lines_of(conn, None, [deal]).sort("payee_id", "source_id", "component").row(0, named=True)
        return statement(conn, line["payee_id"], line["period"], configuration)
