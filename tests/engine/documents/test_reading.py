"""The repository's own documents read into the objects that the stages use."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from hashlib import sha256
from pathlib import Path

import pytest

from engine.documents.conditions import FieldTest
from engine.documents.engagement.engagement import Engagement, Owners
from engine.documents.plans.plan import Plan
from engine.documents.reading import read_company, read_engagement, read_plan
from engine.documents.values import Dated
from engine.model import MICROS

CONFIG = Path(__file__).parents[3] / "config"


def plan(name: str) -> Plan:
    """A plan of the repository, which must be without issues."""
    found = read_plan((CONFIG / "plans" / f"{name}.yaml").read_text(), f"{name}.yaml")

    assert found.issues == ()
    assert found.rows is not None
    return found.rows


def engagement() -> Engagement:
    found = read_engagement((CONFIG / "engagement" / "harbour.yaml").read_text(), "harbour.yaml")

    assert found.issues == ()
    assert found.rows is not None
    return found.rows


@pytest.mark.parametrize("path", sorted((CONFIG / "plans").glob("*.yaml")), ids=lambda path: path.stem)
def test_every_plan_of_the_repository_is_read_without_issues(path: Path) -> None:
    assert plan(path.stem).plan == path.stem


def test_a_plan_keeps_exact_rates_brackets_and_dated_values() -> None:
    base = plan("ae").components[0]

    assert [bracket.from_share for bracket in base.brackets] == [Fraction(0), Fraction(1), Fraction(5, 4)]
    assert base.brackets[0].rate == Dated(steps=((date.min, Fraction(8, 100)),))
    assert base.brackets[2].rate.at(date(2025, 7, 31)) == Fraction(15, 100)
    assert base.brackets[2].rate.at(date(2025, 8, 1)) == Fraction(16, 100)
    assert base.brackets[2].rate.at(date(2023, 1, 31)) is None


def test_an_amount_for_each_is_in_micro_units() -> None:
    pays = plan("sdr").components[0].pays

    assert pays is not None
    assert pays.at(date(2026, 1, 1)) == 250 * MICROS


def test_a_plan_knows_the_text_it_was_read_from_and_where_its_window_is_written() -> None:
    text = (CONFIG / "plans" / "ae.yaml").read_text()

    assert plan("ae").version == sha256(text.encode()).hexdigest()
    assert plan("ae").written_in == "ae.yaml:6"


def test_conditions_are_typed_tests_per_field() -> None:
    big = {rule.id: rule for rule in engagement().rules}["big-expansion"]

    assert big.when.tests == (
        FieldTest(field="motion", any_of=("upsell", "cross_sell")),
        FieldTest(field="acv", min=50_000 * MICROS),
        FieldTest(field="segment", none_of=("SMB",)),
    )
    assert big.owners == Owners(value="CSM", commercial="AM", execution="AM")


def test_one_owner_is_short_for_all_three() -> None:
    assert engagement().rules[0].owners == Owners(value="AM", commercial="AM", execution="AM")


def test_a_vacancy_is_a_chain_or_nobody() -> None:
    assert engagement().vacancies["CSM"] == ("AM", "AE", "manager_of_deal_owner")
    assert engagement().vacancies["SDR"] == ()


def test_the_company_is_read() -> None:
    company = read_company((CONFIG / "company.yaml").read_text(), "company.yaml").rows

    assert company is not None
    assert (company.zone, company.fiscal_year_starts) == ("America/New_York", "02-01")
