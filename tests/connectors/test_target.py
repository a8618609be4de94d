"""Writes: 200 at a time in account order, one verdict for every change, nothing but our own fields."""

from datetime import UTC, datetime
from itertools import chain

import pytest
import responses

from connectors.port import NotAllowed, Refused, TryAgain
from connectors.salesforce.target import SalesforceTarget
from engine.model import Change, Verdict
from tests.connectors.conftest import ACME, DEAL, connect, deals

OURS = {"Opportunity": ("Commission_Reason__c", "Commission_Status__c", "Commission_As_Of__c", "Commission_Amount__c")}


def change(record_id=DEAL, ordered_by=ACME, **fields):
    return Change("Opportunity", record_id, tuple(fields.items()), ordered_by)


@pytest.fixture
def target(connection):
    return SalesforceTarget(connection, OURS)


def write(target, *changes):
    return list(chain.from_iterable(target.write("Opportunity", changes)))


def patches(org):
    return [call for call in org.calls if call.method == "PATCH"]


def test_what_was_written_is_read_back_in_the_same_form(target, org):
    values = {
        "Commission_Reason__c": "Reason — größer",
        "Commission_Amount__c": "1234.50",
        "Commission_As_Of__c": "2026-11-22T06:00:00Z",
    }
    (sent,) = write(target, change(**values))

    assert sent.verdict is Verdict.WRITTEN
    (found,) = target.read("Opportunity", [org.rows("Opportunity")[0]["Id"]], list(values)).values()
    assert found == values


def test_450_changes_are_three_calls_in_account_order_and_every_one_is_answered(target, org):
    org.load({"opportunities": deals(450)})
    changes = [change(deal["Id"], str(place % 7), Commission_Reason__c="x") for place, deal in enumerate(deals(450))]

    batches = list(target.write("Opportunity", changes))

    assert [len(batch) for batch in batches] == [200, 200, 50]
    assert len(patches(org)) == 3
    sent = list(chain.from_iterable(batches))
    assert [each.change.ordered_by for each in sent] == sorted(each.ordered_by for each in changes)
    assert {each.change.record_id for each in sent} == {deal["Id"] for deal in deals(450)}


def test_two_changes_of_one_record_are_one_row_and_both_are_answered(target, org):
    sent = write(
        target, change(Commission_Reason__c="a", Commission_Status__c="held"), change(Commission_Reason__c="b")
    )

    assert [each.verdict for each in sent] == [Verdict.WRITTEN] * 2
    row = org.get("Opportunity", DEAL)
    assert (row["Commission_Reason__c"], row["Commission_Status__c"]) == ("b", "held")


def test_none_clears_a_field(target, org):
    write(target, change(Commission_Reason__c="a"))
    write(target, change(Commission_Reason__c=None))

    assert org.get("Opportunity", DEAL)["Commission_Reason__c"] is None


def test_a_field_that_is_not_ours_is_refused_before_anything_is_sent(target, org):
    with pytest.raises(Refused, match="OwnerId is not among the fields we may write"):
        write(target, change(Commission_Reason__c="a"), change(OwnerId="005000000000001AAA"))
    assert not org.calls


@pytest.mark.parametrize("hide", ["hide_field", "read_only_field"])
def test_a_field_we_may_not_edit_is_named_once_with_the_remedy(target, org, hide):
    getattr(org, hide)("Opportunity", "Commission_Reason__c")

    with pytest.raises(NotAllowed, match=r"Opportunity\.Commission_Reason__c .*grant Edit on it"):
        write(target, change(Commission_Reason__c="a"))
    assert not patches(org)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("Commission_Reason__c", "x" * 256, "holds 255 characters, not 256"),
        ("Commission_Amount__c", "1.005", "holds 2 decimals"),
        ("Commission_Amount__c", "much", "is a number field"),
        ("Commission_Amount__c", "NaN", "is a number field"),
        ("Commission_As_Of__c", "2026-11-22T06:00:00", "without a time zone"),
    ],
)
def test_what_a_field_cannot_hold_is_parked_and_the_rest_is_written(target, org, field, value, message):
    org.load({"opportunities": deals(1)})
    good = change(deals(1)[0]["Id"], Commission_Reason__c="fine")
    sent = {each.change.record_id: each for each in write(target, change(**{field: value}), good)}

    assert sent[DEAL].verdict is Verdict.PARKED
    assert message in sent[DEAL].message
    assert sent[good.record_id].verdict is Verdict.WRITTEN


@pytest.mark.parametrize("position", [0, 99, 199])
def test_one_bad_record_at_any_position_does_not_block_the_others(target, org, position):
    org.load({"opportunities": deals(200)})
    org.validation_rule("Opportunity", lambda row: row["Name"] == f"Deal {position}", "Ask Ann first", "Name")
    sent = write(target, *(change(deal["Id"], Commission_Reason__c="x") for deal in deals(200)))

    (bad,) = [each for each in sent if each.verdict is not Verdict.WRITTEN]
    assert bad.change.record_id == deals(200)[position]["Id"]
    assert (bad.verdict, bad.code) == (Verdict.PARKED, "FIELD_CUSTOM_VALIDATION_EXCEPTION")
    assert bad.message == "Ask Ann first (Name)"


def test_a_locked_row_is_sent_again_alone_and_then_left_for_later(target, org, sleeper):
    org.load({"opportunities": deals(2)})
    rule = org.faults.add("lock_row", id=deals(1)[0]["Id"])
    changes = [change(deal["Id"], Commission_Reason__c="x") for deal in deals(2)]

    first, second = write(target, *changes)

    assert (first.verdict, first.code) == (Verdict.RETRY, "UNABLE_TO_LOCK_ROW")
    assert second.verdict is Verdict.WRITTEN
    assert len(patches(org)) == 4
    assert patches(org)[1].body_size < patches(org)[0].body_size
    assert len(sleeper.slept) == 3
    org.faults.remove(rule)
    assert [each.verdict for each in write(target, *changes)] == [Verdict.WRITTEN] * 2


def test_a_deleted_record_is_gone(target, org):
    org.delete("Opportunity", DEAL)
    (sent,) = write(target, change(Commission_Reason__c="x"))

    assert (sent.verdict, sent.code) == (Verdict.GONE, "ENTITY_IS_DELETED")


@pytest.mark.parametrize(
    "verb", ["reset_before_apply", "reset_after_apply", "expire_token", "truncate_json", "html_200"]
)
def test_a_passing_fault_on_the_write_is_survived(target, org, verb):
    org.faults.add(verb, {"method": "PATCH"})
    (sent,) = write(target, change(Commission_Reason__c="x"))

    assert sent.verdict is Verdict.WRITTEN
    assert org.get("Opportunity", DEAL)["Commission_Reason__c"] == "x"


def test_a_missing_answer_is_never_taken_as_written(sleeper):
    """Salesforce answers in the order of the request; fewer answers than records say nothing of any of them."""
    connection = connect(None, sleeper)
    base = "https://acme.my.salesforce.com/services"
    fields = [{"name": "Commission_Reason__c", "type": "string", "updateable": True, "length": 255}]
    with responses.RequestsMock() as http:
        token = {"access_token": "t", "instance_url": "https://acme.my.salesforce.com"}
        http.post(f"{base}/oauth2/token", json=token)
        described = {"statusCode": 200, "result": {"name": "Opportunity", "fields": fields}}
        http.post(f"{base}/data/v66.0/composite/batch", json={"hasErrors": False, "results": [described]})
        http.patch(f"{base}/data/v66.0/composite/sobjects", json=[])
        with pytest.raises(TryAgain, match="none is taken as written"):
            write(SalesforceTarget(connection, OURS), change(Commission_Reason__c="x"))
        assert http.calls[-1].request.headers["Sforce-Auto-Assign"] == "FALSE"
        assert http.calls[-1].request.headers["Sforce-Call-Options"].startswith("client=tallystick/")


def test_an_instant_may_be_given_in_any_zone(target):
    write(target, change(Commission_As_Of__c=datetime(2026, 11, 22, 6, tzinfo=UTC).isoformat()))
    (found,) = target.read("Opportunity", [f"{DEAL}AAE"], ["Commission_As_Of__c"]).values()

    assert found["Commission_As_Of__c"] == "2026-11-22T06:00:00Z"
