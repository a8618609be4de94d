"""In which statement a posting shows."""

from __future__ import annotations

import pytest

from engine import frames as f
from engine.documents.company.company import Company
from engine.payees.paying.booking import book_in, first_open
from tests.engine.builders import frame

COMPANY = Company(company="Harbour", zone="Europe/Berlin", currency="EUR", fiscal_year_starts="02-01")


@pytest.mark.parametrize(
    ("period", "shown"),
    [
        ("2026-09", "2026-11"),
        ("2026-10", "2026-11"),
        ("2026-11", "2026-11"),
        ("2026-12", "2026-12"),
        ("2025-01", "2026-11"),  # never closed by name, but before the last closed one
        ("FY2027-Q2", "FY2027-Q3"),
        ("FY2027-Q3", "FY2027-Q3"),
        ("FY2027-H1", "FY2027-H1"),
        ("FY2027", "FY2027"),
    ],
)
def test_what_is_about_a_closed_period_shows_in_the_first_open_one_of_its_kind(period: str, shown: str) -> None:
    """Kinds of periods are closed each for itself, in their order."""
    assert first_open(period, {"2026-09", "2026-10", "FY2027-Q2"}, COMPANY) == shown


def test_a_moved_posting_says_that_it_adjusts_and_keeps_its_key() -> None:
    """Only the reason and the statement change: the key, hence target less posted, stays."""
    key = {"plan": "ae", "component": "new", "payee_id": "ada", "source_id": "c1", "part": "earning", "sequence": 1}
    rest = {"kind": "commission", "currency": "EUR", "delta_micros": -5, "reason": "changed"}
    rows = [{**key, **rest, "period": period, "booked_in": period} for period in ("2026-10", "2026-11")]
    postings = frame(f.Postings, rows)

    found = book_in(postings, frozenset({"2026-10"}), COMPANY)

    assert found["booked_in"].to_list() == ["2026-11", "2026-11"]
    assert found["reason"].to_list() == ["prior_period_adjustment", "changed"]
    assert found.drop("booked_in", "reason").equals(postings.drop("booked_in", "reason"))
    assert book_in(postings, frozenset(), COMPANY) is postings
