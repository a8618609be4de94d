"""Statements and lines in custom objects: made by setup, known by key, owned by the payee."""

from itertools import chain

import pytest
import responses

from connectors.hubspot.pay_records import LINE, PAY_RECORDS, STATEMENT
from connectors.hubspot.removal import apply_removal, plan_removal
from connectors.hubspot.setup import apply_setup, plan_setup
from connectors.hubspot.setup_records import WITHOUT, apply_objects, plan_objects, steps_of
from connectors.hubspot.target import HubspotTarget
from connectors.hubspot.transport import BASE_URL
from connectors.port import NotAllowed, Refused
from engine.model import Change, Verdict
from tests.connectors.hubspot.conftest import connect

KEY = "5" * 64


@pytest.fixture
def target(connection):
    """The portal after set-up."""
    apply_objects(connection)
    return HubspotTarget(connection, PAY_RECORDS.allowed, PAY_RECORDS.keys)


def statement(rep, key=KEY, **fields):
    return Change(STATEMENT.name, key, tuple({"hubspot_owner_id": rep, "payee": rep, **fields}.items()))


def line(rep, key, of=KEY, **fields):
    return Change(LINE.name, key, tuple({"statement_key": of, "hubspot_owner_id": rep, **fields}.items()))


def write(target, *changes):
    return list(chain.from_iterable(target.write(changes[0].object, changes)))


def verdicts(sent):
    return {each.change.record_id: each.verdict for each in sent}


def own_type(portal):
    return f"p{portal.id}_{STATEMENT.name}"


def linked(portal, record_id, other):
    source, target = portal.schema.find(f"p{portal.id}_{LINE.name}"), portal.schema.find(other)
    return {str(end) for end in portal.links.of(source.id, int(record_id), target.id)}


def test_setup_makes_both_objects_once_and_mends_what_somebody_took_away(connection, portal):
    assert [step.split(" (")[0] for step in steps_of(plan_objects(connection))] == [
        "create custom object commission_statement",
        "create custom object commission_line",
    ]
    assert all(portal.schema.find(f"p{portal.id}_{each.name}") is None for each in PAY_RECORDS.objects)  # only planned
    apply_objects(connection)
    assert steps_of(plan_objects(connection)) == ()

    kind = portal.schema.find(f"p{portal.id}_{LINE.name}")
    del kind.properties["reason"]
    assert steps_of(plan_objects(connection)) == ("create property commission_line.reason",)
    apply_objects(connection)
    apply_objects(connection)
    assert steps_of(plan_objects(connection)) == ()
    assert [each.name for each in kind.properties.values() if each.unique] == [LINE.key]


def test_a_portal_without_custom_objects_is_told_plainly_and_nothing_is_made(connection, portal):
    portal.off.add("custom_objects")

    assert steps_of(plan_objects(connection)) == (WITHOUT,)
    target = HubspotTarget(connection, PAY_RECORDS.allowed, PAY_RECORDS.keys)
    with pytest.raises(NotAllowed, match=r"needs custom objects \(Enterprise\).*records: false"):
        write(target, statement("1"))


def test_an_object_of_the_same_name_that_is_somebody_elses_is_refused(connection):
    given = {"name": STATEMENT.name, "labels": {"singular": "S", "plural": "S"}, "primaryDisplayProperty": "period"}
    own = [{"name": "period", "label": "Period", "type": "number", "fieldType": "number"}]
    body = {**given, "requiredProperties": [], "properties": own, "associatedObjects": []}
    connection.ask(connection.hubspot.crm.schemas.core_api.create, body, read=lambda _: None)
    with pytest.raises(Refused, match=r"commission_statement\.period is a number property of another kind"):
        plan_objects(connection)


def test_a_record_is_created_once_changed_after_and_read_as_it_was_written(target, portal, rep):
    values = {"earned": "10.00", "attainment": "101.25", "as_of": "2026-11-22T06:00:00Z", "summary": "größer\nso"}
    write(target, statement(rep, **values))
    assert verdicts(write(target, statement(rep, earned="12.50"))) == {KEY: Verdict.WRITTEN}

    (record,) = portal.records(own_type(portal))
    assert (record.values["earned"], record.values["hubspot_owner_id"], record.values["statement_key"]) == (
        "12.50",
        rep,
        KEY,
    )
    wanted = {**values, "earned": "12.50", "hubspot_owner_id": rep, "payee": rep}
    assert target.read(STATEMENT.name, [KEY, "unknown"], list(wanted)) == {KEY: wanted}


def test_a_line_waits_for_its_statement_and_a_bad_one_does_not_stop_the_others(target, rep, deal):
    write(target, statement(rep))
    changes = [
        line(rep, "bad", dated_on="yesterday"),
        line(rep, "good", deal_id=deal, amount="-7.01", projected=True, dated_on="2026-11-01"),
        line(rep, "early", of="not yet"),
        line(rep, "gone", deal_id="404404"),
        line("12", "nobody", deal_id=deal),
    ]
    sent = write(target, *changes)

    expected = dict.fromkeys(("bad", "nobody"), Verdict.PARKED) | {"early": Verdict.RETRY}
    assert verdicts(sent) == expected | dict.fromkeys(("good", "gone"), Verdict.WRITTEN)
    assert {each.change.record_id: each.code for each in sent}["nobody"] == "INVALID_OWNER_ID"
    read = target.read(LINE.name, ["good", "early"], ["amount", "deal_id", "projected", "dated_on", "statement_key"])
    assert read == {
        "good": {
            "amount": "-7.01",
            "deal_id": deal,
            "projected": True,
            "dated_on": "2026-11-01",
            "statement_key": KEY,
        }
    }


def test_250_lines_are_three_batches_each_associated_with_statement_and_deal(target, portal, rep, deal):
    write(target, statement(rep))
    before = len(portal.calls)
    sent = write(target, *(line(rep, f"l{number}", deal_id=deal, amount="1.00") for number in range(250)))

    assert set(verdicts(sent).values()) == {Verdict.WRITTEN}
    paths = [call.path for call in portal.calls[before:]]
    assert sum(path.endswith("/batch/upsert") for path in paths) == 3
    assert sum(path.endswith("/batch/associate/default") for path in paths) == 6
    write(target, line(rep, "l1", deal_id=deal))  # an answer that was lost: the same once more
    lines = list(portal.records(f"p{portal.id}_{LINE.name}"))
    (own,) = portal.records(own_type(portal))
    assert len(lines) == 250
    ends = [(linked(portal, each.id, "deals"), linked(portal, each.id, own_type(portal))) for each in lines]
    assert ends == [({deal}, {str(own.id)})] * 250


def test_an_answer_without_keys_is_told_apart_by_reading_them(sleeper):
    """Which properties the answer to an upsert shows is not documented."""
    own, path = {"id": "7", "properties": {"statement_key": "a"}}, f"{BASE_URL}/crm/objects/2026-09/2-1/batch"
    old = {"id": "8", "properties": {"statement_key": "b"}}
    property_ = {"name": "earned", "type": "number", "fieldType": "number"}
    with responses.RequestsMock() as http:
        schema = {"name": STATEMENT.name, "objectTypeId": "2-1"}
        http.get(f"{BASE_URL}/crm-object-schemas/2026-09/schemas", json={"results": [schema]})
        http.get(f"{BASE_URL}/crm/properties/2026-09/2-1", json={"results": [property_]})
        refused = {"category": "X", "context": {"objectWriteTraceId": ["b"]}}
        http.post(f"{path}/upsert", status=207, json={"results": [{"id": "7"}], "errors": [refused]})
        http.post(f"{path}/read", json={"results": [own, old]})
        target = HubspotTarget(connect(None, sleeper), PAY_RECORDS.allowed, PAY_RECORDS.keys)
        sent = write(target, *(Change(STATEMENT.name, key, (("earned", "1.00"),)) for key in "ab"))

    assert verdicts(sent) == {"a": Verdict.WRITTEN, "b": Verdict.PARKED}


def test_what_setup_made_is_taken_away_again_but_pay_only_when_told(target, connection, mapping, portal, rep):
    apply_setup(connection, plan_setup(connection, mapping))
    write(target, statement(rep))
    write(target, *(line(rep, f"l{number}") for number in range(101)))
    portal.clock.advance(minutes=1)
    plan = plan_removal(connection, mapping)
    assert plan.steps()[:4] == (
        "archive 101 records with pay: commission_line (only with --with-records)",
        "archive 1 records with pay: commission_statement (only with --with-records)",
        "delete custom object commission_line",
        "delete custom object commission_statement",
    )
    assert plan.steps()[-1] == "delete property group tallystick"
    with pytest.raises(Refused, match=r"101 in commission_line.*--with-records"):
        apply_removal(connection, plan)
    assert len(list(portal.records(own_type(portal)))) == 1

    apply_removal(connection, plan, with_records=True)
    assert plan_removal(connection, mapping).steps() == ()
    assert "tallystick" not in portal.schema.get("deals").groups
    apply_setup(connection, plan_setup(connection, mapping))
    apply_objects(connection)
    assert steps_of(plan_objects(connection)) == ()
