"""Disputes: payees say what they expected, finance settles, and an open one keeps the period open."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import polars as pl
import pytest
import sqlalchemy as sa

from commands import clock
from engine.money import format_amount
from engine.scenario.verdict import judge
from jobs.books.checks import open_points
from jobs.books.dispute_test import plan_test_of
from jobs.settings import SettingsProblem
from store import disputes, people, results
from store.chain import verify
from store.disputes import Claim
from tests.jobs.conftest import ADMIN, Company
from tests.jobs.test_commands import run, run_on

ACCESS = """people:
  - {{login: root, name: Root, roles: [admin]}}
  - {{login: bo, name: Bo, roles: [finance]}}
  - {{login: ada, name: Ada, email: {email}, roles: [payee]}}
"""


@pytest.mark.synced
def test_a_payee_disputes_own_pay_and_finance_settles_it(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", company.clock)
    store, configuration = company.store(), company.configuration()
    with store.read() as conn:
        lines = results.lines_of(conn, None).filter(kind="commission", plan="ae", component="base")
        mine, other = (
            lines.row(-1, named=True),
            lines.filter(lines["payee_id"] != lines["payee_id"][-1]).row(0, named=True),
        )
        known = {email: people.with_email(conn, email) for (email,) in conn.execute(_EMAILS)}
        email = next(email for email, ids in known.items() if ids == [mine["payee_id"]])
    (company.folder / "access.yaml").write_text(ACCESS.format(email=email), encoding="utf-8")
    amount = lines.filter(deal_id=mine["deal_id"], payee_id=mine["payee_id"])["amount_micros"].sum()
    expected = format_amount(int(amount) + 5_000_000, mine["currency"]).replace(",", "")

    def said(who: str, *words: str, code: int = 0) -> Any:
        monkeypatch.setenv("TALLYSTICK_ACTOR", who)
        answer = run_on(company, "dispute", *words, "--json")
        assert answer.exit_code == code, answer.output
        return json.loads(answer.stdout) if code == 0 else answer.output

    about = ("--expected", expected, "--why", "the split was 60 to 40", "--deal", mine["deal_id"])
    (opened,) = said("ada", "open", mine["payee_id"], mine["period"], *about)
    said("ada", "open", other["payee_id"], other["period"], *about, code=1)
    assert "nosuch" in said("ada", "open", mine["payee_id"], mine["period"], *about[:-1], "nosuch", code=1)
    assert opened["difference"] == "-5.00"
    assert [each["dispute"] for each in said("ada", "list")] == [1]
    with store.read() as conn:
        codes = {point.code for point in open_points(conn, configuration, mine["period"], company.clock())}
    assert "open_dispute" in codes

    monkeypatch.setenv("TALLYSTICK_ACTOR", "bo")
    file = company.folder / "dispute.yaml"
    written = run_on(company, "dispute", "test", "1", str(file), "--anonymous")
    assert written.exit_code == 0, written.output
    assert run("plan", "test", str(file)).exit_code == 0
    assert mine["payee_id"] not in file.read_text(encoding="utf-8")
    settle = ("close", "1", "--by", "data", "--reason", "mended in the CRM")
    said("ada", *settle, code=1)
    assert "was expected" in said("bo", *settle, code=1)
    (settled,) = said("bo", *settle, "--differs")
    assert (settled["settled_by"], settled["difference"]) == ("data", "-5.00")
    assert said("bo", "list") == []
    assert "settled already" in said("bo", *settle, code=1)
    with store.read() as conn:
        assert verify(conn) is None
        codes = {point.code for point in open_points(conn, configuration, mine["period"], company.clock())}
    assert "open_dispute" not in codes


@pytest.mark.synced
def test_a_dispute_of_a_line_of_each_plan_writes_a_test_that_passes(company: Company) -> None:
    configuration, shared = company.configuration(), pl.col("share_num") < pl.col("share_den")
    with company.store().write() as conn:
        split = results.credits_of(conn, None).filter(shared, kind="direct")["deal_id"].implode()
        lines = results.lines_of(conn, None).filter(pl.col("deal_id").is_not_null())
        asked = lines.with_columns(is_split=pl.col("deal_id").is_in(split)).unique(
            ("plan", "is_split"), keep="last", maintain_order=True
        )
        assert set(asked["plan"]) == {plan.plan for plan in configuration.rules.plans}
        for row in asked.iter_rows(named=True):
            claim = Claim(row["payee_id"], row["period"], row["deal_id"], 0, 0, row["currency"], "not what I expected")
            for one in (claim, replace(claim, deal_id=None)):
                number = disputes.add(conn, ADMIN, one, company.clock())
                text = plan_test_of(conn, configuration, number, anonymous=True)
                assert judge(text, "dispute.yaml", lambda _: None).passed
                assert one.payee_id not in text

        none = disputes.add(conn, ADMIN, replace(claim, period="2023-01"), company.clock())
        with pytest.raises(SettingsProblem, match="no line there"):
            plan_test_of(conn, configuration, none, anonymous=True)


_EMAILS = sa.select(people.PERSON.c.email).where(people.PERSON.c.email.is_not(None))
