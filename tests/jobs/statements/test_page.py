"""The page of a statement: what it says is the statement, and no name in it can be more than a name."""

from __future__ import annotations

import re
import stat
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from commands import clock
from engine.money import format_amount
from jobs.exports.files import write_private
from jobs.settings import SettingsProblem
from jobs.statements.figures import micros_of
from jobs.statements.files import name_of
from jobs.statements.markup import el
from jobs.statements.page import page
from jobs.statements.told import nothing_shown, statement
from store import ledger, results
from tests.jobs.conftest import Company, all_seen
from tests.jobs.test_books import BOOK, close_all
from tests.jobs.test_commands import run_on
from tests.jobs.test_cycle import credited_deal

CORRECTION = (
    *("component", "deal_id", "approved_by", "evidence", "amount", "currency", "period", "by", "on", "reason"),
    *("withdrawn_by", "withdrawn_because"),
)
HOSTILE = "\"><script>alert(1)</script><img src=x onerror=alert(1)>\u202e=cmd|' /C calc'!A0"


@pytest.mark.synced
def test_steps_add_up_and_the_page_says_what_the_statement_says(company: Company) -> None:
    """For everybody of a busy month: base to earned to payable, to the cent of the ledger; every amount on the page."""
    configuration, seen = company.configuration(), all_seen(company.configuration())
    with company.store().read() as conn:
        period = results.lines_of(conn, None)["period"].mode().sort()[0]
        booked = ledger.booked(conn, None, period=period)
        for payee in sorted(set(booked["payee_id"])):
            answer = statement(conn, payee, period, configuration, sight=seen)
            shown = text_of(page(answer))
            for fall in answer["waterfall"]:
                assert_falls(fall, answer, booked.filter(payee_id=payee))
            assert all(line["amount"] in shown and line["deal"] in shown for line in answer["lines"])
            assert "<script" not in page(answer)


def assert_falls(fall: dict[str, Any], answer: dict[str, Any], booked: pl.DataFrame) -> None:
    """The steps before each total add up to it."""
    running = 0
    for step in fall["steps"]:
        running = running if step["total"] else running + micros_of(step["amount"])
        assert not step["total"] or micros_of(step["amount"]) == running
    ours = booked.filter(currency=fall["currency"])["delta_micros"].sum()
    totals = {step["step"]: step["amount"] for step in fall["steps"] if step["total"]}
    payout = sum(micros_of(of["payout"]) for of in answer["accounts"] if of["currency"] == fall["currency"])
    assert totals == {"earned": format_amount(ours, "USD"), "payout": format_amount(payout, "USD")}


def text_of(html: str) -> str:
    """What a reader sees."""
    plain = re.sub(r"<[^>]*>", " ", html.partition("</style>")[2])
    return plain.replace("&amp;", "&").replace("&#x27;", "'").replace("&quot;", '"')


@pytest.mark.synced
def test_a_closed_months_page_stays_byte_for_byte(
    company: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also through the command, with a hostile deal name; the file is its owner's alone, and none is written over."""
    deal = credited_deal(company)
    company.edit("tallystick.yaml", lambda text: text + BOOK)
    company.org.update("Opportunity", deal, {"Name": HOSTILE})
    company.cycle()
    with company.store().read() as conn:
        line = results.lines_of(conn, None, [deal]).filter(component="base", kind="commission").row(0, named=True)
    who, period = line["payee_id"], line["period"]
    close_all(company, period)
    before = page_of(company, who, period)
    record = company.crm(deal)
    company.org.update("Opportunity", deal, {"ACV__c": record["ACV__c"] * 2, "Amount": record["Amount"] * 2})
    posted = company.cycle().computed.postings

    assert posted.height
    assert page_of(company, who, period) == before
    monkeypatch.setattr(clock, "now", company.clock)
    words = ("statement", who, period, "--html", str(tmp_path / "a.html"))
    codes = [run_on(company, *words, *more).exit_code for more in ((), (), ("--force",))]
    assert codes == [0, 1, 0]
    assert (tmp_path / "a.html").read_text(encoding="utf-8") == before
    assert stat.S_IMODE((tmp_path / "a.html").stat().st_mode) == 0o600
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in before
    assert "Final: closed on" in before
    assert_harmless(before)


def page_of(company: Company, who: str, period: str) -> str:
    """The page that everybody who may see it is given."""
    configuration = company.configuration()
    with company.store().read() as conn:
        return page(statement(conn, who, period, configuration, sight=all_seen(configuration)))


def assert_harmless(html: str) -> None:
    """No script, no address, nothing that turns the reading direction, no attribute that does something."""
    tags = re.findall(r"<[^>]*>", html)
    assert not [tag for tag in tags if re.match(r"<(script|img|link|iframe|a|object|base|form)\b", tag)]
    assert not [tag for tag in tags if re.search(r"\s(on\w+|src|href)=", tag)]
    assert "://" not in html
    assert "\u202e" not in html


def test_every_text_of_a_statement_is_escaped() -> None:
    """Whatever field a hostile text stands in."""
    empty = nothing_shown({"name": HOSTILE, "email": HOSTILE}, HOSTILE)
    money = {"amount": "1.00", "currency": "USD"}
    moved = {"component": HOSTILE, "deal": HOSTILE, "deal_id": "1", "moved_by": [{"deal": HOSTILE}], **money}
    drawing = {"x_label": HOSTILE, "y_label": HOSTILE, "lines": [[0, 0, 1000, 1000]], "x_ticks": [[0, HOSTILE]]}
    answer = empty | {
        "closed": {"at": "2026-11-01T00:00:00", "by": HOSTILE, "number": 1},
        "approval": {"state": "approved", "figures": HOSTILE, "by": HOSTILE, "at": HOSTILE, "asked": True},
        "components": [
            {"component": "x", "title": HOSTILE, "attainment": "1 %", "window": HOSTILE, **money}
            | {"outlook": {"sentences": [HOSTILE]}}
            | {"curve": drawing | {"y_ticks": [[0, HOSTILE]], "here": {"x": 1, "y": 1, "at": HOSTILE, "pays": HOSTILE}}}
        ],
        "lines": [{**moved, "sentence": HOSTILE, "dated_on": HOSTILE, "kind": HOSTILE}],
        "corrections": [dict.fromkeys(("adjustment", *CORRECTION), HOSTILE) | {"state": "withdrawn"}],
        "adjustments": [moved | {"about": HOSTILE}],
        "booked_elsewhere": [moved | {"shown_in": HOSTILE}],
        "held": [moved | {"sentence": HOSTILE, "earned_in": HOSTILE}],
        "payments": {"payments": [{"paid_on": HOSTILE, "reference": HOSTILE, "reason": HOSTILE, **money}]},
        "plans": [{"plan": HOSTILE, "version": HOSTILE, "acknowledged_at": HOSTILE}],
        "changed": {"since": "sealed", "at": HOSTILE, "before": {}, "now": {}, "changes": [moved | {"reason": "x"}]},
    }

    assert_harmless(page(answer))
    assert el("td", HOSTILE, title=HOSTILE).count("<") == 2


def test_file_names_are_names(tmp_path: Path) -> None:
    """Of people who are called like a path or a hidden file; a link of the name is not followed when replaced."""
    assert name_of("2026-10", "../../etc/passwd", ".x", "Zoë O'Hara", None) == "2026-10-etc_passwd-x-Zo_O_Hara"
    (tmp_path / "kept").write_text("kept", encoding="utf-8")
    (tmp_path / "link").symlink_to(tmp_path / "kept")
    with pytest.raises(SettingsProblem, match="exists already"):
        write_private(tmp_path / "link", b"new")
    with pytest.raises(SettingsProblem, match="choose another name, or replace it with --force"):
        write_private(tmp_path / "link", b"new", force=False)
    write_private(tmp_path / "link", b"new", force=True)

    assert (tmp_path / "kept").read_text(encoding="utf-8") == "kept"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
