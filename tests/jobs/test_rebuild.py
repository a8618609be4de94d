"""What was computed once is computed again from its kept inputs, as it was believed then."""

from __future__ import annotations

import json
from typing import Any

import polars as pl
import pytest

from commands import clock
from engine import frames as f
from jobs.configuration import Configuration
from jobs.proof.rebuild import believed, rebuilt
from jobs.proof.verify import verify_all
from jobs.statements.told import statement
from store import ledger, results
from store.database import Store
from tests.jobs.conftest import Company, all_seen
from tests.jobs.test_commands import run_on
from tests.jobs.test_cycle import credited_deal


@pytest.mark.synced
def test_an_empty_database_is_filled_to_the_same_ledger(company: Company) -> None:
    company.edit("plans/ae.yaml", lambda text: text.replace("rate: 8%}", "rate: 8.5%}"))
    company.edit(
        "tallystick.yaml",
        lambda text: text + "\nguard: {changed_share: 100%, money_share: 100%, edits_take_back: true}\n",
    )
    company.cycle()
    store = company.store()
    at = believed(store, company.clock())

    with store.read() as conn:
        known = [ledger.ledger_hash(conn, account) for account in (ledger.EARNED, ledger.PAYABLE)]
    with rebuilt(store, at, with_ledgers=False) as again, again.store.read() as conn:
        assert [ledger.ledger_hash(conn, account) for account in (ledger.EARNED, ledger.PAYABLE)] == known
        assert ledger.head(conn)[0] > 0


@pytest.mark.synced
def test_a_statement_as_it_was_believed_then(company: Company) -> None:
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


def test_the_command_line_looks_back(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    """`statement --as-of`, `explain --as-of`, `diff` whose causes add up, `verify --all`; and words for no instant."""
    monkeypatch.setattr(clock, "now", company.clock)
    run_on(company, "sync")
    then = company.clock().isoformat()
    deal = credited_deal(company)
    record = company.crm(deal)
    lines = json.loads(run_on(company, "explain", deal, "--json").stdout)["lines"]
    who, period = lines[0]["payee"], lines[0]["period"]
    before = run_on(company, "statement", who, period, "--json").stdout
    company.org.update("Opportunity", deal, {"ACV__c": record["ACV__c"] * 2, "Amount": record["Amount"] * 2})
    company.clock.forward(minutes=15)
    run_on(company, "sync")
    company.edit("plans/ae.yaml", lambda text: text.replace("rate: 8%}", "rate: 8.5%}"))
    company.edit(
        "tallystick.yaml",
        lambda text: text + "\nguard: {changed_share: 100%, money_share: 100%, edits_take_back: true}\n",
    )
    company.clock.forward(minutes=15)
    run_on(company, "sync")
    until = company.clock().isoformat()

    assert run_on(company, "statement", who, period, "--as-of", then, "--json").stdout == before
    assert json.loads(run_on(company, "explain", deal, "--as-of", then, "--json").stdout)["lines"] == lines
    moved = json.loads(run_on(company, "diff", then, until, "--json").stdout)
    assert [(cause["kind"], cause["subject"]) for cause in moved["causes"]] == [
        ("record", f"Opportunity {deal}"),
        ("configuration", "plans/ae.yaml"),
    ]
    assert any(change.startswith("acv: ") for change in moved["causes"][0]["changes"])
    assert sum(_cents(each["amount"]) for cause in moved["causes"] for each in cause["effects"]) == sum(
        _cents(total["amount"]) for total in moved["totals"]
    )
    assert "plans/ae.yaml" in run_on(company, "diff", then, until).stdout
    assert json.loads(run_on(company, "verify", "--json").stdout)["holds"]
    assert json.loads(run_on(company, "verify", "--all", "--json").stdout)["keys"] > 0
    assert run_on(company, "diff", until, then).exit_code == 1
    assert "no instant" in run_on(company, "statement", who, "--as-of", "yesterday").output
    assert run_on(company, "statement", who, "--as-of", "2020-01-01").exit_code == 1


@pytest.mark.synced
def test_a_ledger_that_does_not_follow_from_its_inputs_is_found(company: Company) -> None:
    """Somebody booked a cent by hand, with a sound chain."""
    store = company.store()
    with store.write() as conn:
        entry = ledger.posted(conn, None).head(1)
        forged = entry.select(*ledger.KEY, "deal_id", "kind", "currency", sequence="postings").with_columns(
            delta_micros=pl.lit(10_000, pl.Int64), reason=pl.lit("changed"), booked_in=pl.col("period")
        )
        ledger.append(conn, f.Postings.cast(forged), 1, company.clock())

    answer = verify_all(store)

    assert not answer["holds"]
    assert answer["altered"] == []
    assert [one["payee_id"] for one in answer["differences"]] == entry["payee_id"].to_list()


def _cents(amount: str) -> int:
    return int(amount.replace(",", "").replace(".", ""))


@pytest.mark.synced
def test_what_is_kept_of_a_held_deal_is_rebuilt_by_the_way_it_came(company: Company) -> None:
    """The anchor is the last computation before the deal was held."""
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
        return statement(conn, line["payee_id"], line["period"], configuration, sight=all_seen(configuration))
