"""What waits for a person is told in words."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from engine.documents.company.access import Decision
from jobs.access.asks import SENTENCES, asks
from store.approvals import Request
from tests.jobs.access.test_approvals import NOW

PAY: dict[str, Any] = {
    "adjustment": 3,
    "step": "counted",
    "kind": "pay",
    "payee_id": "005",
    "period": "2026-11",
    "plan": "ae",
    "component": None,
    "amount_micros": -150_000_000,
    "currency": "EUR",
    "reason": "paid twice in May",
}
MEASURED = {"kind": "achievement", "component": "base", "currency": None, "amount_micros": 20_000_000_000}


def test_every_decision_that_can_wait_has_its_words() -> None:
    assert set(SENTENCES) == set(get_args(Decision))


@pytest.mark.parametrize(
    ("kind", "subject", "detail", "said"),
    [
        ("close", "2026-10", {"accepts_issues": ""}, "Close 2026-10 with exactly what shows in it now."),
        ("close", "2026-10", {"accepts_issues": "old"}, "Close 2026-10 with exactly what shows in it now, although "),
        ("reopen", "2026-10", {"reason": "a wrong rate"}, "Open 2026-10 again: a wrong rate."),
        (
            "reopen",
            "2026-09",
            {"reason": "x", "later": {"2026-11": "", "2026-10": ""}},
            "Open 2026-09, 2026-10, 2026-11 ",
        ),
        ("plan_activation", "ae", {"version": "a1" * 32}, "Compute pay with version a1a1a1a1a1a1 of plan ae."),
        ("breaker", "change", {"why": ["change 4 of 9 lines"]}, "run, which would change 4 of 9 lines."),
        ("adjustment", "adjustment 3", PAY, "Let adjustment 3 count: -150.00 EUR of pay for Ada in 2026-11, plan ae"),
        ("adjustment", "adjustment 3", PAY | {"step": "withdrawn"}, "Let adjustment 3 count no longer: -150.00 EUR"),
        ("adjustment", "adjustment 3", PAY | MEASURED, "count: 20,000.00 of what base measures for Ada in 2026-11"),
    ],
)
def test_a_request_says_what_would_be_done(kind: str, subject: str, detail: dict[str, Any], said: str) -> None:
    asked = Request(
        1, "id", kind, subject, detail, "", (), by_run=False, login="dana", os_login="d", requested_at=NOW, steps=()
    )

    assert said in asks(asked, {"005": "Ada"})
