"""Statements, lines, estimates and owners: the same company shows the same in either CRM, and shows it once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from decimal import Decimal, InvalidOperation
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from connectors.pay_records import PayObject, PayRecords
from jobs.publishing.objects import pay_objects
from jobs.stand_in import SANDBOXES
from sandbox.world import generate
from store import ownership, results, writeback
from tests.contract import told
from tests.contract.conftest import CRMS
from tests.jobs.conftest import Company, standing

Pair = dict[str, Company]
OWNERSHIP = {
    "salesforce": "commercial: {field: OwnerId}\n  team: {CSM: {role: Customer Success}}",
    "hubspot": "commercial: {field: hubspot_owner_id}\n  team: {CSM: {field: team_sdr}}",
}
OTHER = frozenset({"as_of", "run", "statement"})
"""When it was, and what is named by a key of the CRM's ids."""


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Iterator[Pair]:
    """The company in each CRM, whose statements are kept there and whose owners are set, after its first cycle."""
    folder, world = tmp_path_factory.mktemp("shown"), generate(3, 24)
    with ExitStack() as stack:
        made = {}
        for crm in CRMS:
            company = stack.enter_context(standing(SANDBOXES[crm], world, folder / crm / "config", migrated))
            company.edit("tallystick.yaml", lambda text: f"{text}\nrecords: true\n")
            company.edit(f"mapping/{crm}.yaml", partial(_with, OWNERSHIP[crm]))
            company.set_up()
            company.cycle()
            made[crm] = company
        yield made


def _with(more: str, text: str) -> str:
    return f"{text}\nownership:\n  {more}\n"


def pay_of(company: Company) -> PayRecords:
    """What the CRM calls statements and lines."""
    found = pay_objects(company.configuration())
    assert found is not None
    return found


def stands(company: Company, record: PayObject) -> dict[str, dict[str, Any]]:
    """What the CRM itself says of every record of an object, in our words, by key."""
    with company.store().read() as conn:
        keys = list(writeback.confirmed(conn, record.name))
    target = company.wiring().connect().target
    names = {word: field for word, field in record.fields.items() if field in target.fields(record.name)}
    found = target.read(record.name, keys, list(names.values()))
    every = {key: {word: plain(company, said[field]) for word, field in names.items()} for key, said in found.items()}
    active = {user["Id"] for user in company.world.document["users"] if user["IsActive"]}
    return {key: said for key, said in every.items() if said["payee_id"] in active}


def plain(company: Company, value: object) -> object:
    """Numbers as numbers, and the document's ids in the place of the CRM's."""
    if not isinstance(value, str):
        return value
    ours = told.RATE.sub("", told.in_our_words(company, value))  # each CRM keeps rates its own way round
    try:
        return str(Decimal(ours).normalize())
    except InvalidOperation:
        return ours


def without_keys(every: dict[str, dict[str, Any]]) -> Counter[str]:
    """The records by what they say."""
    return Counter(str(sorted((w, str(v)) for w, v in said.items() if w not in OTHER)) for said in every.values())


def test_statements_lines_and_estimates_are_the_same_in_either(shown: Pair) -> None:
    """A line also belongs to the same statement."""
    both = []
    for company in shown.values():
        pay = pay_of(company)
        statements, lines = stands(company, pay.statement), stands(company, pay.line)
        names = ("payee_id", "period", "plan", "currency")
        whose = {key: tuple(said[name] for name in names) for key, said in statements.items()}
        belonging = Counter((whose[said["statement"]], said["component"], said["amount"]) for said in lines.values())
        assert any(said["projected"] for said in lines.values())
        both.append((without_keys(statements), without_keys(lines), belonging))
    one, other = both
    assert one == other


def test_owners_and_team_members_are_the_same_in_either(shown: Pair) -> None:
    """Whom each deal should name, whom it names, and over whom."""
    one, other = (named(company) for company in shown.values())
    assert one == other
    assert {word for _, word in one} == {"commercial", "CSM"}
    assert any(said[-1] == "ours" for said in one.values())
    for company in shown.values():
        seated(company)


def named(company: Company) -> dict[tuple[str, str], tuple[str, ...]]:
    """By deal: whom its owner field should name, whom we wrote, and what became of it; and who should be its CSM.

    A CSM who owns the deal is on its team already where there is one, and is named apart where there is none.
    """
    mapping = told.mapping_of(company)
    owner, team = mapping.ownership.owners["commercial"].field, mapping.ownership.team["CSM"].place
    with company.store().read() as conn:
        deals = results.assignments_of(conn, None)["deal_id"].to_list()
        every = ownership.owned(conn, mapping.deal_object, deals)
    found = {(deal, each.field): each for deal, fields in every.items() for each in fields}
    say = {"commercial": owner, "CSM": team}
    return {
        (told.in_our_words(company, deal), word): tuple(
            told.in_our_words(company, str(said))
            for said in ((each.wanted, each.written, each.state) if word == "commercial" else (each.wanted,))
        )
        for deal in deals
        for word, place in say.items()
        if (each := found.get((deal, place)))
    }


def seated(company: Company) -> None:
    """Everybody who should be on a deal as its CSM is."""
    mapping, crm = told.mapping_of(company), company.wiring().connect()
    place = mapping.ownership.team["CSM"].place
    with company.store().read() as conn:
        deals = results.assignments_of(conn, None)["deal_id"].to_list()
        every = ownership.owned(conn, mapping.deal_object, deals)
    wanted = {
        deal: each.wanted for deal, found in every.items() for each in found if each.field == place and each.wanted
    }
    if crm.team and mapping.ownership.members:
        teams = crm.team.read(list(wanted))
        assert {deal: user for deal, user in wanted.items() if user not in teams[deal]} == {}
        return
    fields = crm.target.read(mapping.deal_object, list(wanted), [place])
    assert {deal: said[place] for deal, said in fields.items()} == wanted


def test_a_second_cycle_writes_nothing(shown: Pair) -> None:
    """What Salesforce refuses to give to somebody inactive is tried again, and refused again."""
    for company in shown.values():
        for days in (0, 2):
            company.clock.forward(days=days)
            again = company.cycle()
            assert (again.computed.postings.height, again.sent.keys() <= {"parked"}) == (0, True)
