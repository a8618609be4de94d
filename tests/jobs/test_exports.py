"""Exports over random months, late changes, payments and currencies: whatever happens, they tie to the ledgers."""

from __future__ import annotations

import csv
import io
import random
import shutil
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path

import pytest

from commands import clock
from jobs.configuration import Configuration, load
from jobs.exports.journal import journal
from jobs.exports.payroll import export_payroll, payroll
from jobs.exports.tying import NotTied, refuse_untied, tied
from jobs.paying.recording import booked_in, record_exported
from store import closing, ledger
from store.database import Store
from store.payments import Payment, paid_sums, record
from tests.jobs.conftest import ADMIN, TEMPLATES, Company
from tests.jobs.test_books import parse
from tests.jobs.test_payments import refused, rows_of, told
from tests.store.conftest import NOW, path, run_id, store
from tests.store.test_ledger import postings

__all__ = ["path", "run_id", "store"]

MONTHS = [f"2026-{month:02}" for month in range(1, 9)]
CENT = 10_000
UNITS = {"USD": CENT, "EUR": CENT, "JPY": 1_000_000}


@pytest.fixture
def configuration(tmp_path: Path) -> Configuration:
    """The shipped plans, of which the AE's releases as customers pay."""
    shutil.copytree(TEMPLATES, tmp_path / "config")
    (tmp_path / "config/lists").mkdir(exist_ok=True)
    (tmp_path / "config/lists/named_accounts.csv").write_text("account,id\n", encoding="utf-8")
    plan = tmp_path / "config/plans/ae.yaml"
    plan.write_text(plan.read_text(encoding="utf-8") + "\nrelease: cash\n", encoding="utf-8")
    return load(tmp_path / "config")


@pytest.mark.parametrize("seed", range(2))
def test_journals_and_payrolls_tie_through_any_months(
    configuration: Configuration, store: Store, run_id: int, tmp_path: Path, seed: int
) -> None:
    """Months are booked, closed, exported and paid (or not); late changes and late payments come in between.

    All journals together are the ledgers; a closed month's is the same bytes for ever; debits are credits.
    """
    chance, kept = random.Random(seed), {}
    for number, label in enumerate(MONTHS):
        _book(store, run_id, chance, label, MONTHS[: number + 1])
        with store.write() as conn:
            closing.note(conn, label, "closed", "dana", second=None, reason="", now=NOW)
        _pay(configuration, store, chance, label, tmp_path)
        with store.read() as conn:
            kept[label] = journal(conn, configuration, label).text
            assert all(journal(conn, configuration, each).text == text for each, text in kept.items())
    with store.read() as conn:
        rest = [
            journal(conn, configuration, label, preliminary=True).text for label in ("2026-09", "2026-10", "2026-11")
        ]
        balance = _balances([*kept.values(), *rest])
        _, dues = payroll(conn, configuration, MONTHS[-1])
        owed: dict[str, int] = defaultdict(int)
        for each in dues:
            owed[each.currency] += each.due + each.carried_forward
        earned: dict[str, int] = defaultdict(int)
        for one in ledger.sums(conn, ledger.EARNED):
            earned[one.currency] += one.micros
        for currency in UNITS:
            assert sum(balance[role, currency] for role in ("expense", "accrued", "payable", "cash")) == 0
            assert balance["expense", currency] == -earned[currency]
            assert balance["payable", currency] == owed[currency]
            assert balance["cash", currency] == paid_sums(conn).get(currency, 0)


def _book(store: Store, run_id: int, chance: random.Random, label: str, earlier: list[str]) -> None:
    """New postings, and late ones about earlier months, in both ledgers."""
    for account, plan in ((ledger.EARNED, "ae"), (ledger.EARNED, "csm"), (ledger.PAYABLE, "ae")):
        rows = []
        for number in range(chance.randint(1, 6)):
            about, currency = chance.choice([label, chance.choice(earlier)]), chance.choice(list(UNITS))
            rows.append(
                {
                    "plan": plan,
                    "payee_id": chance.choice(["ada", "bo"]),
                    "period": about,
                    "booked_in": label,
                    "source_id": f"{label}-{number}",
                    "kind": chance.choice(["commission", "clawback", "bonus"]),
                    "currency": currency,
                    "delta_micros": chance.randint(-400, 600) * UNITS[currency] + (number == 5),
                }
            )
        with store.write() as conn:
            ledger.append(conn, postings(*rows), run_id, NOW, account=account)


def _pay(configuration: Configuration, store: Store, chance: random.Random, label: str, folder: Path) -> None:
    """What was exported, sometimes; sometimes something else, on a day of any month."""
    on = date(2026, 1, 31) + timedelta(days=chance.randint(0, 290))
    if chance.random() < 0.6:
        export_payroll(configuration, store, ADMIN, label, folder / f"{label}.csv")
        with store.read() as conn:
            _, found = payroll(conn, configuration, label)
        if any(each.due for each in found):
            record_exported(configuration, store, ADMIN, label, reference=f"R-{label}", on=on)
    else:
        with store.write() as conn:
            shown_in = booked_in(conn, label, on, configuration.rules.company)
            some = chance.randint(-20, 50) * CENT
            record(conn, [Payment("ada", label, some, "EUR", on, shown_in, f"X-{label}", "by hand")], "dana", NOW)


def _balances(texts: list[str]) -> dict[tuple[str, str], int]:
    """What is on the credit side of each role and currency, less its debits; every entry is balanced."""
    found: dict[tuple[str, str], int] = defaultdict(int)
    for text in texts:
        entries: dict[str, int] = defaultdict(int)
        for row in csv.DictReader(io.StringIO(text)):
            amount = parse(row["credit"] or "0") - parse(row["debit"] or "0")
            found[row["role"], row["currency"]] += amount
            entries[row["entry"]] += amount
        assert set(entries.values()) <= {0}
    return found


CAPITALISE = "capitalise: [{motions: [new_business], months: 36}, {motions: [renewal, upsell, cross_sell], months: 12}]"


@pytest.mark.synced
def test_capitalised_commissions_are_spread_by_the_policy_and_tie_to_what_was_earned(
    company: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """New business over three years, a year or less at once, each with its rule; lost customers are impaired."""
    monkeypatch.setattr(clock, "now", company.clock)
    told(company, "export", "amortisation", "2026-10", "--out", str(tmp_path / "none.csv"), "--preliminary")
    assert all("not capitalised" in row["rule"] for row in rows_of(tmp_path / "none.csv"))
    company.edit("journal.yaml", lambda text: text + CAPITALISE + "\n")
    assert "not closed" in refused(company, "export", "amortisation", "2026-10", "--out", str(tmp_path / "open.csv"))
    told(company, "export", "amortisation", "2026-10", "--out", str(tmp_path / "some.csv"), "--preliminary")

    rows = rows_of(tmp_path / "some.csv")
    spread, at_once = ([row for row in rows if bool(row["months"]) is either] for either in (True, False))
    assert any("IFRS 15.94" in row["rule"] for row in at_once)
    assert {row["months"] for row in spread} == {"36"}
    assert all("ASC 340-40-35-1" in row["rule"] for row in spread)
    assert sum(parse(row["impaired"]) for row in spread) > 0
    with company.store().read() as conn:
        earned = sum(each.micros for each in ledger.sums(conn, ledger.EARNED) if each.booked_in <= "2026-10")
    assert sum(parse(row[name]) for row in rows for name in ("capitalised", "taken_back", "expensed")) == earned
    assert all(
        parse(row["opening"]) + parse(row["capitalised"]) + parse(row["taken_back"])
        == parse(row["amortised"]) + parse(row["impaired"]) + parse(row["closing"])
        for row in spread
    )
    company.edit("journal.yaml", lambda text: text.replace(", months: 36", ""))
    company.edit("journal.yaml", lambda text: text.replace("months: 12", "months: 500"))
    assert "journal.yaml:" in refused(company, "export", "amortisation", "2026-10", "--out", str(tmp_path / "wrong"))


def test_a_cent_of_difference_is_no_export() -> None:
    """The refusal names the sum, both sides and what to do."""
    with pytest.raises(NotTied, match=r"paid EUR: exported 1\.00, booked 0\.99.*worker.py verify"):
        refuse_untied(tied("paid", {"EUR": 100 * CENT, "USD": 5}, {"EUR": 99 * CENT, "USD": 5}))
