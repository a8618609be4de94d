"""A change that would move a closed period is priced before it is booked, and booked at that price or not at all."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from commands import clock
from jobs.proof.rebuild import believed, rebuilt
from jobs.proof.verify import verify_all
from sandbox.world import World
from store import closing, computations, ledger, results
from tests.jobs.conftest import Company, Past, again, kept
from tests.jobs.test_commands import run_on
from tests.jobs.test_cycle import credited_deal


@pytest.fixture(scope="module")
def closed(past: Past, small: World, tmp_path_factory: pytest.TempPathFactory) -> tuple[Past, str]:
    """A company after its first cycle, and a deal of a period that is closed."""
    with again(past, small, tmp_path_factory.mktemp("closed")) as made:
        found = credited_deal(made)
        _close(made, *_periods(made, found))
        return kept(made), found


@pytest.fixture
def company(closed: tuple[Past, str], small: World, tmp_path: Path) -> Iterator[Company]:
    """The same company for every test."""
    with again(closed[0], small, tmp_path) as made:
        yield made


@pytest.fixture
def deal(company: Company, closed: tuple[Past, str], monkeypatch: pytest.MonkeyPatch) -> str:
    """The deal; worker and CRM tell the same time."""
    monkeypatch.setattr(clock, "now", company.clock)
    return closed[1]


def _periods(company: Company, deal: str) -> list[str]:
    with company.store().read() as conn:
        return sorted(results.lines_of(conn, None, [deal])["period"].unique())


def _close(company: Company, *periods: str) -> None:
    store = company.store()
    with store.write() as conn:
        for period in periods:
            closing.note(conn, period, "closed", "dana", second=None, reason="", now=company.clock())


def _sync(company: Company) -> None:
    company.clock.forward(minutes=15)
    assert run_on(company, "sync").exit_code == 0


def _double(company: Company, deal: str) -> None:
    record = company.crm(deal)
    company.org.update("Opportunity", deal, {"ACV__c": record["ACV__c"] * 2, "Amount": record["Amount"] * 2})


def _drifts(company: Company, *words: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(run_on(company, "drift", "list", "--json", *words).stdout)
    return found


def _booked(company: Company) -> dict[tuple[str, ...], int]:
    """What both ledgers say by key."""
    with company.store().read() as conn:
        return {
            (account.name, *row[: len(ledger.KEY)]): row[-1]
            for account in (ledger.EARNED, ledger.PAYABLE)
            for row in ledger.posted(conn, None, account).select(*ledger.KEY, "amount_micros").iter_rows()
            if row[-1]
        }


def _policy(company: Company, text: str) -> None:
    company.edit("tallystick.yaml", lambda before: f"{before}\ndrift: {text}\n")


def test_what_is_held_moves_nothing_and_is_booked_at_its_price(company: Company, deal: str) -> None:
    before = _booked(company)
    _double(company, deal)
    _sync(company)

    assert _booked(company) == before
    (found,) = _drifts(company)
    assert (found["record"], found["kinds"], found["state"]) == (deal, ["amount"], "held")
    assert any(change.startswith("acv: ") for change in found["changes"])
    assert found["effects"]
    assert f"holds  Opportunity {deal}" in run_on(company, "issues").stdout
    assert all(line["was"] and line["becomes"] and line["was"] != line["becomes"] for line in found["lines"])
    _sync(company)
    assert _drifts(company) == [found]

    assert run_on(company, "drift", "accept", str(found["drift"]), "--reason", "amended").exit_code == 0

    moved = {key: amount - before.get(key, 0) for key, amount in _booked(company).items()}
    assert sum(moved.values()) == sum(_micros(effect["amount"]) for effect in found["effects"])
    assert _drifts(company) == []
    assert [each["state"] for each in _drifts(company, "--all")] == ["accepted"]
    payee = found["lines"][0]["payee_id"]
    with company.store().read() as conn:
        opened = set(ledger.booked(conn, [payee])["booked_in"]) - set(closing.closed(conn))
    said = [run_on(company, "statement", payee, period).stdout for period in sorted(opened)]
    assert any("(moved by " in text for text in said)
    after = _booked(company)
    _sync(company)
    assert _booked(company) == after


def test_what_is_rejected_stays_as_believed_until_it_changes_again(company: Company, deal: str) -> None:
    before = _booked(company)
    _double(company, deal)
    _sync(company)
    (found,) = _drifts(company)
    assert run_on(company, "drift", "reject", str(found["drift"]), "--reason", "a typing error").exit_code == 0
    company.edit("plans/ae.yaml", lambda text: text + "\n# read everything again\n")
    _sync(company)
    assert _booked(company) == before

    record = company.crm(deal)
    company.org.update("Opportunity", deal, {"ACV__c": record["ACV__c"] / 2, "Amount": record["Amount"] / 2})
    _sync(company)

    assert _booked(company) == before
    assert [each["state"] for each in _drifts(company, "--all")] == ["superseded"]


def test_what_the_policy_books_is_booked_and_kept_with_its_price(company: Company, deal: str) -> None:
    _policy(company, "{amount: book}")
    before = _booked(company)
    _double(company, deal)
    _sync(company)

    (found,) = _drifts(company, "--all")
    moved = sum(_booked(company).values()) - sum(before.values())
    assert found["state"] == "booked"
    assert moved == sum(_micros(effect["amount"]) for effect in found["effects"]) != 0


def test_no_alarm_for_a_field_that_no_rule_reads(company: Company, deal: str) -> None:
    company.org.update("Opportunity", deal, {"Name": "Renamed", "Description": "Nothing of importance"})
    _sync(company)

    assert _drifts(company, "--all") == []


def test_others_go_on_while_one_is_held(company: Company, deal: str) -> None:
    """Another deal, dated in the open period, is changed in the same cycle."""
    with company.store().read() as conn:
        lines = results.lines_of(conn, None).filter((pl.col("kind") == "commission") & pl.col("deal_id").is_not_null())
    closed = pl.col("period").is_in(_periods(company, deal))
    other = str(lines.filter(~closed).sort("dated_on", descending=True)["deal_id"][0])
    before = _booked(company)
    _double(company, deal)
    _double(company, other)
    _sync(company)

    assert [each["record"] for each in _drifts(company)] == [deal]
    assert _booked(company) != before


def test_the_past_is_rebuilt_with_what_was_held(company: Company, deal: str) -> None:
    _double(company, deal)
    _sync(company)
    company.edit("plans/ae.yaml", lambda text: text + "\n# read everything again\n")
    _sync(company)
    store = company.store()

    with rebuilt(store, believed(store, company.clock()), with_ledgers=False) as again, again.store.read() as conn:
        rebuilt_hash = ledger.ledger_hash(conn)
    with store.read() as conn:
        assert ledger.ledger_hash(conn) == rebuilt_hash


def test_a_price_that_has_changed_is_shown_again_before_it_is_booked(company: Company, deal: str) -> None:
    _double(company, deal)
    _sync(company)
    (found,) = _drifts(company)
    before = _booked(company)
    company.edit(
        "tallystick.yaml",
        lambda text: text + "\nguard: {changed_share: 100%, money_share: 100%, edits_take_back: true}\n",
    )
    company.edit("plans/ae.yaml", lambda text: text.replace("rate: 8%}", "rate: 8.5%}"))
    _sync(company)
    after = _booked(company)

    answer = run_on(company, "drift", "accept", str(found["drift"]), "--reason", "amended")

    assert answer.exit_code == 3
    assert _booked(company) == after != before
    (again,) = _drifts(company)
    assert again["effects"] != found["effects"]
    assert run_on(company, "drift", "accept", str(found["drift"]), "--reason", "amended").exit_code == 0


def _micros(amount: str) -> int:
    return int(amount.replace(",", "").replace(".", "")) * 10_000


def test_what_is_adjusted_leaves_the_record_and_pays_the_amount_in_the_open_period(company: Company, deal: str) -> None:
    before = _booked(company)
    _double(company, deal)
    _sync(company)
    (found,) = _drifts(company)
    payees = sorted({effect["payee_id"] for effect in found["effects"]})
    words = ("--reason", "half of it, as agreed", "--payee", payees[0], "--json")

    done = run_on(company, "drift", "adjust", str(found["drift"]), "-12.50", *words)

    assert done.exit_code == 0, done.output
    booked = _booked(company)
    assert {key: amount for key, amount in booked.items() if key not in before} == {
        key: -12_500_000 for key in booked if key[5] == "adjustment:1"
    }
    assert {key: amount for key, amount in booked.items() if key in before} == before
    assert [each["state"] for each in _drifts(company, "--all")] == ["adjusted"]
    _sync(company)
    assert _booked(company) == booked


def test_every_step_of_a_run_that_books_a_late_change_is_rebuilt(company: Company, deal: str) -> None:
    """One run computes more than once while it sorts late changes out; each step follows from what it knew."""
    _policy(company, "{amount: book}")
    _sync(company)
    _double(company, deal)
    _double(company, _of_an_open_period(company, deal))
    _sync(company)

    store = company.store()
    with store.read() as conn:
        steps = computations.computations(conn)
    assert len({step.run_id for step in steps}) < len(steps)
    for step in steps:
        with rebuilt(store, step) as again:
            assert again.differences.is_empty(), (step, again.differences)
    assert verify_all(store)["holds"]


def _of_an_open_period(company: Company, deal: str) -> str:
    with company.store().read() as conn:
        lines = results.lines_of(conn, None).filter((pl.col("kind") == "commission") & pl.col("deal_id").is_not_null())
    closed = pl.col("period").is_in(_periods(company, deal))
    return str(lines.filter(~closed).sort("dated_on", descending=True)["deal_id"][0])


def test_a_difference_names_the_decision_and_nothing_that_is_held(company: Company, deal: str) -> None:
    """What is held moved nothing; what was accepted moved the books by being accepted."""
    start = company.clock().isoformat()
    _double(company, deal)
    _sync(company)
    held = company.clock().isoformat()
    (found,) = _drifts(company)

    assert _causes(company, start, held) == []

    company.clock.forward(minutes=15)
    assert run_on(company, "drift", "accept", str(found["drift"]), "--reason", "amended").exit_code == 0
    (cause,) = _causes(company, held, company.clock().isoformat())
    assert (cause["kind"], cause["subject"]) == ("decision", f"Opportunity {deal}")
    assert sum(_micros(each["amount"]) for each in cause["effects"]) == sum(
        _micros(each["amount"]) for each in found["effects"]
    )


def _causes(company: Company, first: str, second: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(run_on(company, "diff", first, second, "--json").stdout)["causes"]
    return found
