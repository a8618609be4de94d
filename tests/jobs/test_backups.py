"""Backup and restore: back at a moment, while the CRM is further; the books and the CRM end as if nothing had been."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

import worker
from commands import clock
from connectors.salesforce.pay_records import LINE, STATEMENT
from jobs.problems import BUSY, PROBLEM
from jobs.running import claim
from sandbox.world import World
from store import audit, ledger, mirror
from store.backup import reading
from tests.jobs.conftest import CREDENTIALS, Company, Past, again
from tests.jobs.test_cycle import credited_deal

NAMED = """\
people:
  - {login: root, name: The daemon, roles: [admin]}
  - {login: dana, name: Dana Osei, roles: [finance]}
"""
OURS = ("Commission", "OwnerId")


@pytest.fixture
def company(
    published: Callable[[str], Past], tiny: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Company]:
    """A company whose owners, fields, statements and lines are in the CRM, on the CRM's clock."""
    with again(published("salesforce"), tiny, tmp_path) as made:
        monkeypatch.setattr(clock, "now", made.clock)
        line = "\nownership:\n  commercial: {field: OwnerId, policy: respect}\n"
        made.edit("mapping/salesforce.yaml", lambda text: text.split("\nownership:")[0] + line)
        made.edit("tallystick.yaml", lambda text: text.replace("money_share: 100%", "money_min: 100000000"))
        yield made


def command(company: Company, *words: str) -> Result:
    """A command as a user types it."""
    return CliRunner().invoke(
        worker.app, [*words, "--config", str(company.folder)], env={**CREDENTIALS, "COLUMNS": "200"}
    )


def books(company: Company) -> list[str]:
    """What both ledgers say."""
    with company.store().read() as conn:
        return [ledger.ledger_hash(conn), ledger.ledger_hash(conn, ledger.PAYABLE)]


def as_read(company: Company) -> dict[str, str]:
    """Who owns each deal as the rules see it: whom people gave it to."""
    with company.store().read() as conn:
        ids = [record_id for record_id, _ in mirror.ids(conn, "Opportunity")]
        return {key: json.loads(body)["OwnerId"] for key, body in mirror.bodies(conn, "Opportunity", ids).items()}


def crm(company: Company) -> dict[str, Any]:
    """Everything of ours that the CRM says."""
    deals = {
        row["Id"]: {name: row[name] for name in row if name.startswith(OURS)} for row in company.org.rows("Opportunity")
    }
    return {"deals": deals, **{each.name: company.org.rows(each.name) for each in (STATEMENT, LINE)}}


def lives_on(company: Company) -> None:
    """A deal grows twice, and another day begins."""
    deal = credited_deal(company)
    for _ in range(2):
        record = company.crm(deal)
        company.org.update("Opportunity", deal, {name: record[name] * 2 for name in ("ACV__c", "Amount")})
        company.cycle()
    company.clock.forward(days=1)
    company.cycle()


@pytest.mark.parametrize("readable", [True, False])
def test_after_a_restore_books_and_crm_are_as_if_it_had_never_been(
    company: Company, tmp_path: Path, *, readable: bool
) -> None:
    """What the CRM says already is not written again. Owners set since are no input, where it is known over whom."""
    file, database = tmp_path / "kept.db", tmp_path / "tallystick.db"
    if not readable:
        company.cycle()
    assert command(company, "backup", str(file)).exit_code == 0
    lives_on(company)
    before = books(company), crm(company), as_read(company)
    for store in company.stores:
        store.close()
    if readable:
        refused = command(company, "restore", str(file))
        assert (refused.exit_code, books(company)) == (PROBLEM, before[0])
        assert "does not: 3 runs, 8 postings. Nothing was changed." in refused.output
    else:
        database.write_bytes(b"\x00" * 512 + database.read_bytes()[512:])

    done = command(company, "restore", str(file), "--discard-newer", "--json")

    assert done.exit_code == 0, done.output
    assert Path(json.loads(done.stdout)["kept"]).stat().st_mode & 0o777 == 0o600
    assert books(company) != before[0]
    cycle = company.cycle()
    assert (books(company), crm(company), as_read(company)) == before
    assert cycle.computed.full
    assert "written" not in cycle.sent
    company.nothing_more()


def test_only_an_admin_takes_and_restores_backups_and_never_while_a_worker_works(
    company: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A refusal is on record; so is who took a backup, in the backup as well."""
    file = tmp_path / "kept.db"
    company.edit("access.yaml", lambda _: NAMED)
    monkeypatch.setenv("TALLYSTICK_ACTOR", "dana")
    refused = [command(company, name, str(file)) for name in ("backup", "restore")]
    monkeypatch.setenv("TALLYSTICK_ACTOR", "root")
    assert command(company, "backup", str(file)).exit_code == 0
    store = company.store()
    claim(store, company.clock())

    busy = command(company, "restore", str(file))

    assert [answer.exit_code for answer in refused] == [PROBLEM, PROBLEM]
    assert busy.exit_code == BUSY
    with reading(file) as conn:
        kept = [(each.login, each.action, each.subject) for each in audit.entries(conn)]
    assert kept == [("root", "backup", "kept.db"), ("dana", "refused", "restore"), ("dana", "refused", "backup")]
