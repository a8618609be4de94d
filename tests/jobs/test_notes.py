"""One note on each deal of a HubSpot portal: made once, changed in place, found again, and without pay."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from connectors.hubspot.associations import associations
from connectors.hubspot.notes import HubspotNotes
from connectors.mapping import read_mapping
from engine.model import Change, Sent, Verdict
from jobs.hubspot import open_connection
from jobs.stand_in import SANDBOXES
from sandbox.world import World
from tests.jobs.conftest import Company, standing
from tests.jobs.test_cycle import credited_deal
from tests.jobs.test_leaks import numbers

NOTE, BODY = "notes", "hs_note_body"


@pytest.fixture
def noted(tiny: World, tmp_path: Path, migrated: Path) -> Iterator[Company]:
    """A company in HubSpot, whose amounts and notes are shown on deals, before its first cycle."""
    with standing(SANDBOXES["hubspot"], tiny, tmp_path / "config", migrated) as company:
        company.edit("mapping/hubspot.yaml", lambda text: text + "\nnote: true\n")
        yield company


def notes(company: Company) -> dict[str, str]:
    """Every note by its id."""
    return {str(each.id): each.values[BODY] for each in company.org.records(NOTE)}


def of(company: Company, deal: str) -> str:
    """The only note of a deal."""
    connection = open_connection(company.configuration().settings.hubspot, company.sandbox.credentials)
    (note,) = associations(connection, "deals", NOTE, [deal])[deal]
    return str(note["id"])


def test_a_deal_has_one_note_that_follows_it_and_says_no_pay(noted: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the answer to making it was lost, it is found; what somebody makes of it is undone within a day."""
    lost = [True]

    def create(self: HubspotNotes, changes: Sequence[Change]) -> list[Sent]:
        sents = real(self, changes)
        if lost.pop() if lost else False:
            return [Sent(change, Verdict.RETRY) for change in changes]
        return sents

    real = HubspotNotes._create
    monkeypatch.setattr(HubspotNotes, "_create", create)
    assert noted.cycle().sent["retry"] == len(notes(noted)) > 0
    noted.clock.forward(hours=1)
    noted.cycle()
    first, deal = notes(noted), credited_deal(noted)
    assert len(set(first.values())) == len(first)
    assert "Commission: credited" in first[of(noted, deal)]
    assert not numbers(noted.crm(deal)["commission_amount"]) & numbers(first[of(noted, deal)])
    noted.nothing_more()

    kept = first[of(noted, deal)]
    noted.org.update(NOTE, of(noted, deal), {BODY: f"<div>{kept}</div>"})
    noted.clock.forward(days=2)
    noted.nothing_more()
    noted.org.update(NOTE, of(noted, deal), {BODY: kept.replace("credited", "paid twice")})
    noted.clock.forward(days=2)
    noted.cycle()
    assert notes(noted) == {**first, of(noted, deal): kept}
    noted.org.archive(NOTE, of(noted, deal))
    noted.clock.forward(days=2)
    noted.cycle()
    assert notes(noted)[of(noted, deal)] == kept
    noted.org.update("deals", deal, {"amount": "", "acv": ""})
    noted.cycle()
    assert len(notes(noted)) == len(first)
    assert "Commission: held" in notes(noted)[of(noted, deal)]


def test_only_hubspot_has_notes() -> None:
    text = (Path(__file__).parents[2] / "config/mapping/salesforce.yaml").read_text(encoding="utf-8")
    found: Any = read_mapping(text + "\nnote: true\n", "salesforce.yaml")

    assert ["only HubSpot has it" in str(issue) for issue in found.issues] == [True]
