"""What everybody came to together: whose credits count in a measure across people."""

from __future__ import annotations

from collections.abc import Sequence

from engine.documents.across import Across
from tests.reference.credits import Credit
from tests.reference.facts import Facts, holds_on

EVERYBODY = "everybody"
"""How quotas and results name all people together; what is asked of them is neither ramped nor prorated."""


def across_people(across: Across, credits_: Sequence[Credit], facts: Facts) -> list[Credit]:
    """Everybody's, on a plan or not; or those of whoever is on one of the plans on the day."""
    if not across.plans:
        return list(credits_)
    return [credit for credit in credits_ if _is_on_one(across, credit, facts)]


def _is_on_one(across: Across, credit: Credit, facts: Facts) -> bool:
    mine = (row for row in facts.enrolments if row["person_id"] == credit.payee and row["plan"] in across.plans)
    return any(holds_on(row, credit.deal.day) for row in mine)
