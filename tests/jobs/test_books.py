"""Closing a month: what keeps it open, what is sealed, and where later changes show."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl
import pytest

from engine.calendar import following
from engine.money import format_amount, parse_amount
from jobs.books.close import Signed, close, periods_to_close, reopen
from jobs.configuration import ConfigurationProblem
from jobs.statements.told import statement
from store import closing, ledger, results, statements
from store.chain import verify
from tests.jobs.conftest import Company, all_seen
from tests.jobs.test_cycle import credited_deal, lines_total
from tests.jobs.test_payables import pay_on_cash
from tests.jobs.test_replay import edit

OCTOBER = "2026-10"
KINDS = ("amount", "close_date", "stage", "owner", "account", "new", "deleted", "other")
BOOK = f"drift: {{{', '.join(f'{kind}: book' for kind in KINDS)}}}\n"
"""Late changes are booked without a question."""
DIRT = "known dirt of the generated company"


@dataclass(frozen=True)
class Dana:
    """Somebody of finance."""

    login: str = "dana"
    os_login: str = "dana"


def sign(action: str, period: str, detail: Mapping[str, Any], reason: str) -> Signed:
    """Two people who agree to everything."""
    assert action == "close" or reason
    assert period
    assert detail["closing"] > 0
    return Signed(Dana(), "bo")


def close_all(company: Company, label: str) -> list[dict[str, Any]]:
    """Close a period and every earlier one."""
    configuration, store = company.configuration(), company.store()
    labels = periods_to_close(configuration, store, label)
    return [close(configuration, store, each, sign, accepts_issues=DIRT) for each in labels]


def test_a_late_change_of_a_closed_period_is_an_adjustment_in_the_open_one(company: Company) -> None:
    """Its sum is exactly new less old; what was sealed stays; a second run books nothing."""
    company.edit("tallystick.yaml", lambda text: text + BOOK)
    company.cycle()
    deal = credited_deal(company)
    with company.store().read() as conn:
        line = results.lines_of(conn, None, [deal]).filter(component="base", kind="commission").row(0, named=True)
    done = close_all(company, line["period"])
    assert [each["period"] for each in done][-1] == line["period"]
    plain = (company.folder / "plans/ae.yaml").read_text(encoding="utf-8")
    pay_on_cash(company)
    with pytest.raises(ConfigurationProblem, match="plan ae: releases its earnings, but paid them at once"):
        company.cycle()
    company.edit("plans/ae.yaml", lambda _: plain)
    assert all(each["statements"] for each in done)
    seen = all_seen(company.configuration())
    with company.store().read() as conn:
        before = statement(conn, line["payee_id"], line["period"], company.configuration(), sight=seen)
        seals = [each.hash for number in range(1, len(done) + 1) for each in statements.sealed(conn, number)]
    old = lines_total(company)
    record = company.crm(deal)
    company.org.update("Opportunity", deal, {"ACV__c": record["ACV__c"] * 2, "Amount": record["Amount"] * 2})

    posted = company.cycle().computed.postings

    company.nothing_more()
    new = lines_total(company)
    with company.store().read() as conn:
        late = posted.filter(pl.col("period") <= line["period"])
        following_one = following(line["period"], company.configuration().rules.company)
        assert late.height > 0
        assert set(late["booked_in"]) == {following_one}
        assert set(late["reason"]) == {"prior_period_adjustment"}
        assert posted["delta_micros"].sum() == new - old
        configuration = company.configuration()
        assert statement(conn, line["payee_id"], line["period"], configuration, sight=seen) | {
            "periods": []
        } == before | {"periods": []}
        now = statement(conn, line["payee_id"], following_one, configuration, sight=seen)
        assert {(each["about"], each["deal_id"]) for each in now["adjustments"]} >= {(line["period"], deal)}
        assert {by["deal_id"] for each in now["adjustments"] for by in each["moved_by"]} == {deal}
        assert [each.hash for n in range(1, len(done) + 1) for each in statements.sealed(conn, n)] == seals
        assert verify(conn) is None


def test_random_late_edits_never_change_what_was_sealed(company: Company) -> None:
    """Amounts, owners, days, deletions and cancellations against months that are closed, reopened and closed again.

    After every cycle the ledger says what the lines say; every closed statement says what it said, and is what shows in
    its period; every open one is its lines and what moved.
    """
    chance = random.Random(4)
    company.edit(
        "tallystick.yaml", lambda text: text + "guard: {changed_min: 1_000_000, clawbacks: 1_000_000}\n" + BOOK
    )
    company.cycle()
    configuration, store = company.configuration(), company.store()
    months = periods_to_close(configuration, store, OCTOBER)
    sealed: dict[int, list[str]] = {}
    for upto in (8, 11, 12):
        for label in periods_to_close(configuration, store, months[upto]):
            done = close(configuration, store, label, sign, accepts_issues=DIRT)
            with store.read() as conn:
                sealed[done["closing"]] = [each.hash for each in statements.sealed(conn, done["closing"])]
        if upto == 11:
            reopen(configuration, store, months[upto], sign, reason="a wrong rate")
        for _ in range(5):
            company.clock.forward(seconds=2)
            edit(company, chance)
        before = lines_total(company)
        posted = company.cycle().computed.postings
        assert posted["delta_micros"].sum() == lines_total(company) - before
        company.nothing_more()
        assert_the_books_agree(company, sealed, chance)


def assert_the_books_agree(company: Company, sealed: Mapping[int, list[str]], chance: random.Random) -> None:
    """Lines, ledgers, seals and statements say the same."""
    configuration = company.configuration()
    with company.store().read() as conn:
        assert verify(conn) is None
        booked = ledger.booked(conn, None)
        lines = results.lines_of(conn, None).filter(pl.col("amount_micros") != 0)
        posted = ledger.posted(conn, None).filter(pl.col("amount_micros") != 0)
        assert (
            lines.select(*ledger.KEY, "amount_micros")
            .sort(ledger.KEY)
            .equals(posted.select(*ledger.KEY, "amount_micros").sort(ledger.KEY))
        )
        for number, hashes in sealed.items():
            assert [each.hash for each in statements.sealed(conn, number)] == hashes
        shut = closing.closed(conn)
        kept = {
            (one.period, one.payee_id): one for each in shut.values() for one in statements.sealed(conn, each.number)
        }
        shows = sums(booked, "booked_in")
        for payee_id, period, shown in shows:
            if period in shut:
                assert sum(row[7] for row in kept[period, payee_id].content["earned"]) == shown
        for payee_id, period, shown in chance.sample(shows, 8):
            answer = statement(conn, payee_id, period, configuration, sight=all_seen(configuration))
            assert answer["totals"].get("USD", "0.00") == format_amount(shown, "USD"), (payee_id, period)
            assert sum(parse(of["earned"]) for of in answer["accounts"]) == shown


def sums(booked: pl.DataFrame, by: str) -> list[tuple[str, str, int]]:
    """What shows, by payee and period."""
    found = booked.group_by("payee_id", by).agg(pl.col("delta_micros").sum()).sort("payee_id", by)
    return [(payee, period, int(amount)) for payee, period, amount in found.iter_rows()]


def parse(text: str) -> int:
    """Micro-units of an amount as statements show it."""
    return parse_amount(text.replace(",", ""))
