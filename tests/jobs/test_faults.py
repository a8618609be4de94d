"""What goes wrong between worker and CRM: a clear message, nothing lost, nothing doubled."""

from __future__ import annotations

import contextlib

import pytest

from connectors.port import ConnectorError, NotAllowed
from jobs.cycle import sync
from sandbox.salesforce.server import running
from sandbox.salesforce.state import Org
from store import mirror, runs, writeback
from store.errors import WrongOrganization
from tests.jobs.conftest import Company
from tests.jobs.test_cycle import expected_payouts, posted_payouts

CALLS = (1, 2, 5, 9, 14)
"""Which call of a cycle is hit: the login's first uses, describes, queries, later pages and writes."""


def settle_down(company: Company) -> None:
    """Cycles until everything is written, at most three; then the books must be right."""
    for _ in range(3):
        company.clock.forward(hours=2)
        company.cycle()
        if every_deal_written(company):
            break
    assert posted_payouts(company) == expected_payouts(company)
    assert every_deal_written(company)
    company.nothing_more()


def every_deal_written(company: Company) -> bool:
    """Whether the CRM confirmed all desired values."""
    with company.store().read() as conn:
        return {state for states in writeback.counts(conn).values() for state in states} == {"sent"}


@pytest.mark.parametrize("nth", CALLS)
def test_a_token_that_dies_on_any_call_is_replaced(company: Company, nth: int) -> None:
    """The session is renewed once and the call repeated; nobody notices."""
    company.org.faults.add("expire_token", {"path": "/services/data", "nth": nth})

    company.cycle()

    assert posted_payouts(company) == expected_payouts(company)
    company.nothing_more()


@pytest.mark.parametrize("verb", ["reset_before_apply", "reset_after_apply", "truncate_json", "html_200", "rate_limit"])
@pytest.mark.parametrize("method", ["GET", "PATCH"])
def test_a_fault_on_reading_or_writing_heals(company: Company, verb: str, method: str) -> None:
    """Every fault that may pass is retried or left to the next cycle; the books and the CRM end up right."""
    company.org.faults.add(verb, {"method": method, "path": "query|composite"})

    with contextlib.suppress(ConnectorError):
        company.cycle()

    settle_down(company)


def test_a_record_that_the_crm_refuses_is_parked_and_the_rest_goes_on(company: Company) -> None:
    """An admin's validation rule stops one record; its own text is shown; mended, it is written."""
    refused = next(iter(company.world.answer_key["deals"]))
    company.org.validation_rule("Opportunity", lambda record: record["Id"] == refused, "Ask Finance first.")

    company.cycle()

    with company.store().read() as conn:
        parked = list(writeback.parked(conn))
    assert [(one.record_id, one.message) for one in parked] == [(refused, "Ask Finance first.")]


def test_wrong_credentials_name_the_remedy(company: Company) -> None:
    """The login is refused once, and the message says what to check."""
    with pytest.raises(NotAllowed, match="Check the consumer key and secret"):
        sync(company.wiring(TALLYSTICK_SF_CONSUMER_SECRET="wrong"))


def test_a_field_without_permission_stops_the_pull_by_name(company: Company) -> None:
    """A mapped field that the integration user cannot see is never read as empty."""
    company.org.hide_field("Opportunity", "Amount")

    with pytest.raises(NotAllowed, match=r"Opportunity\.Amount"):
        company.cycle()


@pytest.mark.synced
def test_another_org_is_refused_before_anything_is_stored(company: Company) -> None:
    """The first org is pinned; credentials that lead elsewhere are refused."""
    with company.store().read() as conn:
        before = mirror.counts(conn)
    other = Org(clock=company.clock)
    other.load({"organization": {"Id": "00D000000000999EAQ", "Name": "Another company"}})

    with running(other) as address:
        company.at(address)
        with pytest.raises(WrongOrganization, match="Another company"):
            company.cycle()

    with company.store().read() as conn:
        assert mirror.counts(conn) == before
        assert runs.runs(conn, 1)[0].outcome == "failed"
