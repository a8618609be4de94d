"""Disputes: a payee expected another amount, which mending data or a plan settles, or an explained refusal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl
from sqlalchemy import Connection

from engine.calendar import period_named
from engine.documents.company.company import Company
from engine.money import format_amount, parse_amount
from jobs.access.actor import Actor
from jobs.access.approvals import Unapproved
from jobs.access.visible import Sight
from jobs.changes import deal_of
from jobs.settings import SettingsProblem
from jobs.who import NotFound, find_payee
from store import audit, canonical, disputes, results
from store.disputes import By, Claim, Dispute


@dataclass(frozen=True, slots=True)
class Said:
    """A dispute as somebody writes it."""

    payee: str
    period: str
    expected: str
    why: str
    deal_id: str | None = None
    currency: str | None = None


def open_dispute(
    conn: Connection, actor: Actor, sight: Sight, company: Company, said: Said, *, now: datetime
) -> dict[str, Any]:
    """Keep what somebody expected of a period, or of one deal in it; who may see the payee may say so."""
    try:
        period, expected = period_named(said.period, company).label, parse_amount(said.expected)
    except ValueError as error:
        raise SettingsProblem(f"{error}.") from None
    payee_id = find_payee(conn, said.payee, sight.in_period(period))["person_id"]
    if not said.why.strip():
        raise SettingsProblem("A dispute needs a reason: --why 'what was expected, and from which deal or rule'.")
    if said.deal_id is not None and not deal_of(conn, said.deal_id):
        raise NotFound(f"No deal has the id {said.deal_id}; write the id that the CRM's address shows.")
    amounts = computed(conn, payee_id, period, said.deal_id)
    currency = said.currency or (next(iter(amounts)) if len(amounts) == 1 else None)
    if currency is None:
        raise SettingsProblem(f"Say in which currency, with --currency (paid in: {', '.join(amounts) or 'none'}).")
    claim = Claim(payee_id, period, said.deal_id, expected, amounts.get(currency, 0), currency, said.why.strip())
    number = disputes.add(conn, actor, claim, now)
    found = known(conn, number)
    subject, after = f"dispute {number}", {"payee_id": payee_id, "period": period, "deal_id": said.deal_id}
    audit.note(conn, actor, "dispute open", subject, after=after, reason=claim.why, now=now)
    return told(conn, [found])[0]


def close_dispute(
    conn: Connection, actor: Actor, number: int, by: By, *, reason: str, differs: bool, now: datetime
) -> dict[str, Any]:
    """Settle a dispute. By data or plan it must now pay what was expected, or be said to differ (`differs`)."""
    found = known(conn, number)
    claim = found.claim
    if found.settled is not None:
        raise SettingsProblem(f"Dispute {number} was settled already, by {found.settled.login}.")
    if not reason.strip():
        raise SettingsProblem("Settling needs a reason: --reason 'what was mended, or why it is right as it is'.")
    if actor.person_id == claim.payee_id:
        raise Unapproved("Somebody else must settle a dispute about your own pay.")
    is_now = computed(conn, claim.payee_id, claim.period, claim.deal_id).get(claim.currency, 0)
    if by != "refusal" and is_now != claim.expected_micros and not differs:
        now_paid, expected = (format_amount(micros, claim.currency) for micros in (is_now, claim.expected_micros))
        raise SettingsProblem(
            f"It comes to {now_paid} {claim.currency} now, and {expected} was expected. Run sync where the fix is not "
            "computed yet; if the difference is right, say so with --differs."
        )
    disputes.settle(conn, actor, number, by, reason=reason.strip(), computed_micros=is_now, now=now)
    before, after = {"state": "open"}, {"state": f"settled by {by}", "differs": is_now != claim.expected_micros}
    audit.note(conn, actor, "dispute close", f"dispute {number}", before=before, after=after, reason=reason, now=now)
    return told(conn, [known(conn, number)])[0]


def listed(conn: Connection, sight: Sight, *, everything: bool) -> list[dict[str, Any]]:
    """The disputes (open ones, or all) of payees who are seen in the period."""
    found = disputes.disputes(conn, only_open=not everything)
    return told(conn, [each for each in found if sight.in_period(each.claim.period).shows(each.claim.payee_id)])


def computed(conn: Connection, payee_id: str, period: str, deal_id: str | None) -> dict[str, int]:
    """What the payee's lines of the period (of the deal) come to now, by currency."""
    lines = results.lines_of(conn, [payee_id]).filter(pl.col("period") == period)
    mine = lines if deal_id is None else lines.filter(pl.col("deal_id") == deal_id)
    sums = mine.group_by("currency").agg(pl.col("amount_micros").cast(pl.Int128).sum())
    sums_by = {currency: int(micros) for currency, micros in sums.iter_rows()}
    return sums_by or dict.fromkeys(lines["currency"].unique().sort(), 0)


def told(conn: Connection, found: Sequence[Dispute]) -> list[dict[str, Any]]:
    """Disputes as plain data."""
    names = dict(canonical.whole(conn, "people").select("person_id", "name").iter_rows())
    return [_told(each, names.get(each.claim.payee_id) or each.claim.payee_id) for each in found]


def _told(one: Dispute, payee: str) -> dict[str, Any]:
    claim, settled = one.claim, one.settled
    last = claim.computed_micros if settled is None else settled.computed_micros
    return {
        "dispute": one.number,
        "payee": payee,
        "payee_id": claim.payee_id,
        "period": claim.period,
        "deal_id": claim.deal_id,
        "expected": format_amount(claim.expected_micros, claim.currency),
        "computed": format_amount(claim.computed_micros, claim.currency),
        "currency": claim.currency,
        "why": claim.why,
        "opened_by": one.login,
        "opened_at": one.at.isoformat(),
        "settled_by": settled.by if settled else None,
        "settled_with": settled.login if settled else None,
        "reason": settled.reason if settled else "",
        "comes_to": format_amount(last, claim.currency),
        "difference": format_amount(last - claim.expected_micros, claim.currency),
    }


def known(conn: Connection, number: int) -> Dispute:
    """The dispute of this number; raises NotFound."""
    found = next((each for each in disputes.disputes(conn) if each.number == number), None)
    if found is None:
        raise NotFound(f"There is no dispute {number}; dispute list shows those that are open.")
    return found
