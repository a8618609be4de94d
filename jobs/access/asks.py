"""What a request asks for, as a sentence: whoever approves must understand it without reading data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from engine.money import format_amount
from store.approvals import Request

Names = Mapping[str, str]
SHORT = 12
"""Characters of a plan version that people are shown."""


def asks(asked: Request, names: Names) -> str:
    """What would be done, for whom and why; `names` are those of payees by their id."""
    return SENTENCES[asked.kind](asked.subject, asked.detail, names)


def _close(period: str, detail: Mapping[str, Any], _: Names) -> str:
    issues = detail["accepts_issues"]
    although = f", although issues hold records ({issues})" if issues else ""
    return f"Close {period} with exactly what shows in it now{although}."


def _reopen(period: str, detail: Mapping[str, Any], _: Names) -> str:
    every = ", ".join([period, *sorted(detail.get("later", {}))])
    return f"Open {every} again: {detail['reason']}."


def _activation(plan: str, detail: Mapping[str, Any], _: Names) -> str:
    return f"Compute pay with version {detail['version'][:SHORT]} of plan {plan}."


def _change(_: str, detail: Mapping[str, Any], __: Names) -> str:
    if "owners" in detail:
        return f"Set up to {detail['owners']} owners, team members and splits of deals in the CRM, in one run."
    return f"Book the change of a stopped run, which would {'; '.join(detail['why'])}."


def _adjustment(subject: str, detail: Mapping[str, Any], names: Names) -> str:
    amount = f"{format_amount(detail['amount_micros'], detail['currency'] or '')} {detail['currency'] or ''}".strip()
    of = f"what {detail['component']} measures" if detail["kind"] == "achievement" else "pay"
    who = names.get(detail["payee_id"], detail["payee_id"])
    what = f"{amount} of {of} for {who} in {detail['period']}, plan {detail['plan']} ({detail['reason']})"
    withdrawn = detail["step"] == "withdrawn"
    return f"Let {subject} count no longer: {what}." if withdrawn else f"Let {subject} count: {what}."


SENTENCES: Mapping[str, Callable[[str, Mapping[str, Any], Names], str]] = MappingProxyType(
    {
        "close": _close,
        "reopen": _reopen,
        "plan_activation": _activation,
        "breaker": _change,
        "adjustment": _adjustment,
    }
)
"""By the kind of request; one of each kind that access.yaml can ask two persons for."""
