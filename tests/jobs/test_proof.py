"""A proof holds what one statement follows from: it is computed again without a database, to the same cents."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from commands import clock
from sandbox.world import World
from store import results
from tests.jobs.conftest import Company, Past, again, kept
from tests.jobs.test_books import BOOK, close_all
from tests.jobs.test_commands import run_on
from tests.jobs.test_cycle import credited_deal


@pytest.fixture(scope="module")
def proved(past: Past, small: World, tmp_path_factory: pytest.TempPathFactory) -> Past:
    """A company after its first cycle, with a proof of somebody's statement in its folder."""
    folder = tmp_path_factory.mktemp("proved")
    with pytest.MonkeyPatch.context() as patched, again(past, small, folder) as made:
        patched.setattr(clock, "now", made.clock)
        with made.store().read() as conn:
            line = results.lines_of(conn, None, [credited_deal(made)]).row(0, named=True)
        words = ("statement", line["payee_id"], line["period"], "--proof", str(folder / "statement.proof"))
        written = run_on(made, *words)
        assert written.exit_code == 0, written.output
        return kept(made)


@pytest.fixture
def company(proved: Past, small: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Company]:
    """The same company for every test; worker and CRM tell the same time."""
    with again(proved, small, tmp_path) as made:
        monkeypatch.setattr(clock, "now", made.clock)
        yield made


@pytest.fixture
def proof(company: Company) -> Path:
    """The proof, as it was copied."""
    return company.folder.with_name("statement.proof")


def test_it_is_computed_again_anywhere(company: Company, proof: Path) -> None:
    answer = run_on(company, "verify", str(proof), "--json")

    assert answer.exit_code == 0
    verdict = json.loads(answer.stdout)
    assert verdict["holds"]
    assert verdict["lines"] > 0
    assert verdict["hash"] == proof.read_text(encoding="utf-8").splitlines()[-1]
    assert proof.stat().st_mode & 0o777 == 0o600
    assert "to the cent" in run_on(company, "verify", str(proof)).stdout


def test_a_statement_with_an_adjustment_is_proved(company: Company, proof: Path, tmp_path: Path) -> None:
    """Under the number that it has among everybody's, of which only the payee's are in the file."""
    content = json.loads(proof.read_text(encoding="utf-8").splitlines()[0])
    who, other = content["payee"]["person_id"], _somebody_else(company, content["payee"]["person_id"])
    for payee, amount in ((other, "17.00"), (who, "-33.50")):
        assert run_on(company, "adjust", payee, "2026-11", amount, "--reason", "a mistake").exit_code == 0
    file = tmp_path / "adjusted.proof"

    assert run_on(company, "statement", who, "2026-11", "--proof", str(file)).exit_code == 0

    verdict = json.loads(run_on(company, "verify", str(file), "--json").stdout)
    assert verdict["holds"]
    assert len(json.loads(file.read_text(encoding="utf-8").splitlines()[0])["adjustment"]) == 1


def _somebody_else(company: Company, payee: str) -> str:
    """Another payee of the same plan."""
    with company.store().read() as conn:
        lines = results.lines_of(conn, None)
    plan = lines.filter(payee_id=payee)["plan"][0]
    return str(lines.filter((lines["plan"] == plan) & (lines["payee_id"] != payee))["payee_id"][0])


def test_any_changed_byte_is_refused(company: Company, proof: Path) -> None:
    whole, draw = proof.read_bytes(), Random(7)
    for place in [0, len(whole) - 2, *(draw.randrange(len(whole)) for _ in range(20))]:
        changed = bytearray(whole)
        changed[place] ^= 1
        proof.write_bytes(changed)
        assert run_on(company, "verify", str(proof)).exit_code == 1, place


def test_a_forged_amount_with_a_new_hash_does_not_follow(company: Company, proof: Path) -> None:
    """Whoever changes a cent can write a new hash, but not make the cent follow from the records."""
    content = json.loads(proof.read_text(encoding="utf-8").splitlines()[0])
    entry = content["ledgers"]["posting"][0]
    entry[-3] += 10_000
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    proof.write_text(f"{text}\n{hashlib.sha256(text.encode()).hexdigest()}\n", encoding="utf-8")

    answer = run_on(company, "verify", str(proof))

    assert answer.exit_code == 1
    assert "do not follow" in answer.stdout


def test_nobody_elses_pay_is_in_it(company: Company, proof: Path) -> None:
    content = json.loads(proof.read_text(encoding="utf-8").splitlines()[0])
    mine = content["payee"]["person_id"]

    assert {row[3] for rows in content["ledgers"].values() for row in rows} <= {mine}
    assert len(content["texts"]["people/quotas.csv"].splitlines()) < len(
        company.configuration().texts["people/quotas.csv"].splitlines()
    )


def test_what_is_no_proof_is_refused_in_words(company: Company, proof: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.proof"
    other.write_text("{}\n", encoding="utf-8")
    assert "is no proof" in run_on(company, "verify", str(other)).output
    assert "is no proof" in run_on(company, "verify", str(tmp_path / "missing")).output
    content = json.loads(proof.read_text(encoding="utf-8").splitlines()[0])
    who, period = content["payee"]["person_id"], content["period"]
    assert "exists already" in run_on(company, "statement", who, period, "--proof", str(proof)).output


def test_a_sealed_statement_comes_out_again_after_late_changes(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the inputs that it names; and a look back shows it open before the close, and sealed after."""
    monkeypatch.setattr(clock, "now", company.clock)
    company.edit("tallystick.yaml", lambda text: text + BOOK)
    run_on(company, "sync")
    opened = company.clock().isoformat()
    deal = credited_deal(company)
    with company.store().read() as conn:
        line = results.lines_of(conn, None, [deal]).filter(component="base", kind="commission").row(0, named=True)
    who, period = line["payee_id"], line["period"]
    close_all(company, period)
    shut = company.clock().isoformat()
    sealed = run_on(company, "statement", who, period, "--json").stdout
    record = company.crm(deal)
    company.org.update("Opportunity", deal, {"ACV__c": record["ACV__c"] * 2, "Amount": record["Amount"] * 2})
    company.clock.forward(minutes=15)
    run_on(company, "sync")

    assert json.loads(run_on(company, "verify", who, period, "--json").stdout)["holds"]
    assert "to the cent" in run_on(company, "verify", who, period).stdout
    looks = [
        json.loads(run_on(company, "statement", who, period, "--as-of", at, "--json").stdout) for at in (opened, shut)
    ]
    assert [bool(each["closed"]) for each in looks] == [False, True]
    assert looks[0]["totals"] == looks[1]["totals"]
    assert looks[1]["lines"] == json.loads(sealed)["lines"]
    assert run_on(company, "verify", who, "2026-11").exit_code == 1
