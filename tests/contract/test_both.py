"""The same book in either CRM: the same rows, owners, cents, sentences and issues. Moving a deal changes nothing."""

from __future__ import annotations

import pytest

from store.canonical import FrameName
from tests.contract import told
from tests.jobs.conftest import Company
from tests.jobs.test_cycle import posted_payouts

Pair = dict[str, Company]


@pytest.mark.parametrize("frame", told.OWN)
def test_the_canonical_rows_are_the_same(both: Pair, frame: FrameName) -> None:
    """Up to ids and words that are the CRM's own."""
    one, other = (told.rows(company, frame) for company in both.values())
    assert one == other
    assert one


def test_the_owners_and_the_rules_that_chose_them_are_the_same(both: Pair) -> None:
    one, other = (told.owners(company) for company in both.values())
    assert one == other


def test_the_cents_are_the_same(both: Pair) -> None:
    one, other = (posted_payouts(company) for company in both.values())
    assert one == other
    assert one


def test_the_explanations_are_the_same(both: Pair) -> None:
    """Every deal's, word by word."""
    one, other = (told.explained(company) for company in both.values())
    assert one == other


def test_the_issues_are_the_same(both: Pair) -> None:
    one, other = (told.issues(company) for company in both.values())
    assert one == other


def test_what_people_see_on_their_deals_is_the_same(both: Pair) -> None:
    one, other = (told.written(company) for company in both.values())
    assert one == other
    assert one
