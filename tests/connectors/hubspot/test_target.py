"""Write-back: batches of 100, one answer for every record, and one bad record never takes others with it."""

import json

import pytest
import responses

from connectors.hubspot.batches import BATCH
from connectors.hubspot.probe import probe
from connectors.hubspot.setup import apply_setup, plan_setup
from connectors.hubspot.setup_records import apply_objects
from connectors.hubspot.target import HubspotTarget
from connectors.hubspot.transport import BASE_URL
from connectors.ownership import COLLABORATORS, SplitPolicy, TeamRole
from connectors.port import NotAllowed, Refused
from engine.model import Change, Verdict
from tests.connectors.hubspot.conftest import connect

REASON, STATUS, OWNER = "commission_reason", "commission_status", "commission_value_owner"
UPDATE = f"{BASE_URL}/crm/objects/2026-09/deals/batch/update"
PROPERTIES = f"{BASE_URL}/crm/properties/2026-09/deals"


@pytest.fixture
def ready(connection, mapping):
    """A portal in which setup has been run."""
    apply_setup(connection, plan_setup(connection, mapping))


@pytest.fixture
def target(connection, mapping, ready):  # noqa: ARG001  the properties must be there
    return HubspotTarget(connection, {"deals": mapping.write.values()})


def change(record_id, **fields):
    return Change("deals", record_id, tuple(fields.items()) or ((STATUS, "credited"),))


def write(target, *changes):
    return [sent for batch in target.write("deals", changes) for sent in batch]


def verdicts(sents):
    return {sent.change.record_id: sent.verdict.value for sent in sents}


def updates(portal):
    return sum(call.path.endswith("/deals/batch/update") for call in portal.calls)


def test_what_is_written_is_what_is_read_back(target, portal, deal, rep):
    fields = {REASON: "größer — “why”", STATUS: "credited", OWNER: rep, "commission_as_of": "2026-11-22T05:00:00Z"}
    sents = write(target, change(deal, **fields))

    assert verdicts(sents) == {deal: "written"}
    assert target.read("deals", [deal, "404"], list(fields)) == {deal: fields}
    assert portal.get("deals", deal)[STATUS] == "credited"
    write(target, change(deal, **{STATUS: None}))
    assert target.read("deals", [deal], [STATUS]) == {deal: {STATUS: None}}


def test_changes_go_in_batches_of_100_and_each_record_once(target, portal, deal, new_deal):
    others = [new_deal(str(number)) for number in range(2 * BATCH)]
    sents = write(target, *(change(each) for each in others), change(deal), change(deal, **{REASON: "x"}))

    assert {sent.verdict for sent in sents} == {Verdict.WRITTEN}
    assert (len(sents), updates(portal)) == (2 * BATCH + 2, 3)


def test_a_record_that_is_gone_is_told_by_name_and_the_rest_is_written(target, portal, deal, new_deal):
    gone = new_deal("Gone")
    portal.archive("deals", gone)

    assert verdicts(write(target, change(deal), change(gone))) == {deal: "written", gone: "gone"}


def test_a_value_that_hubspot_refuses_is_parked_with_its_code(target, deal):
    (sent,) = write(target, change(deal, **{OWNER: "12"}))

    assert (sent.verdict, sent.code) == (Verdict.PARKED, "INVALID_OWNER_ID")
    assert OWNER in sent.message


def test_a_batch_that_is_refused_whole_is_halved_until_the_bad_record_stands_alone(target, portal, deal, new_deal):
    portal.habits.isolate_without_trace = False
    good = [new_deal(str(number)) for number in range(7)]
    sents = write(target, *(change(each) for each in good), change(deal, **{OWNER: "12", REASON: "r"}))

    assert verdicts(sents) == {deal: "parked"} | dict.fromkeys(good, "written")


def test_a_rule_of_the_portal_parks_the_record_and_says_so(target, portal, deal, new_deal):
    portal.demand("deals", "description", ("dealname", portal.get("deals", deal)["dealname"]))
    other = new_deal("Free")
    before = updates(portal)
    sents = {sent.change.record_id: sent for sent in write(target, change(deal), change(other))}

    assert verdicts(sents.values()) == {deal: "parked", other: "written"}
    assert "blocked by a rule of the portal: description" in sents[deal].message
    assert updates(portal) - before <= 3  # not tried again


def test_nothing_but_our_properties_is_written(target, portal, deal):
    before = len(portal.calls)
    with pytest.raises(Refused, match="amount is not among the fields we may write"):
        write(target, change(deal, amount="1"))
    assert len(portal.calls) == before


def test_a_property_that_is_missing_or_read_only_stops_before_anything_is_sent(connection, portal, deal):
    target = HubspotTarget(connection, {"deals": ["hs_acv", "commission_status"]})
    with pytest.raises(NotAllowed, match=r"commission_status does not exist .* Run `worker\.py setup`"):
        write(target, change(deal))
    with pytest.raises(NotAllowed, match="hs_acv is read-only"):
        write(target, change(deal, hs_acv="1"))
    assert not updates(portal)


@pytest.fixture
def stubbed(sleeper):
    """A target whose portal has one property, and whose answers belong to the test."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as http:
        http.get(PROPERTIES, json={"results": [{"name": STATUS, "type": "string", "fieldType": "text"}]})
        yield http, HubspotTarget(connect(None, sleeper), {"deals": [STATUS]})


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"status": "COMPLETE", "results": []}, {"1": "retry", "2": "retry"}),
        ({"results": [{"id": "1"}], "numErrors": 1, "errors": [{"category": "X"}]}, {"1": "written", "2": "parked"}),
        ({"results": [{"id": "1"}], "errors": [{"category": "X", "context": {"ids": ["2"]}}]},
         {"1": "written", "2": "parked"}),
        ({"results": [], "errors": [{"category": "X", "context": {"objectWriteTraceId": ["2"]}}]},
         {"1": "retry", "2": "parked"}),
        ({"results": [], "errors": [{"category": "X"}, {"category": "Y"}]}, {"1": "retry", "2": "retry"}),
    ],
)  # fmt: skip
def test_answers_that_say_too_little_are_not_taken_for_success(stubbed, answer, expected):
    """A body without inputs is answered with success and no results; errors may not name their record."""
    http, target = stubbed
    http.post(UPDATE, status=207, json=answer)

    assert verdicts(write(target, change("1"), change("2"))) == expected


def test_every_input_carries_a_trace_id(stubbed):
    http, target = stubbed
    http.post(UPDATE, json={"results": [{"id": "1"}]})
    write(target, change("1"))

    (sent,) = json.loads(http.calls[-1].request.body)["inputs"]
    assert sent == {"id": "1", "objectWriteTraceId": "1", "properties": {STATUS: "credited"}}


# ------------------------------------------------------------------------------- setup


def test_setup_creates_what_is_missing_and_then_nothing(connection, mapping, portal):
    plan = plan_setup(connection, mapping)
    assert plan.steps()[0].startswith("create property group tallystick")
    assert len(plan.steps()) == 1 + len(mapping.write)
    apply_setup(connection, plan)

    again = plan_setup(connection, mapping)
    assert again.steps() == ()
    before = len(portal.calls)
    apply_setup(connection, plan)  # an answer that was lost: the same once more
    assert len(portal.calls) > before


def test_setup_brings_back_a_property_that_was_archived(connection, mapping, portal, ready):  # noqa: ARG001
    connection.hubspot.crm.properties.core_api.archive("deals", STATUS, _preload_content=False)
    plan = plan_setup(connection, mapping)
    apply_setup(connection, plan)

    assert list(plan.new_properties) == [STATUS]
    assert STATUS in HubspotTarget(connection, {}).fields("deals")


def test_a_property_of_another_type_is_somebody_elses(connection, mapping, portal):  # noqa: ARG001
    other = {"name": "commission_as_of", "label": "x", "type": "string", "fieldType": "text"}
    other["groupName"] = "dealinformation"
    connection.ask(connection.hubspot.crm.properties.core_api.create, "deals", other, read=lambda answer: answer)
    with pytest.raises(Refused, match=r"deals\.commission_as_of is a string property of another kind"):
        plan_setup(connection, mapping)


# ------------------------------------------------------------------------------- doctor


def test_doctor_finds_a_portal_that_is_ready(connection, mapping, portal, clock, ready):  # noqa: ARG001
    checks = {check.name: check for check in probe(connection, mapping, pinned=str(portal.id), now=clock)}

    assert [name for name, check in checks.items() if not check.ok] == []
    assert "America/New_York" in checks["portal"].message
    assert checks["read deals"].message.endswith("properties")


def test_doctor_names_what_is_missing_with_the_remedy(connection, mapping, clock):
    failed = [check for check in probe(connection, mapping, pinned="1", now=clock) if not check.ok]
    (wrong_portal,) = failed
    assert "this store belongs to org 1" in wrong_portal.message

    failed = [check for check in probe(connection, mapping, pinned=None, now=clock) if not check.ok]
    assert {check.name for check in failed} == {f"write deals.{name}" for name in mapping.write.values()}
    assert {check.remedy for check in failed} == {"Run `worker.py setup --apply`."}


@pytest.mark.usefixtures("ready")
def test_doctor_tries_what_is_switched_on_beside(connection, mapping, portal, clock, deal):
    """Statements and lines need objects; splits that are to be set need the feature, and so do those that are read."""
    beside = {"splits": SplitPolicy(), "team": {"SE": TeamRole(role="SE")}}
    ours = {"ownership": mapping.ownership.model_copy(update=beside), "deal_splits": False}
    setting = mapping.model_copy(update=ours)

    def found(some):
        checks = {check.name: check for check in probe(connection, some, pinned=None, now=clock, records=True)}
        team = checks.get(f"write deals.{COLLABORATORS}")
        assert team is None if some is mapping else team.ok
        return checks["write statements and lines"], checks["deal splits"]

    records, splits = found(setting)
    assert (records.ok, "create custom object commission_line" in records.message) == (False, True)
    assert (splits.ok, splits.message) == (True, "1 of the first 1 deals are split, and the key may read that")
    apply_objects(connection)
    portal.off.add("splits")
    records, splits = found(setting)
    assert (records.ok, splits.ok) == (True, False)
    assert "crm.dealsplits.read_write" in splits.message
    assert not found(mapping)[1].ok
    portal.archive("deals", deal)
    assert found(mapping)[1].ok, "no deal is split: nothing is asked"
