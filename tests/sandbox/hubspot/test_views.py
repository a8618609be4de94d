"""What people in the portal see of each other's records."""

import json

import pytest

from sandbox.hubspot.errors import ApiError
from sandbox.hubspot.records.people import Owner
from sandbox.hubspot.state import Portal
from tests.clock import FakeClock

ANNA, BEN, CLEO = "901", "902", "903"


@pytest.fixture
def shared():
    """A portal with three people, two of them in one team, and a company of each, and one of nobody."""
    portal = Portal(FakeClock())
    portal.owners.teams = {"t1": "North"}
    for number, teams in ((ANNA, (("t1", True),)), (BEN, (("t1", True),)), (CLEO, ())):
        portal.owners.add(Owner(id=int(number), user_id=int(number) + 50, email=f"{number}@acme.example", teams=teams))
        portal.create("companies", {"name": number, "hubspot_owner_id": number})
    portal.create("companies", {"name": "nobody's"})
    return portal


@pytest.mark.parametrize(
    ("view", "seen"),
    [("everything", {ANNA, BEN, CLEO, "nobody's"}), ("team", {ANNA, BEN}), ("owned", {ANNA}), ("none", set())],
)
def test_a_user_sees_what_the_permission_lets_through_and_everything_without_one(shared, view, seen):
    shared.let_view(ANNA, "companies", view)
    again = Portal(FakeClock())
    again.restore(json.loads(json.dumps(shared.dump())))

    for portal in (shared, again):
        assert {each["name"] for each in portal.seen_by(ANNA, "companies")} == seen
        assert len(portal.seen_by(BEN, "companies")) == 4


def test_what_is_no_permission_is_refused(shared):
    with pytest.raises(ApiError, match="'mine'"):
        shared.let_view(ANNA, "companies", "mine")
    with pytest.raises(ApiError, match="999 is not the id of an owner"):
        shared.let_view("999", "companies", "owned")
