"""Team members and splits of deals: made once, shared with people who make their own, and never an input."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from connectors.mapping import read_mapping
from connectors.ownership import COLLABORATORS
from engine.model import Issue
from jobs.preview import preview
from jobs.salesforce import examine
from jobs.stand_in import SANDBOXES
from sandbox.world import World
from store import ledger, ownership, runs
from tests.jobs.conftest import DEAL_OBJECT, SALESFORCE, Company, all_seen, standing

MEMBER, SPLIT = "OpportunityTeamMember", "OpportunitySplit"
MORE = {"hubspot": "  team: {CSM: {field: team_sdr}}  # also read, as who sourced the deal\n"}
OWNER = {"salesforce": "OwnerId", "hubspot": "hubspot_owner_id"}
TEAM = """
ownership:
  team:
    SDR: {role: Sourcing, policy: POLICY}
    CSM: {role: CSM, policy: POLICY, former: leaves}
"""
READ = "team_roles: {CSM: CSM, SDR: SDR}  # whoever is on the team in these roles holds ours: so would our own members"
SPLITS = """
ownership:
  commercial: {field: OWNER}
  splits: {policy: respect}
"""


@pytest.fixture
def selling(tiny: World, tmp_path: Path, migrated: Path) -> Iterator[Company]:
    """A company in Salesforce before its first cycle, whose teams are ours to set."""
    with standing(SANDBOXES["salesforce"], tiny, tmp_path / "config", migrated) as company:
        _policy(company, "respect")
        company.edit("engagement/harbour.yaml", lambda text: f"{text}\n{READ}\n")
        yield company


@pytest.fixture(params=["salesforce", "hubspot"])
def splitting(request: pytest.FixtureRequest, tiny: World, tmp_path: Path, migrated: Path) -> Iterator[Company]:
    """A company whose deals' splits are ours to set."""
    with standing(SANDBOXES[request.param], tiny, tmp_path / "config", migrated) as company:
        company.edit(
            f"mapping/{request.param}.yaml",
            lambda text: _without_splits(text) + SPLITS.replace("OWNER", OWNER[request.param]),
        )
        yield company


def _without_splits(text: str) -> str:
    """What the rules read of splits would be our own."""
    return re.sub(r"\n  splits: .*?\n\n", "\n", text, flags=re.DOTALL).replace("\ndeal_splits: true", "\n# none: ")


def _policy(company: Company, policy: str) -> None:
    lines = TEAM.replace("POLICY", policy)
    company.edit("mapping/salesforce.yaml", lambda text: text.split("\nownership:")[0] + lines)


def _team(company: Company, deal: str | None = None) -> set[tuple[str, str, str]]:
    """Deal, user and role of every member, or of those of a deal."""
    rows = [row for row in company.org.rows(MEMBER) if not row["IsDeleted"]]
    every = {(str(row["OpportunityId"]), str(row["UserId"]), str(row["TeamMemberRole"])) for row in rows}
    return {each for each in every if deal in (None, each[0])}


def _issues(company: Company, source: str = "team members") -> dict[str, str]:
    with company.store().read() as conn:
        return {each.issue.subject: each.issue.code for each in runs.open_issues(conn) if each.source == source}


def _books(company: Company) -> str:
    with company.store().read() as conn:
        return ledger.ledger_hash(conn)


def test_members_are_added_once_and_are_no_input(selling: Company) -> None:
    by_hand = _team(selling)
    selling.cycle()
    books, added = _books(selling), _team(selling) - by_hand

    assert by_hand < _team(selling)
    assert {role for _, _, role in added} == {"CSM"}
    assert not [row for row in selling.org.rows("Opportunity") if (row["Id"], row["OwnerId"]) in {a[:2] for a in added}]
    selling.nothing_more()
    selling.clock.forward(days=2)
    selling.edit("plans/ae.yaml", lambda text: text + "\n# read everything again\n")
    assert selling.cycle().sent == {}
    assert (_books(selling), _team(selling)) == (books, by_hand | added)


def test_a_preview_lists_whom_the_next_cycle_adds_and_how_it_splits(selling: Company) -> None:
    """A new policy is looked at with the first cycle after it, and the preview before asks the CRM."""
    by_hand, unread = _team(selling), selling.org.schema.get(MEMBER)
    _policy(selling, "flag")
    selling.edit("mapping/salesforce.yaml", lambda text: _without_splits(text) + "  splits: {policy: flag}\n")
    selling.cycle()
    assert _team(selling) == by_hand
    selling.edit("mapping/salesforce.yaml", lambda text: text.replace("policy: flag", "policy: respect"))
    shown = _ahead(selling)["owners"]
    assert _ahead(selling, connected=False)["owners"] == []
    splits = {row["record"]: row["to"] for row in shown if row["field"] == "splits"}
    assert selling.cycle().sent["written"] >= len(shown)

    users = {str(row["Id"]): str(row["Name"]) for row in selling.org.rows("User")}
    added = {(deal, users[user]) for deal, user, role in _team(selling) - by_hand if role == "CSM"}
    assert added == {(row["record"], row["to"]) for row in shown if row["field"] == "team:CSM"}
    assert added
    told = {
        deal: ", ".join(f"{users[user]} {share:.2f} %" for user, share in sorted(every.items()))
        for deal, every in _shares(selling).items()
    }
    assert splits.items() <= told.items()
    assert _ahead(selling)["owners"] == []

    selling.org.schema.remove(MEMBER)
    selling.clock.forward(days=2)
    selling.cycle()
    said = {each.subject: f"{each.message} {each.remedy}" for each in _every_issue(selling)}
    assert "Switch it on (Setup > Opportunity Team Settings)" in said["team members and splits in the CRM"]
    assert "records of it count as they were last read" in said[MEMBER]
    selling.org.schema.add(unread)
    selling.cycle()
    assert not {"team members and splits in the CRM", MEMBER} & {each.subject for each in _every_issue(selling)}


def _ahead(company: Company, *, connected: bool = True) -> dict[str, Any]:
    """What a preview says."""
    configuration, connect = company.configuration(), company.wiring().connect if connected else None
    return preview(configuration, company.store(), company.clock, all_seen(configuration), connect)


def _every_issue(company: Company) -> list[Issue]:
    with company.store().read() as conn:
        return [each.issue for each in runs.open_issues(conn)]


def test_people_change_teams_and_successors_take_over(selling: Company) -> None:
    """What people take away stays away, our former member leaves by policy, and rules see whom people name."""
    before = _team(selling)
    selling.cycle()
    ours = sorted(_team(selling) - before)
    removed, kept = ours[0], next(each for each in ours if each[1] == ours[0][1] and each != ours[0])
    successor, third = _others(selling, removed)
    _take_off(selling, removed)
    _succeed(selling, kept[1], successor)
    for _ in range(2):
        selling.clock.forward(days=2)
        selling.cycle()
        assert _issues(selling)[f"deal {removed[0]}"] == "owner_respected"
    assert "CSM" not in {role for _, _, role in _team(selling, removed[0])}
    assert (kept[0], successor, "CSM") in _team(selling)
    assert kept not in _team(selling)
    assert before <= _team(selling)
    selling.org.create(MEMBER, {"OpportunityId": removed[0], "UserId": third, "TeamMemberRole": "CSM"})
    selling.cycle()
    assert f"deal {removed[0]}" not in _issues(selling)
    selling.nothing_more()
    assert {user for _, user, role in _team(selling, removed[0]) if role == "CSM"} == {third}


def _others(company: Company, member: tuple[str, str, str]) -> tuple[str, str]:
    """Two people of the company who have nothing to do with a deal."""
    roles = (company.folder / "people/roles.csv").read_text(encoding="utf-8")
    owner = company.org.get("Opportunity", member[0])["OwnerId"]
    people = [row for row in company.org.rows("User") if row["IsActive"] and str(row["Email"]) in roles]
    one, other, *_ = sorted({str(row["Id"]) for row in people} - {member[1], owner})
    return one, other


def _take_off(company: Company, member: tuple[str, str, str]) -> None:
    """Somebody removes a member by hand."""
    company.clock.forward(minutes=1)
    rows = company.org.rows(MEMBER)
    company.org.delete(MEMBER, next(row["Id"] for row in rows if (row["OpportunityId"], row["UserId"]) == member[:2]))


def _succeed(company: Company, leaver: str, successor: str) -> None:
    """Somebody leaves; in the people files somebody else has held the roles all along."""
    emails = {row["Id"]: row["Email"] for row in company.org.rows("User")}
    company.org.update("User", leaver, {"IsActive": False})
    guard = "guard: {changed_share: 100%, money_share: 100%, edits_take_back: true}\n"
    company.edit("tallystick.yaml", lambda text: text + guard)
    company.edit("people/roles.csv", lambda text: text.replace(emails[leaver], emails[successor]))


def test_whom_people_put_there_is_renamed_only_where_the_policy_says_so(selling: Company) -> None:
    """What the org refuses is told in its words, and a split type that it does not have keeps nothing else."""
    _policy(selling, "overwrite")
    selling.edit("mapping/salesforce.yaml", lambda text: text + "  splits: {type: Nope, policy: flag}\n")
    refuses = [True]
    rule = lambda row: refuses[0] and row["TeamMemberRole"] == "Sourcing"  # noqa: E731  what the org takes
    selling.org.validation_rule(MEMBER, rule, "Only Ann names sourcers.")
    selling.cycle()
    assert set(_issues(selling).values()) == {"owner_refused"}
    assert _issues(selling, "sending owners") == {"splits in the CRM": "owners_not_written"}
    found = examine(selling.configuration(), SALESFORCE.credentials, None, selling.clock)
    checks = {check.name: check.ok for check in found}
    assert (checks["write OpportunityTeamMember"], checks["write OpportunitySplit"]) == (True, False)

    refuses[0] = False
    selling.clock.forward(days=1, hours=2)
    selling.cycle()
    assert (_issues(selling), {role for _, _, role in _team(selling)}) == ({}, {"Sourcing", "CSM"})
    books = _books(selling)
    selling.clock.forward(days=2)
    selling.edit("plans/ae.yaml", lambda text: text + "\n# read everything again\n")
    selling.nothing_more()
    assert _books(selling) == books


def test_splits_say_what_the_rules_divide_and_add_up(splitting: Company) -> None:
    splitting.cycle()
    shares, books = _shares(splitting), _books(splitting)
    assert {sum(every.values()) for every in shares.values()} == {Decimal(100)}
    assert any(len(every) > 1 for every in shares.values())
    assert all(len(every) > 1 for every in shares.values()), "a deal of one person is not split"
    splitting.nothing_more()

    deal = next(deal for deal, every in shares.items() if len(every) > 1)
    theirs = dict(zip(sorted(shares[deal]), (Decimal(99), Decimal(1)), strict=True))
    _split_by_hand(splitting, deal, theirs)
    splitting.clock.forward(days=2)
    splitting.edit("plans/ae.yaml", lambda text: text + "\n# read everything again\n")
    splitting.nothing_more()
    assert (_shares(splitting), _books(splitting)) == ({**shares, deal: theirs}, books)
    assert _issues(splitting, "splits")[f"deal {deal}"] == "owner_respected"


def _shares(company: Company) -> dict[str, dict[str, Decimal]]:
    """Shares in percent by deal and user, as the CRM has them for deals that we want split."""
    with company.store().read() as conn:
        wished = ownership.owned(conn, DEAL_OBJECT[company.sandbox.crm], _every_deal(company))
    ours = {deal for deal, every in wished.items() for each in every if each.written}
    if company.sandbox.crm == "hubspot":
        found = {deal: company.org.splits.of(int(deal)) for deal in ours}
        return {
            deal: {
                each.values["hubspot_owner_id"]: Decimal(each.values["hs_deal_split_percentage"]) * 100
                for each in every
            }
            for deal, every in found.items()
            if every
        }
    shares: dict[str, dict[str, Decimal]] = {deal: {} for deal in ours}
    for row in company.org.rows(SPLIT):
        if row["OpportunityId"] in ours and row["SplitPercentage"]:
            shares[row["OpportunityId"]][row["SplitOwnerId"]] = row["SplitPercentage"]
    return {deal: every for deal, every in shares.items() if every}


def _every_deal(company: Company) -> list[str]:
    if company.sandbox.crm == "hubspot":
        return [str(each) for each in company.org.tables["0-3"].live]
    return [str(row["Id"]) for row in company.org.rows("Opportunity")]


def _split_by_hand(company: Company, deal: str, shares: dict[str, Decimal]) -> None:
    company.clock.forward(minutes=1)
    if company.sandbox.crm == "hubspot":
        company.org.splits.replace(company.org.tables["0-3"].find(deal), [(u, s / 100) for u, s in shares.items()])
        return
    for row in company.org.rows(SPLIT):
        if row["OpportunityId"] == deal:
            company.org.update(SPLIT, row["Id"], {"SplitPercentage": str(shares.get(row["SplitOwnerId"], 0))})


@pytest.mark.parametrize(
    ("crm", "more", "said"),
    [
        ("salesforce", SPLITS, "objects.splits makes splits an input"),
        ("hubspot", SPLITS, "deal_splits makes splits an input"),
        (
            "hubspot",
            f"ownership:\n  team:\n    SDR: {{role: SDR}}\n    CSM: {{field: {COLLABORATORS}}}\n",
            "names collaborators",
        ),
        ("salesforce", "ownership:\n  team:\n    SDR: {policy: flag}\n", "names no place"),
        ("salesforce", "ownership:\n  commercial: {field: OwnerId}\n  team: {AE: {field: OwnerId}}\n", "named twice"),
    ],
)
def test_what_cannot_be_meant_is_refused(crm: str, more: str, said: str) -> None:
    text = (Path(__file__).parents[2] / f"config/mapping/{crm}.yaml").read_text(encoding="utf-8") + "\n" + more
    found: Any = read_mapping(text, f"{crm}.yaml")

    assert any(said in str(issue) for issue in found.issues)


def test_collaborators_are_the_team_in_hubspot(tiny: World, tmp_path: Path, migrated: Path) -> None:
    """Added beside people's own, which stay; taken away by somebody they stay away; and never an input."""
    with standing(SANDBOXES["hubspot"], tiny, tmp_path / "config", migrated) as company:
        theirs = min(owner.id for owner in company.org.owners)
        for deal in _every_deal(company):
            company.org.update("deals", deal, {COLLABORATORS: str(theirs)})
        company.edit("mapping/hubspot.yaml", lambda text: f"{text}\nownership:\n  team: {{CSM: {{role: CSM}}}}\n")
        by_hand = _collaborators(company)
        company.cycle()
        books, after = _books(company), _collaborators(company)
        added = {deal: users - by_hand[deal] for deal, users in after.items() if users - by_hand[deal]}
        assert added
        assert all(by_hand[deal] <= users for deal, users in after.items())
        company.nothing_more()

        deal, (ours,) = next(iter(added.items()))
        company.clock.forward(minutes=1)
        company.org.update("deals", deal, {COLLABORATORS: ";".join(by_hand[deal])})
        for _ in range(2):
            company.clock.forward(days=2)
            company.cycle()
        assert _issues(company) == {f"deal {deal}": "owner_respected"}
        assert (_collaborators(company), _books(company)) == ({**after, deal: after[deal] - {ours}}, books)


def _collaborators(company: Company) -> dict[str, set[str]]:
    deals = {deal: company.org.get("deals", deal) for deal in _every_deal(company)}
    return {deal: set(filter(None, (said.get(COLLABORATORS) or "").split(";"))) for deal, said in deals.items()}
