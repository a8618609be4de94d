"""Owners in the CRM's own field: read, compare, write; others may change it, and nothing loops."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.mapping import read_mapping
from connectors.ownership import OwnerPolicy
from connectors.port import Refused
from jobs.access.approvals import approve
from jobs.access.asks import asks
from jobs.crash_points import OWNER_POINTS
from jobs.owners import look
from jobs.owners.deciding import BETWEEN_CHANGES, Seen, decide
from jobs.owners.places import FieldPlace, Said
from jobs.preview import preview
from jobs.show import show_cycle
from jobs.stand_in import SANDBOXES
from sandbox.world import World
from store import approvals, canonical, ledger, mirror, results, runs
from store.ownership import Owned
from tests.jobs.conftest import ADMIN, DEAL_OBJECT, Company, Past, again, all_seen, kept, standing

FIELD = {"salesforce": "OwnerId", "hubspot": "hubspot_owner_id"}
START = datetime(2026, 11, 20, 8, tzinfo=UTC)
USERS = ["A", "B", "C"]


@pytest.fixture(scope="module")
def past(tiny: World, tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Callable[[str, str], Past]:
    """A company whose owner field is ours to set, by its CRM: before its first cycle, or after."""

    @cache
    def made(crm: str, when: str) -> Past:
        house = tmp_path_factory.mktemp("owning")
        if when == "before":
            with standing(SANDBOXES[crm], tiny, house / "config", migrated) as company:
                _policy(company, "respect")
                return kept(company)
        with again(made(crm, "before"), tiny, house) as company:
            company.cycle()
            return kept(company)

    return made


@pytest.fixture(params=["salesforce", "hubspot"])
def owning(
    request: pytest.FixtureRequest, past: Callable[[str, str], Past], tiny: World, tmp_path: Path
) -> Iterator[Company]:
    """A company whose owner field is ours to set, before its first cycle; `pytest.mark.synced`: after it."""
    when = "after" if request.node.get_closest_marker("synced") else "before"
    with again(past(request.param, when), tiny, tmp_path) as company:
        yield company


def _policy(company: Company, policy: str) -> None:
    crm = company.sandbox.crm
    line = f"\nownership:\n  commercial: {{field: {FIELD[crm]}, policy: {policy}}}\n"
    company.edit(f"mapping/{crm}.yaml", lambda text: text.split("\nownership:")[0] + line)


def _deals(company: Company) -> dict[str, str | None]:
    """Who owns each deal in the CRM."""
    with company.store().read() as conn:
        ids = list(results.assignments_of(conn, None)["deal_id"])
    return {deal: _owner(company, deal) for deal in ids}


def _owner(company: Company, deal: str) -> str | None:
    record: dict[str, Any] = company.crm(deal)
    found = record.get("properties", record)[FIELD[company.sandbox.crm]]
    return found or None


def _hand_over(company: Company, deal: str, user: str) -> None:
    """Somebody else gives the deal to somebody, a little after us."""
    company.clock.forward(minutes=1)
    company.org.update(DEAL_OBJECT[company.sandbox.crm], deal, {FIELD[company.sandbox.crm]: user})


def _ahead(company: Company) -> list[tuple[str, str, str, str]]:
    """The owners that a preview says would be set, each by a rule: record, field, from, to."""
    configuration = company.configuration()
    shown = preview(configuration, company.store(), company.clock, all_seen(configuration))["owners"]
    assert all(row["rule"] for row in shown)
    return [(row["record"], row["field"], row["from"], row["to"]) for row in shown]


def _name(company: Company, user: str) -> str:
    with company.store().read() as conn:
        return str(canonical.whole(conn, "people").filter(user_id=user)["name"][0])


def _issues(company: Company) -> dict[str, str]:
    with company.store().read() as conn:
        return {each.issue.subject: each.issue.code for each in runs.open_issues(conn) if each.source == "owners"}


def _books(company: Company) -> str:
    with company.store().read() as conn:
        return ledger.ledger_hash(conn)


def _as_read(company: Company) -> dict[str, str | None]:
    """Who owned each deal when it was last read, as rules see it."""
    field, name = FIELD[company.sandbox.crm], DEAL_OBJECT[company.sandbox.crm]
    with company.store().read() as conn:
        bodies = mirror.bodies(conn, name, _deals(company))
    return {deal: json.loads(body)[field] for deal, body in bodies.items()}


def _given(company: Company) -> tuple[str, str, str]:
    """A deal that we gave to somebody else in the first cycle: its id, who had it, and who has it now."""
    before, after = _as_read(company), _deals(company)
    return next((deal, was, now) for deal, was in before.items() if was and (now := after[deal]) and now != was)


@pytest.mark.synced
def test_owners_are_set_once_and_what_a_person_changes_is_left_and_told(owning: Company) -> None:
    deal, was, ours = _given(owning)
    books, owners, read = _books(owning), _deals(owning), _as_read(owning)

    owning.nothing_more()
    owning.edit("plans/ae.yaml", lambda text: text + "\n# read everything again\n")
    assert owning.cycle().sent == {}
    assert (_books(owning), _deals(owning), _as_read(owning)) == (books, owners, read)

    _hand_over(owning, deal, was)
    for days in (0, 2):
        owning.clock.forward(days=days)
        assert owning.cycle().sent == {}
        assert (_owner(owning, deal), _books(owning)) == (was, books)
        assert _issues(owning) == {f"deal {deal}": "owner_respected"}

    _hand_over(owning, deal, ours)
    owning.cycle()
    assert _issues(owning) == {}
    owning.nothing_more()


@pytest.mark.synced
def test_what_somebody_changes_again_and_again_is_set_once_a_day(owning: Company) -> None:
    """In Salesforce it is a flow that changes it back within the same save, in HubSpot a person."""
    _policy(owning, "overwrite")
    deal, was, ours = _given(owning)
    fights = [owning.sandbox.crm == "salesforce"]
    if fights[0]:
        owning.org.flow("Opportunity", lambda row, _: {"OwnerId": was} if fights[0] and row["Id"] == deal else {})
    _hand_over(owning, deal, was)
    for day in range(2):
        for _ in range(2):
            assert owning.cycle().sent == {}
            assert _owner(owning, deal) == was
        assert _issues(owning) == {f"deal {deal}": "owner_contested"}
        fights[0] = fights[0] and not day
        owning.clock.forward(days=1)
        if not day:
            assert _ahead(owning) == [(deal, FIELD[owning.sandbox.crm], _name(owning, was), _name(owning, ours))]
        assert owning.cycle().sent["written"] == 1
        if not fights[0] and not day:
            _hand_over(owning, deal, was)
    assert (_owner(owning, deal), _issues(owning)) == (ours, {})
    owning.nothing_more()


@pytest.mark.parametrize("owning", ["salesforce"], indirect=True)
def test_too_many_changes_at_once_wait_for_a_person_once(owning: Company, capsys: pytest.CaptureFixture[str]) -> None:
    owning.edit("tallystick.yaml", lambda text: text + "guard: {owners_share: 10%, owners_min: 0}\n")
    before = {row["Id"]: row["OwnerId"] for row in owning.org.rows("Opportunity")}
    for _ in range(2):
        show_cycle(owning.cycle())
        assert "would change at once; none of them was set." in " ".join(capsys.readouterr().out.split())
        with owning.store().read() as conn:
            held = [each.issue for each in runs.open_issues(conn) if each.issue.code == "owners_held"]
            (asked,) = approvals.all_waiting(conn)
        assert (len(held), {row["Id"]: row["OwnerId"] for row in owning.org.rows("Opportunity")}) == (1, before)
        assert asked.id in held[0].remedy
        assert asks(asked, {}).startswith("Set up to ")
    access, now = owning.configuration().access, owning.clock()
    with owning.store().write() as conn:
        approve(conn, access, ADMIN, asked.id, reason="as agreed", now=now)
    assert owning.cycle().unsent == ()

    assert (_issues(owning), _deals(owning).items() <= before.items()) == ({}, False)
    owning.nothing_more()
    with owning.store().read() as conn:
        assert approvals.all_waiting(conn) == []


@pytest.mark.parametrize("owning", ["salesforce"], indirect=True)
def test_what_is_set_before_the_crm_stops_answering_counts_for_the_guard(
    owning: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Deals are looked at and set batch by batch: a batch that cannot be read comes after those that were set."""
    owning.edit("tallystick.yaml", lambda text: text + "guard: {owners_share: 1%, owners_min: 0}\n")
    read = FieldPlace.read
    before = {row["Id"]: row["OwnerId"] for row in owning.org.rows("Opportunity")}
    monkeypatch.setattr(look, "BATCH", 2)
    asked: list[int] = []

    def once(place: FieldPlace, ids: Sequence[str]) -> Said:
        asked.append(len(ids))
        if len(asked) % 4 == 0:
            raise Refused("no more of these")
        return read(place, ids)

    monkeypatch.setattr(FieldPlace, "read", once)
    owning.cycle()

    assert {row["Id"]: row["OwnerId"] for row in owning.org.rows("Opportunity")} == before
    with owning.store().read() as conn:
        assert [each.issue.code for each in runs.open_issues(conn) if each.source == "sending owners"] == [
            "owners_held"
        ]


@pytest.mark.parametrize("owning", ["salesforce"], indirect=True)
def test_a_flag_never_writes_an_owner(owning: Company) -> None:
    _policy(owning, "flag")
    owning.cycle()

    assert _deals(owning) == _as_read(owning)
    assert set(_issues(owning).values()) == {"owner_differs"}


@pytest.mark.parametrize("owning", ["salesforce"], indirect=True)
def test_what_the_crm_refuses_is_told_in_its_words_and_tried_again(owning: Company) -> None:
    refuses = [True]
    was: dict[str, str] = {row["Id"]: row["OwnerId"] for row in owning.org.rows("Opportunity")}
    owning.org.validation_rule("Opportunity", lambda row: refuses[0] and row["OwnerId"] != was[row["Id"]], "Ask Ann.")
    owning.cycle()

    assert set(_issues(owning).values()) == {"owner_refused"}
    assert _deals(owning).items() <= was.items()
    refuses[0] = False
    owning.clock.forward(days=1)
    owning.cycle()
    assert _issues(owning) == {}
    assert not _deals(owning).items() <= was.items()


@pytest.mark.parametrize("owning", ["salesforce"], indirect=True)
def test_a_crash_after_the_write_leaves_it_ours(owning: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(name: str) -> None:
        if name == OWNER_POINTS[1]:
            raise KeyboardInterrupt

    monkeypatch.setattr("jobs.owners.send.crash_point", crash)
    with pytest.raises(KeyboardInterrupt):
        owning.cycle()
    monkeypatch.undo()
    owners, read = _deals(owning), _as_read(owning)
    assert owners != read

    owning.nothing_more()
    assert (_deals(owning), _as_read(owning), _issues(owning)) == (owners, read, {})


@given(
    policy=st.sampled_from(["respect", "overwrite", "flag"]),
    rules=st.fixed_dictionaries({user: st.sampled_from(USERS) for user in USERS}),
    events=st.lists(st.tuples(st.integers(1, 30), st.sampled_from([*USERS, None])), max_size=8),
    flow=st.booleans(),
)
def test_whatever_the_rules_make_of_the_owner_it_settles(
    policy: OwnerPolicy, rules: dict[str, str], events: list[tuple[int, str | None]], flow: bool
) -> None:
    """Rules that look at the owner may send deals in circles; a flow may fight us. Not more than one write a day."""
    crm, now, owned, writes = "A", START, Owned("1", "OwnerId", wanted="A"), []
    read = crm
    for hours, by_hand in [*events, *[(13, None)] * 6]:
        now += timedelta(hours=hours)
        crm = by_hand or crm
        read = owned.chosen(crm) or ""
        owned = replace(owned, wanted=rules[read])
        found = decide(owned, policy, Seen({"OwnerId": crm}, {"OwnerId": read}, owned.changed_at, now), ())
        owned = found.owned
        if found.writes:
            writes.append(now)
            owned = replace(owned, state="ours")
            crm = crm if flow else str(owned.wanted)
    assert all(after - before >= BETWEEN_CHANGES for before, after in pairwise(writes))
    assert policy != "flag" or not writes
    if not flow:
        assert not [at for at in writes[1:] if at > now - timedelta(hours=13)]
        assert policy != "overwrite" or crm == rules[read]


def test_an_inactive_user_is_never_written() -> None:
    seen = Seen({"OwnerId": "A"}, {"OwnerId": "A"}, None, START)
    found = decide(Owned("1", "OwnerId", wanted="B"), "overwrite", seen, {"B"})

    assert not found.writes
    assert found.issue is not None
    assert found.issue.code == "owner_inactive"


def test_who_was_faster_is_looked_at_first_and_a_crash_is_no_change_of_hands() -> None:
    wish = Owned("1", "OwnerId", wanted="B")
    assert not decide(wish, "overwrite", Seen({"OwnerId": "C"}, {"OwnerId": "A"}, None, START), ()).writes

    sending = decide(wish, "respect", Seen({"OwnerId": "A"}, {"OwnerId": "A"}, None, START), ()).owned
    arrived = decide(sending, "respect", Seen({"OwnerId": "B"}, {"OwnerId": "A"}, START, START), ())
    assert (arrived.owned.state, arrived.writes, arrived.owned.due) == ("ours", False, False)
    lost = decide(sending, "respect", Seen({"OwnerId": "A"}, {"OwnerId": "A"}, START, START + BETWEEN_CHANGES), ())
    assert (lost.writes, lost.issue) == (True, None)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("ownership:\n  value: {field: OwnerId}\n  commercial: {field: OwnerId}\n", "named twice"),
        ("ownership:\n  value: {field: Value_Owner__c}\n", "named under write too"),
        ("history: true\nownership:\n  commercial: {field: OwnerId}\n", "its history is an input"),
        ("ownership:\n  commercial: {field: OwnerId, policy: sometimes}\n", "policy"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_line(more: str, said: str) -> None:
    text = (Path(__file__).parents[2] / "config/mapping/salesforce.yaml").read_text(encoding="utf-8") + "\n" + more
    found = read_mapping(text, "salesforce.yaml")

    assert any(said in str(issue) and issue.subject.startswith("salesforce.yaml:") for issue in found.issues)
