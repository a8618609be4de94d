"""Statements and lines as records in the CRM: what they say, and that nobody sees half of a change."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import pytest

from connectors.salesforce.pay_records import LINE, STATEMENT
from engine.model import MICROS
from jobs.access.actor import Actor
from jobs.access.visible import Sight
from jobs.books.close import Signed, close
from jobs.crash_points import RECORD_POINTS
from jobs.exports.payroll import export_payroll
from jobs.paying.recording import record_exported
from jobs.preview import preview
from jobs.publishing import send
from jobs.publishing.ahead import KINDS
from jobs.statements.told import statement
from jobs.status import open_issues
from sandbox.world import World
from store import closing
from store.payments import payments
from tests.jobs.conftest import ADMIN, Company, Past, again, all_seen

CURVE = {"title", "x_label", "y_label", "lines", "x_ticks", "y_ticks", "here"}
"""What `connectors/salesforce/curve.schema.json` asks of a curve."""

TODAY = date(2026, 11, 20)

Row = Mapping[str, Any]
Told = dict[tuple[str, str, str, str], Decimal]


@pytest.fixture
def company(published: Callable[[str], Past], tiny: World, tmp_path: Path) -> Iterator[Company]:
    """A company whose statements are kept in the CRM, after the first cycle."""
    with again(published("salesforce"), tiny, tmp_path) as made:
        yield made


def statements(company: Company) -> list[Row]:
    """The statements in the CRM."""
    return list(company.org.rows(STATEMENT.name))


def lines(company: Company, **of: object) -> list[Row]:
    """The lines in the CRM with these values."""
    rows = company.org.rows(LINE.name)
    return [row for row in rows if all(row[name] == value for name, value in of.items())]


def told(company: Company, payee: str) -> Told:
    """What `worker.py statement` says was earned, by payee, period, plan and currency."""
    found: Told = {}
    configuration = company.configuration()
    with company.store().read() as conn:
        periods = statement(conn, payee, None, configuration, sight=all_seen(configuration))["periods"]
        for period in periods:
            said = statement(conn, payee, period, configuration, sight=all_seen(configuration))
            for of in said["accounts"]:
                found[payee, period, of["plan"], of["currency"]] = Decimal(of["earned"].replace(",", ""))
    return found


def written(company: Company, payee: str) -> Told:
    """What the CRM says was earned; whoever's statement it is, it is the sum of its lines."""
    found: Told = {}
    for row in statements(company):
        own = lines(company, Statement__c=row["Id"], Projected__c=False)
        earned = Decimal(str(row["Earned__c"]))
        assert sum(Decimal(str(line["Amount__c"])) for line in own) == earned, row
        assert row["OwnerId"] == row["Payee__c"]
        if row["Status__c"] != "Withdrawn" and row["Payee__c"] == payee:
            found[payee, row["Period__c"], row["Plan__c"], row["CurrencyIsoCode"]] = earned
    return found


def agree(company: Company, payee: str) -> Told:
    """What both say; a statement that is there for estimates alone says zero in the CRM."""
    says, shows = told(company, payee), written(company, payee)
    assert {key: shows.get(key) for key in says} == says
    assert not any(earned for key, earned in shows.items() if key not in says)
    assert any(says.values())
    return says


def line_of_a_deal(company: Company) -> Row:
    """One line of a deal that pays somebody who has few statements."""
    paying = lines(company, Component__c="base", Kind__c="commission", Projected__c=False)
    many = Counter(row["Payee__c"] for row in statements(company))
    return min(paying, key=lambda row: (many[row["Payee__c"]], row["Line_Key__c"]))


def multiply(company: Company, deal: str, factor: int) -> None:
    """The deal is larger than it was said to be."""
    record = company.crm(deal)
    larger = {name: record[name] * factor for name in ("ACV__c", "Amount")}
    company.org.update("Opportunity", deal, larger)


def statuses(company: Company) -> set[str]:
    """What the statements say of themselves."""
    return {row["Status__c"] for row in statements(company)}


def test_the_crm_says_what_the_statement_says_to_the_cent_and_closed_is_closed(
    company: Company, tmp_path: Path
) -> None:
    payee = str(line_of_a_deal(company)["Payee__c"])
    before = agree(company, payee)
    assert statuses(company) == {"Open"}
    curves = [json.loads(row["Curve__c"])["curves"] for row in statements(company) if row["Curve__c"]]
    assert {name for each in curves for curve in each for name in curve} == CURVE
    assert all(line["Reason__c"] and line["Dated_On__c"] for line in lines(company))
    company.nothing_more()

    left = {row["Id"] for row in company.org.rows("User") if not row["IsActive"]}
    assert not left & {row["Payee__c"] for row in statements(company)}
    with company.store().read() as conn:
        (refused, *_) = [each for each in open_issues(conn, company.configuration()) if STATEMENT.name in each.subject]
    assert "INACTIVE_OWNER_OR_USER" in refused.message
    assert refused.remedy.startswith("'worker.py statement' shows it all the same.")

    period = min(str(row["Period__c"]) for row in statements(company))
    signed = Signed(ADMIN, None)
    close(company.configuration(), company.store(), period, lambda *_: signed, accepts_issues="a test")
    company.cycle()
    assert {row["Status__c"] for row in statements(company) if row["Period__c"] == period} == {"Closed"}
    assert {row["Status__c"] for row in statements(company) if row["Period__c"] != period} == {"Open"}
    assert agree(company, payee) == before
    company.nothing_more()

    paid = pay(company, period, tmp_path)
    company.cycle()
    assert len(paid) > len(left)
    assert shown_as_paid(company) == {key: amount for key, amount in paid.items() if key[0] not in left}
    assert agree(company, payee) == before
    company.nothing_more()


def pay(company: Company, period: str, folder: Path) -> dict[tuple[str, str, str], Decimal]:
    """Export the payroll of a period and record it as paid; answers what was paid, by payee, period and currency."""
    configuration, store = company.configuration(), company.store()
    export_payroll(configuration, store, ADMIN, period, folder / "payroll.csv")
    record_exported(configuration, store, ADMIN, period, reference="RUN-1")
    with store.read() as conn:
        made = payments(conn)
    return {(each.payee_id, each.period, each.currency): Decimal(each.amount_micros) / MICROS for each in made}


def shown_as_paid(company: Company) -> dict[tuple[str, str, str], Decimal]:
    """What the statements in the CRM say was paid, over all plans."""
    found: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    for row in statements(company):
        found[row["Payee__c"], row["Period__c"], row["CurrencyIsoCode"]] += Decimal(str(row["Paid__c"]))
    return {key: paid for key, paid in found.items() if paid}


class Killed(BaseException):
    """The process ends here."""


def test_changed_and_vanished_lines_and_a_crash_at_any_point(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the process died at: who is not marked says the numbers of one run, and the next run finishes."""
    line = line_of_a_deal(company)
    deal, payee, keys = line["Opportunity__c"], line["Payee__c"], {row["Line_Key__c"] for row in lines(company)}
    for point in RECORD_POINTS:
        before = {row["Id"]: row for row in statements(company)}
        multiply(company, deal, 2)
        with monkeypatch.context() as patch:
            patch.setattr(send, "crash_point", lambda name, point=point: _die(name, point))
            with pytest.raises(Killed):
                company.cycle()
        touched = {each["Statement__c"] for each in lines(company, Opportunity__c=deal)}
        assert touched <= {row["Id"] for row in statements(company) if row["Status__c"] == "Updating"}
        for row in statements(company):
            assert (row["Earned__c"], row["Run__c"]) == (before[row["Id"]]["Earned__c"], before[row["Id"]]["Run__c"])
        company.cycle()
        assert agree(company, payee)
        assert statuses(company) == {"Open"}

    company.org.update("Opportunity", deal, {"StageName": "Closed Lost"})
    company.cycle()

    gone = lines(company, Opportunity__c=deal)
    assert {(row["Amount__c"], row["Status__c"]) for row in gone} == {(0, "Vanished")}
    assert {row["Line_Key__c"] for row in lines(company)} == keys
    assert agree(company, payee)
    company.nothing_more()


def _die(name: str, point: str) -> None:
    if name == point:
        raise Killed


def test_a_refused_line_keeps_its_statement_updating_until_it_is_mended(company: Company) -> None:
    """The totals stay those of the run before, and everybody else's go on; what people changed or deleted is mended."""
    line = line_of_a_deal(company)
    (before,) = [row for row in statements(company) if row["Id"] == line["Statement__c"]]
    standing_ = [True]
    company.org.validation_rule(
        LINE.name, lambda row: standing_[0] and row["Line_Key__c"] == line["Line_Key__c"], "Ask Finance first."
    )
    multiply(company, line["Opportunity__c"], 2)
    company.cycle()

    (during,) = [row for row in statements(company) if row["Id"] == line["Statement__c"]]
    assert (during["Status__c"], during["Earned__c"], during["Run__c"]) == ("Updating", before["Earned__c"], "1")
    assert [row["Id"] for row in statements(company) if row["Status__c"] == "Updating"] == [during["Id"]]
    with company.store().read() as conn:
        (refused,) = [each for each in open_issues(conn, company.configuration()) if each.subject.startswith(LINE.name)]
    assert "Ask Finance first." in refused.message
    company.nothing_more()

    (changed, *_) = [row for row in lines(company) if row["Statement__c"] != during["Id"] and row["Amount__c"]]
    company.org.update(LINE.name, changed["Id"], {"Amount__c": "1.00"})
    others = {during["Id"], changed["Statement__c"]}
    (deleted, *_) = [row for row in statements(company) if row["Id"] not in others]
    company.org.delete(STATEMENT.name, deleted["Id"])
    standing_[0] = False
    company.clock.forward(days=1)
    company.cycle()

    assert statuses(company) == {"Open"}
    assert agree(company, line["Payee__c"])
    assert deleted["Statement_Key__c"] in {row["Statement_Key__c"] for row in statements(company)}
    company.nothing_more()


def test_a_line_of_a_deal_that_was_deleted_names_it_no_longer(company: Company) -> None:
    """A closed month believes in the deal until somebody decides, but Salesforce takes no line that names it."""
    line = line_of_a_deal(company)
    (statement_,) = [row for row in statements(company) if row["Id"] == line["Statement__c"]]
    _note(company, statement_["Period__c"], "closed")
    company.cycle()

    company.org.delete("Opportunity", line["Opportunity__c"])
    company.cycle()
    _note(company, statement_["Period__c"], "reopened")
    company.cycle()

    (now,) = lines(company, Line_Key__c=line["Line_Key__c"])
    assert (now["Opportunity__c"], now["Amount__c"]) == (None, line["Amount__c"])
    with company.store().read() as conn:
        assert [
            each.subject for each in open_issues(conn, company.configuration()) if each.subject.startswith(LINE.name)
        ] == []


def _note(company: Company, period: str, action: Literal["closed", "reopened"]) -> None:
    with company.store().write() as conn:
        closing.note(conn, period, action, "dana", second=None, reason="", now=company.clock())


def test_open_deals_say_what_they_would_pay_and_it_becomes_what_they_paid(company: Company) -> None:
    """The first of a payee's open deals, won on its day: the same record, now earned, with the same amount."""
    ahead = sorted(lines(company, Projected__c=True), key=lambda row: (row["Dated_On__c"], row["Line_Key__c"]))
    assert {company.crm(row["Opportunity__c"])["IsClosed"] for row in ahead} == {False}
    assert any(row["Next_Tier_Amount__c"] for row in ahead)
    assert all(row["Reason__c"].startswith("Projected, not earned.") for row in ahead)
    assert not any("which expected" in row["Reason__c"] for row in ahead)
    first = ahead[0]
    payee = first["Payee__c"]
    assert agree(company, payee)

    company.org.update("Opportunity", first["Opportunity__c"], {"StageName": "Closed Lost"})
    company.cycle()
    lost = lines(company, Opportunity__c=first["Opportunity__c"])
    assert {(row["Amount__c"], row["Status__c"]) for row in lost} == {(0, "Vanished")}

    won = {"StageName": "Closed Won", "CloseDate": str(first["Dated_On__c"])}
    company.org.update("Opportunity", first["Opportunity__c"], won)
    company.cycle()
    (now,) = lines(company, Line_Key__c=first["Line_Key__c"])
    assert (now["Projected__c"], now["Amount__c"], now["Status__c"]) == (False, first["Amount__c"], "Current")
    assert "Projected" not in now["Reason__c"]
    assert agree(company, payee)
    company.nothing_more()


def test_a_preview_counts_what_would_be_written_of_whom_for_those_who_see_them(company: Company) -> None:
    assert ahead(company, all_seen(company.configuration())) == []
    company.edit("plans/ae.yaml", lambda text: text.replace("rate: 8%}", "rate: 9%}"))

    every = ahead(company, all_seen(company.configuration()))
    payee, *_ = sorted({row["payee"] for row in every})
    (user,) = [row["Id"] for row in company.org.rows("User") if row["Name"] == payee]
    own = Sight(Actor("x", "x", "x", user, frozenset({"payee"})), (), company.configuration().rules.company, TODAY)
    assert ahead(company, own) == [row for row in every if row["payee"] == payee] != every

    company.edit("tallystick.yaml", lambda text: text.replace("100%}", "100%, edits_take_back: true}"))
    before = stamps(company)
    company.cycle()
    written = sum(stamp != before[record] for record, stamp in stamps(company).items())
    assert written == sum(row[kind]["update"] for row in every for kind in KINDS) > 0
    left = {row["Name"] for row in company.org.rows("User") if not row["IsActive"]}
    assert {row["payee"] for row in every if any(row[kind]["create"] for kind in KINDS)} <= left


def stamps(company: Company) -> dict[str, Any]:
    """When each statement and line was last changed in the CRM."""
    return {row["Id"]: row["LastModifiedDate"] for row in [*statements(company), *lines(company)]}


def ahead(company: Company, sight: Sight) -> list[dict[str, Any]]:
    """What a preview counts of statements and lines, for somebody who sees this."""
    found: list[dict[str, Any]] = preview(company.configuration(), company.store(), company.clock, sight)["records"]
    return found
