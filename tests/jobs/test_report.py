"""`report` on a company with a history: what is printed, as data too, and stages seen from one cycle to the next."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import pytest

from tests.jobs.conftest import Company
from tests.jobs.test_commands import run_on

pytestmark = [pytest.mark.synced, pytest.mark.usefixtures("same_clock")]


def tables(company: Company, *words: str) -> dict[str, Any]:
    """The report as data, by the ids of its tables."""
    answer = run_on(company, "report", "--json", *words)
    assert answer.exit_code == 0, answer.output
    return {table["id"]: table for table in json.loads(answer.stdout)["tables"]}


def test_every_number_stands_under_its_definition_and_counts_what_the_crm_holds(company: Company) -> None:
    """Sales of a past year are those of the generated company; what is no period is a message."""
    shown, every = run_on(company, "report").stdout, tables(company)
    deals = [each for each in company.org.rows("Opportunity") if each["Type"] not in ("Churn", "Downgrade")]
    closed = [each for each in deals if each["IsClosed"] and "2025-02-01" <= each["CloseDate"] < "2026-02-01"]
    past = tables(company, "--period", "FY2026")["win-rate-by-motion"]["rows"][0]

    assert [table["id"] for table in every.values() if table["title"] not in shown] == []
    assert [table["id"] for table in every.values() if table["definition"] not in shown] == []
    assert (past["won"], past["won"] + past["lost"]) == (sum(each["IsWon"] for each in closed), len(closed))
    assert Fraction(past["win rate"]) == Fraction(past["won"], len(closed))
    for period, said in (("later", "'later' is no period"), ("FY2030", "FY2030 has not begun")):
        answer = run_on(company, "report", "--period", period)
        assert answer.exit_code == 1
        assert said in answer.output


def test_a_deal_counts_for_the_stage_it_was_seen_in_before_it_was_won(company: Company) -> None:
    """Read in Proposal, won a cycle later."""
    deal = next(each for each in company.org.rows("Opportunity") if not each["IsClosed"])
    company.org.update("Opportunity", deal["Id"], {"StageName": "Closed Won", "CloseDate": "2026-11-20"})
    assert run_on(company, "sync").exit_code == 0

    rows = tables(company)["win-rate-by-stage"]["rows"]

    assert rows == [{"stage": deal["StageName"], "won": 1, "lost": 0, "win rate": "1"}]
