from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from jobs.compute import computed_through
from tests.engine.builders import company, rules
from tests.engine.plans import plan

WEDNESDAY = datetime(2026, 3, 18, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("pays", "through"),
    [
        (("monthly", "yearly"), "2026-03-01"),
        (("monthly", "weekly"), "2026-03-16"),
        (("half_monthly",), "2026-03-16"),
        ((), "2026-03-01"),
    ],
)
def test_time_has_come_as_far_as_the_last_statement_of_any_plan(pays, through):
    """Draws of a week that is over are due, even while its month goes on."""
    plans = [plan().model_copy(update={"pays": each}) for each in pays]
    configuration = SimpleNamespace(rules=rules(plans=plans, company_is=company(zone="UTC")))

    assert computed_through(configuration, WEDNESDAY).isoformat() == through
