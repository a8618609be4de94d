"""Logs say what happened, and never what somebody earns, nor a secret."""

from __future__ import annotations

import io
import json

import pytest
import structlog

from connectors.port import NotAllowed
from engine.model import Verdict
from jobs import logs
from jobs.cycle import sync
from store import ledger
from tests.jobs.conftest import CREDENTIALS, Company
from tests.jobs.test_commands import run_on


@pytest.fixture
def written() -> io.StringIO:
    """What is logged, as a machine reads it."""
    stream = io.StringIO()
    logs.configure(stream)
    yield stream
    structlog.reset_defaults()


def test_no_pay_and_no_secret_in_the_log_of_a_cycle(company: Company, written: io.StringIO) -> None:
    """Neither amounts nor tokens of a whole cycle, a refused login and an exception with pay in its variables."""
    company.cycle()
    with pytest.raises(NotAllowed):
        sync(company.wiring(TALLYSTICK_SF_CONSUMER_SECRET="a-canary-of-a-secret"))
    payout_micros = 1234567
    try:
        payout_micros // 0
    except ZeroDivisionError:
        structlog.get_logger().exception("a bug", payout=payout_micros)

    text = written.getvalue()
    with company.store().read() as conn:
        amounts = {str(abs(amount)) for amount in ledger.posted(conn, None)["amount_micros"] if abs(amount) > 10**6}
    shown = amounts | {amount[:-6] + "." + amount[-6:-4] for amount in amounts}
    assert [amount for amount in shown if amount in text] == []
    assert str(payout_micros) not in text
    assert not any(secret in text for secret in (*CREDENTIALS.values(), "a-canary-of-a-secret", "00D!"))


def test_each_line_is_json_and_a_run_has_one_rich_line(company: Company, written: io.StringIO) -> None:
    """One object a line; the run's line carries counts, duration and outcome."""
    company.cycle()

    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    ended = [line for line in lines if line["event"] == "run ended"]
    assert len(ended) == 1
    assert ended[0]["outcome"] == "done"
    assert {"run", "kind", "records", "postings", "written", "seconds", "timestamp", "level"} <= set(ended[0])


def test_a_command_that_answers_a_person_logs_warnings_alone(company: Company, written: io.StringIO) -> None:
    """No line stands before its answer; a warning is never lost. What a timer starts keeps its line."""
    asked = [run_on(company, "adjust", "nobody", "2026-11", "1", "--reason", "x"), run_on(company, "status")]
    assert [answer.stderr.count("run ended") for answer in asked] == [0, 0]
    assert run_on(company, "sync").stderr.count('"event": "run ended"') == 1

    logs.configure(written, answering=True)
    structlog.get_logger().info("told by the answer")
    structlog.get_logger().warning("write parked")
    assert [json.loads(line)["event"] for line in written.getvalue().splitlines()] == ["write parked"]


def test_a_key_that_is_not_allowed_is_dropped_by_name(written: io.StringIO) -> None:
    """Whoever binds an amount by mistake sees the key, and nobody sees the value."""
    structlog.get_logger().info("paid", amount_micros=42_000_000)

    line = json.loads(written.getvalue())
    assert line["dropped"] == ["amount_micros"]
    assert "42000000" not in written.getvalue()


def test_what_became_of_owners_that_were_sent_is_logged() -> None:
    """Their counts are counts as any other; they were dropped from the line of each run that set owners."""
    assert {f"owners_{verdict.value}" for verdict in Verdict} <= logs.ALLOWED
