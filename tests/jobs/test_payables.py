"""What is payable has its own ledger, follows payments, and is the same however the worker came there."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from typer.testing import CliRunner

import worker
from jobs import answers
from jobs.cycle import sync
from jobs.statements.told import statement
from store import ledger, results
from store.chain import verify
from tests.jobs.conftest import Company, all_seen
from tests.jobs.test_cycle import credited_deal

EVENTS = "people/events.csv"
CENT = 10_000


def pay_on_cash(company: Company, *payments: str, release: str = "cash") -> None:
    """The AE plan releases as customers pay; `payments` are rows of the events file."""
    company.edit("plans/ae.yaml", lambda text: f"{text}\nrelease: {release}\n")
    company.edit("tallystick.yaml", lambda text: f"{text}guard: {{edits_take_back: true}}\n")
    paid(company, payments)


def paid(company: Company, payments: Sequence[str]) -> None:
    """Write the payments."""
    rows = "\n".join(["deal,event,on,amount", *payments, ""])
    (company.folder / EVENTS).write_text(rows, encoding="utf-8")


@pytest.mark.synced
def test_payments_release_what_was_earned_and_leave_the_earned_ledger_alone(company: Company) -> None:
    """Half of the cash, half of what every payee of the plan earned; the earned ledger is not touched."""
    deal = credited_deal(company)
    pay_on_cash(company)
    company.cycle()
    with company.store().read() as conn:
        earned = ledger.ledger_hash(conn)
        amount = results.classified_of(conn, [deal])["amount_micros"].item()
        lines = results.lines_of(conn, None, [deal]).filter(plan="ae")
        assert ledger.posted(conn, None, ledger.PAYABLE).filter(deal_id=deal).is_empty()
        assert set(results.payables_of(conn, None, [deal])["state"]) == {"held"}

    paid(company, [f"{deal},payment,2026-11-02,{amount // 2 // 10**6}.{amount // 2 % 10**6:06}"])
    assert company.cycle().computed.postings.is_empty()
    company.nothing_more()

    with company.store().read() as conn:
        released = ledger.posted(conn, None, ledger.PAYABLE).filter(deal_id=deal)
        assert released["period"].unique().to_list() == ["2026-11"]
        assert abs(2 * released["amount_micros"].sum() - lines["amount_micros"].sum()) <= CENT * lines.height
        assert ledger.ledger_hash(conn) == earned
        assert verify(conn) is None


@pytest.mark.synced
def test_cycles_and_a_fresh_start_agree_on_what_is_payable(company: Company) -> None:
    """Payments that come, change and go, and months that pass: the ledgers of a fresh start are the same."""
    deal = credited_deal(company)
    last = "{after_days: 90, then: forfeit}"
    steps = f"[{{share: 40%, on: booking}}, {{share: 60%, on: cash, at_latest: {last}}}]"
    pay_on_cash(company, release=steps)
    company.cycle()
    paid(company, [f"{deal},payment,2026-10-02,1000", f"{deal},payment,2026-11-02,2000.50"])
    company.cycle()
    company.clock.forward(days=31)
    paid(company, [f"{deal},payment,2026-11-02,2500.50"])
    company.cycle()
    company.nothing_more()
    with company.store().read() as conn:
        grown = ledger.ledger_hash(conn), ledger.ledger_hash(conn, ledger.PAYABLE)

    company.edit("tallystick.yaml", lambda text: text.replace("tallystick.db", "fresh.db"))
    sync(company.wiring())

    with company.store().read() as conn:
        assert (ledger.ledger_hash(conn), ledger.ledger_hash(conn, ledger.PAYABLE)) == grown


@pytest.mark.synced
def test_a_statement_says_what_is_payable_and_what_is_held(company: Company) -> None:
    """`statement` and `explain` name the amounts, the day and what is waited for."""
    deal = credited_deal(company)
    pay_on_cash(company, release="[{share: 50%, on: booking}, {share: 50%, on: cash}]")
    company.cycle()
    configuration = company.configuration()
    with company.store().read() as conn:
        line = results.lines_of(conn, None, [deal]).filter(component="base", kind="commission").row(0, named=True)
        answer = statement(conn, line["payee_id"], line["period"], configuration, sight=all_seen(configuration))
        told = answers.explain_deal(conn, deal, configuration, all_seen(configuration))

    held = [row for row in answer["held"] if row["deal_id"] == deal and row["component"] == "base"]
    assert [row["sentence"].partition(" is ")[2] for row in held] == ["held: it waits for the customer's payment"]
    (account,) = (of for of in answer["accounts"] if of["plan"] == "ae")
    assert account["payout"] == account["payable"] != account["earned"]
    said = next(line["payable"] for line in told["lines"] if line["component"] == "base")
    assert said[0].endswith(f"is payable since {line['dated_on']}")
    assert said[1].endswith("is held: it waits for the customer's payment")

    shown = CliRunner().invoke(
        worker.app, ["statement", line["payee_id"], line["period"], "--config", str(company.folder)]
    )
    assert "Held now" in shown.output
