"""Who owned a deal in which stage: the same rows from either CRM's way of telling, and an issue where it tells none."""

import json
from datetime import date

import pytest

from connectors.histories import HISTORY, deal_stages
from connectors.record_reader import Context
from connectors.salesforce.past import TRACKED
from connectors.salesforce.source import SalesforceSource
from tests.connectors.conftest import DEAL, REP

CONTEXT = Context(zone="America/New_York", currency="USD")


def stages(mapping, **told):
    found = deal_stages([("D", False, json.dumps(told).encode())], mapping, CONTEXT)
    return [row[1:] for row in found.rows], found.issues


def at(day, time="12:00:00.000"):
    return f"2026-01-{day:02}T{time}Z"


def test_stages_begin_on_the_day_of_the_zone_under_the_owner_of_that_moment(mapping):
    """New York is still on the 2nd; whoever is saved together with a stage owns it."""
    rows, _ = stages(
        mapping,
        owner_id=[("", REP), (at(5), "005000000000Two"), (at(6), None)],
        stage=[(at(1), "Open"), (at(3, "03:00:00"), "Proposal"), (at(5), "Won")],
    )
    one, two = REP, "005000000000Two"

    assert [(stage, day.day, owner and owner[:15]) for stage, day, owner in rows] == [
        ("Open", 1, one),
        ("Proposal", 2, one),
        ("Won", 5, two),
        ("Won", 6, None),
    ]


def test_the_first_of_a_day_stands_unless_nobody_owned_it(mapping):
    handed_over = [(at(1, "09:00:00"), None), (at(1, "09:00:01"), REP), (at(1, "18:00:00"), "005000000000Two")]
    rows, _ = stages(mapping, owner_id=handed_over, stage=[(at(1, "09:00:00"), "Open")])

    assert [(stage, day, owner[:15]) for stage, day, owner in rows] == [("Open", date(2026, 1, 1), REP)]


@pytest.mark.parametrize("moment", ["soon", "2026-01-01T00:00:00"])
def test_a_history_that_cannot_be_read_is_named(mapping, moment):
    rows, (issue,) = stages(mapping, owner_id=[], stage=[(moment, "Open")])

    assert rows == []
    assert issue.subject == "history of deal D"


def test_salesforce_tells_that_it_does_not_track_owners(connection, mapping, org):
    """Each deal's owner is then taken to have owned it all along."""
    looking_back = mapping.model_copy(update={"history": True})
    org.schema._objects.pop(TRACKED.lower())
    source = SalesforceSource(connection, looking_back)
    (record,) = [record for page in source.pages(HISTORY, None) for record in page.records]

    assert [issue.subject for issue in source.issues() if issue.code == "owners_not_tracked"] == [TRACKED]
    told = json.loads(record.body)
    assert record.record_id.startswith(DEAL)
    assert [owner for _, owner in told["owner_id"]] == [org.get("Opportunity", DEAL)["OwnerId"]]
    assert [stage for _, stage in told["stage"]] == ["Closed Won"]
