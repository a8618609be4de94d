"""What an operator is told: how runs ended, what waits, and each cause once."""

from __future__ import annotations

import json

import pytest

from jobs.show_status import by_cause
from tests.jobs.conftest import Company
from tests.jobs.test_commands import run_on


@pytest.mark.usefixtures("same_clock")
def test_status_and_issues_tell_why_a_run_did_not_end_well(company: Company) -> None:
    """The reason is there until a run gets through, for whoever did not see the log."""
    company.org.hide_field("Opportunity", "Amount")
    run_on(company, "sync")
    failed = json.loads(run_on(company, "status", "--json").stdout)
    found = [issue for issue in json.loads(run_on(company, "issues", "--json").stdout) if issue["code"] == "run_failed"]
    company.org.access.hidden.clear()
    run_on(company, "sync")

    assert failed["runs"][0]["outcome"] == "failed"
    assert [issue["subject"] for issue in found] == ["the last sync"]
    assert "Opportunity.Amount" in found[0]["message"]
    assert "run_failed" not in run_on(company, "issues", "--json").stdout


@pytest.mark.usefixtures("same_clock")
def test_what_the_crm_refuses_is_told_once_a_cause_and_record_by_record_as_data(company: Company) -> None:
    """Who looks for what to do finds the parked writes with the CRM's own words, and nobody reads them ten times."""
    refused = list(company.world.answer_key["deals"])[:4]
    company.org.validation_rule("Opportunity", lambda record: record["Id"] in refused, "Ask Finance first.")
    run_on(company, "sync")

    found = [each for each in json.loads(run_on(company, "issues", "--json").stdout) if each["code"] == "write_parked"]
    told, status = run_on(company, "issues").stdout, run_on(company, "status").stdout

    assert [each["subject"] for each in found] == [f"Opportunity {deal}" for deal in sorted(refused)]
    assert all("Ask Finance first." in each["message"] for each in found)
    assert told.count("Ask Finance first.") == status.count("Ask Finance first.") == 1
    assert "4 records:" in told
    assert [each["subject"].split()[1] in told for each in found] == [True, True, True, False]


def test_causes_that_differ_in_ids_and_numbers_alone_are_one() -> None:
    """Another rule, another severity or another remedy is another cause."""
    said = [("A", "user 005A is inactive"), ("B", "user 005B is inactive"), ("C", "Ask Finance.")]
    assert by_cause((subject, ("warns", text)) for subject, text in said) == [
        ("2 records: A; B", ("warns", "user … is inactive")),
        ("C", ("warns", "Ask Finance.")),
    ]
