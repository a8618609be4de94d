"""A CRM-shaped document becomes a portal."""

import copy
import json
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from sandbox.hubspot.errors import LoadProblem
from sandbox.hubspot.loading.numbers import renumbered
from sandbox.hubspot.state import Portal
from sandbox.world import generate
from tests.clock import FakeClock

from .conftest import ACME, DEAL, DOCUMENT, GLOBEX, OPEN_DEAL, REP, SPLIT_DEAL

MAVEN = Path("../shared/data/crm-maven.json")


def test_a_deal_carries_what_the_document_says(portal, of):
    deal = portal.get("deals", of(DEAL))

    assert deal["dealname"] == "Acme - GTX"
    assert (deal["pipeline"], deal["dealstage"], deal["dealtype"]) == ("default", "closedwon", "newbusiness")
    assert (deal["amount"], deal["deal_currency_code"], deal["term_months"]) == ("1054.10", "EUR", "12")
    assert deal["hubspot_owner_id"] == of(REP)
    assert deal["hs_lastmodifieddate"] == "2026-03-01T12:00:00Z"
    assert deal["hs_is_closed_won"] == "true"
    assert deal["hs_primary_associated_company"] == of(ACME)


def test_the_close_date_is_the_day_in_the_portals_zone(portal, of):
    closes = datetime.fromisoformat(portal.get("deals", of(DEAL))["closedate"])

    assert str(closes.astimezone(ZoneInfo("America/New_York")).date()) == "2026-03-01"


def test_close_dates_fall_on_another_day_in_utc_too():
    portal = Portal(FakeClock())
    portal.load(generate(7, 60).document)
    zone = ZoneInfo(portal.zone)

    moments = [datetime.fromisoformat(record.values["closedate"]) for record in portal.records("deals")]

    assert any(moment.astimezone(zone).date() != moment.date() for moment in moments)


def test_renewals_have_a_pipeline_whose_stage_ids_say_nothing(portal, of):
    deal = portal.get("deals", of(SPLIT_DEAL))

    assert deal["pipeline"].isdecimal()
    assert deal["dealstage"].isdecimal()
    assert deal["hs_is_closed"] == "false"


def test_splits_are_shares_of_one(portal, of):
    shares = [split.values["hs_deal_split_percentage"] for split in portal.splits.of(int(of(SPLIT_DEAL)))]

    assert shares == ["0.6667", "0.3333"]


def test_a_team_role_is_a_property_with_owners(portal, of):
    deal = portal.get("deals", of(SPLIT_DEAL))

    assert deal["team_overlay"] == deal["hs_all_collaborator_owner_ids"] == of("005000000000Mgr")


def test_a_merged_account_leads_to_its_master(portal, of):
    assert portal.get("companies", of("001000000000Dup"))["hs_object_id"] == of(ACME)
    assert portal.get("companies", of(ACME))["hs_merged_object_ids"] == of("001000000000Dup")


def test_parents_references_and_segments_arrive(portal, of):
    assert portal.get("companies", of(GLOBEX))["hs_parent_company_id"] == of(ACME)
    assert portal.get("deals", of(OPEN_DEAL))["prior_opportunity"] == of(DEAL)
    assert portal.get("companies", of(ACME))["segment"] == "SMB"
    assert portal.get("companies", of(ACME))["industry"] == "REAL_ESTATE"


def test_a_rate_is_turned_round(portal):
    rates = {rate.effective_ms: str(rate.rate) for rate in portal.currencies}

    assert list(rates.values()) == ["1.111111111111111111", "1.250000000000000000"]


def test_numbers_keep_the_order_of_the_ids(portal):
    deals = {source: number for source, number in portal.ids.items() if source.startswith("006")}

    assert sorted(deals) == sorted(deals, key=deals.get)


def test_a_quota_is_a_goal_of_a_user(portal, of):
    (goal,) = portal.records("goal_targets")
    owner = portal.owners.by_id(of(REP))

    assert goal.values["hs_target_amount"] == "50000.00"
    assert goal.values["hs_assignee_user_id"] == str(owner.user_id)
    assert goal.values["hs_end_datetime"] == "2026-12-01T05:00:00Z"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"leads": [{"Id": "00Q"}]}, "unknown keys"),
        ({"opportunities": [{"Id": DEAL, "Color": "red"}]}, "Color has no place in a portal"),
        ({"opportunities": [{"Id": DEAL, "OwnerId": "005nobody"}]}, "005nobody names none of users"),
        ({"opportunities": [{"Id": DEAL, "Amount": 1.5}]}, "write numbers as text"),
        ({"opportunities": [{"Id": DEAL, "Amount": "abc"}]}, "is no number"),
        ({"opportunities": [{"Id": DEAL}, {"Id": DEAL}]}, "occurs twice"),
        ({"opportunities": [{"Id": DEAL, "StageName": "Magic"}]}, "stage 'Magic' is unknown"),
        ({"opportunities": [{"Id": DEAL, "CloseDate": "soon"}]}, "CloseDate 'soon' is no day"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(change, message):
    document = {**copy.deepcopy(DOCUMENT), **change}

    with pytest.raises(LoadProblem, match=message):
        Portal(FakeClock()).load(document)


def test_a_dumped_portal_can_be_taken_up_again(portal, of):
    portal.update("deals", of(DEAL), {"description": "changed"})
    state = json.loads(json.dumps(portal.dump()))
    other = Portal(FakeClock())
    other.restore(state)

    assert other.dump() == portal.dump()
    assert other.get("deals", of(DEAL)) == portal.get("deals", of(DEAL))


def test_people_files_can_be_put_in_the_portals_words():
    world, portal = generate(7, 300), Portal(FakeClock())
    portal.load(world.document)

    named = renumbered(world.people["lists/named_accounts.csv"], portal.ids).splitlines()[1:]

    known = {str(record.id) for record in portal.records("companies")}
    assert named
    assert {line.split(",")[0] for line in named} <= known


def test_the_generated_companys_quotas_are_goals():
    world, portal = generate(7, 60), Portal(FakeClock())
    portal.load(world.document)
    emails = {str(owner.user_id): owner.email for owner in portal.owners}

    goals = [goal.values for goal in portal.records("goal_targets")]

    rows = world.people["people/quotas.csv"].splitlines()[1:]
    found = [(emails[goal["hs_assignee_user_id"]], goal["hs_goal_name"], goal["hs_target_amount"]) for goal in goals]
    assert sorted(found) == sorted((line.split(",")[0], line.split(",")[1], line.split(",")[4]) for line in rows)


def test_the_generated_company_keeps_its_control_totals():
    world, portal = generate(7, 300), Portal(lambda: datetime(2026, 11, 22, tzinfo=UTC))
    portal.load(world.document)
    totals = world.answer_key["totals"]
    deals = [portal.get("deals", str(record.id)) for record in portal.records("deals")]

    assert len(deals) == totals["opportunities"] - totals["deleted"]
    assert sum(deal["hs_is_closed_won"] == "true" for deal in deals) == totals["won"]
    assert sum(deal["hs_is_closed_lost"] == "true" for deal in deals) == totals["lost"]


@pytest.mark.skipif(not MAVEN.exists(), reason="the shared data set is not here")
def test_the_shared_data_set_loads():
    portal = Portal(FakeClock())
    portal.load(json.loads(MAVEN.read_text()))

    assert len(list(portal.records("deals"))) == 8800
    assert sum(deal.values["dealstage"] == "closedwon" for deal in portal.records("deals")) > 4000
