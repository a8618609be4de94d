"""Statements and lines in a HubSpot portal: what they say, whose they are, and who sees them."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from connectors.hubspot.pay_records import LINE, STATEMENT
from jobs.stand_in import sandbox_of
from sandbox.world import generate
from tests.jobs.conftest import Company, standing


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    """A company whose statements are kept in the portal, after a cycle."""
    with standing(sandbox_of("hubspot"), generate(11, 60), tmp_path / "config") as made:
        made.edit("tallystick.yaml", lambda text: f"{text}\nrecords: true\n")
        made.set_up()
        made.cycle()
        yield made


def rows(company: Company, name: str) -> list[dict[str, str]]:
    """Every record of an object of ours."""
    return [dict(each.values) for each in company.org.records(f"p{company.org.id}_{name}")]


def test_statements_are_the_sum_of_their_lines_and_everything_belongs_to_its_payee(company: Company) -> None:
    statements = {each["statement_key"]: each for each in rows(company, STATEMENT.name)}
    lines = rows(company, LINE.name)

    assert len(statements) > 3
    assert {each["status"] for each in statements.values()} == {"Open"}
    for key, statement in statements.items():
        own = [each for each in lines if each["statement_key"] == key and each["projected"] == "false"]
        assert sum(Decimal(each["amount"]) for each in own) == Decimal(statement["earned"])
        assert {statement["payee"]} | {each["hubspot_owner_id"] for each in own} == {statement["hubspot_owner_id"]}
    company.nothing_more()
