"""The leak test: everything that anybody can get at is searched for amounts that only one payee has."""

from __future__ import annotations

import re
import urllib.parse
from collections import defaultdict
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest
import requests

from connectors.salesforce.pay_records import LINE, STATEMENT
from jobs.salesforce import org_of
from sandbox.world import World
from tests.jobs.conftest import Company, Past, again

BASE = "/services/data/v66.0"
NUMBER = re.compile(r"(?<![\w.])\d[\d,]*(?:\.\d+)?(?!\w)")
SMALLEST = 50
"""Smaller numbers stand in rates, days and counts, too."""

Amounts = dict[str, set[Decimal]]


@pytest.fixture
def company(published: Callable[[str], Past], tiny: World, tmp_path: Path) -> Iterator[Company]:
    """A company whose statements are kept in the CRM, after a cycle."""
    with again(published("salesforce"), tiny, tmp_path) as made:
        yield made


def numbers(text: str) -> set[Decimal]:
    """Every number in a text that may be money."""
    found = {Decimal(each.replace(",", "")) for each in NUMBER.findall(text)}
    return {each for each in found if each >= SMALLEST}


def own_amounts(company: Company) -> Amounts:
    """By user, the amounts that are paid to this user and stand in no record of anybody else's, nor in a deal."""
    whose = {row["Id"]: str(row["OwnerId"]) for row in company.org.rows(STATEMENT.name)}
    theirs: Amounts = defaultdict(set)
    around: Amounts = defaultdict(set)
    for name, owner, amounts in ((STATEMENT.name, "Id", "Earned__c"), (LINE.name, "Statement__c", "Amount__c")):
        for row in company.org.rows(name):
            theirs[whose[row[owner]]] |= numbers(str(row[amounts]))
            around[whose[row[owner]]] |= numbers(str(row))
    common = numbers(str(company.org.rows("Opportunity")))
    return {
        user: own - common - set().union(*(other for name, other in around.items() if name != user))
        for user, own in theirs.items()
    }


def read_by(company: Company, user: str) -> str:
    """Everything that a user gets from the CRM: statements, lines and deals, with every field that is shown."""
    username = next(row["Username"] for row in company.org.rows("User") if row["Id"] == user)
    http = requests.Session()
    http.headers["Authorization"] = f"Bearer {company.org.log_in(username)}"
    shown = []
    for name in (STATEMENT.name, LINE.name, "Opportunity"):
        address = f"{org_of(company.configuration().settings).my_domain}{BASE}"
        described = http.get(f"{address}/sobjects/{name}/describe", timeout=10)
        if described.ok:
            fields = ", ".join(field["name"] for field in described.json()["fields"])
            query = urllib.parse.quote(f"SELECT {fields} FROM {name}")  # noqa: S608  names that describe() gave
            shown.append(http.get(f"{address}/query?q={query}", timeout=10).text)
    return "\n".join(shown)


def below(company: Company, manager: str) -> set[str]:
    """The users whose role lies under the manager's: their pay is the manager's to see."""
    above = {row["Id"]: row["ParentRoleId"] for row in company.org.rows("UserRole")}
    roles = {row["Id"]: row["UserRoleId"] for row in company.org.rows("User")}

    def chain(role: str | None) -> Iterator[str]:
        while role is not None and (role := above[role]) is not None:
            yield role

    return {user for user, role in roles.items() if roles[manager] in chain(role)}


def leaks(company: Company, amounts: Amounts) -> set[tuple[str, str]]:
    """Who read an amount of whom, other than the own ones and those of the roles below."""
    found = set()
    for reader in amounts:
        seen = numbers(read_by(company, reader))
        others = amounts.keys() - below(company, reader) - {reader}
        found |= {(reader, of) for of in others if amounts[of] & seen}
    return found


def test_nobody_reads_a_colleagues_cents_and_a_wrong_rule_shows(
    company: Company, capfd: pytest.CaptureFixture[str]
) -> None:
    amounts = {user: own for user, own in own_amounts(company).items() if own}
    assert len(amounts) > 3
    reader, *_ = amounts
    assert amounts[reader] <= numbers(read_by(company, reader)), "own ones are seen"
    assert leaks(company, amounts) == set()

    company.org.sharing_default(STATEMENT.name, "Read")

    shown = leaks(company, amounts)
    assert {reader for reader, _ in shown} == {one for one in amounts if amounts.keys() - below(company, one) - {one}}
    company.cycle()
    logged = capfd.readouterr()
    assert not any(own & numbers(logged.out + logged.err) for own in amounts.values())
