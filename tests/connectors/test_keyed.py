"""Records that are ours: created or changed by their key, found by it, and referred to by it."""

from itertools import chain

import pytest

from connectors.port import Refused
from connectors.salesforce.ids import id18
from connectors.salesforce.pay_records import LINE, PAY_RECORDS, STATEMENT
from connectors.salesforce.setup import apply_setup, plan_setup
from connectors.salesforce.target import SalesforceTarget
from engine.model import Change, Verdict
from tests.connectors.conftest import DEAL, REP

REP_ID = id18(REP)


@pytest.fixture
def target(connection, mapping):
    """The org after set-up."""
    apply_setup(connection, plan_setup(connection, mapping, records=True, payees={REP}))
    return SalesforceTarget(connection, PAY_RECORDS.allowed, PAY_RECORDS.keys)


def statement(key="s/1 é'", **fields):
    return Change(STATEMENT.name, key, tuple({"OwnerId": REP_ID, "Payee__c": REP_ID, **fields}.items()))


def line(key, of="s/1 é'", **fields):
    return Change(LINE.name, key, tuple({"Statement__c": of, "Payee__c": REP_ID, **fields}.items()))


def write(target, *changes):
    return list(chain.from_iterable(target.write(changes[0].object, changes)))


def verdicts(sent):
    return [each.verdict for each in sent]


def test_a_record_is_created_once_and_changed_after(target, org):
    write(target, statement(Earned__c="10.00"))
    write(target, statement(Earned__c="12.50", Attainment__c="101.25"))

    (row,) = org.rows(STATEMENT.name)
    assert (row["Statement_Key__c"], str(row["Earned__c"]), str(row["Attainment__c"])) == ("s/1 é'", "12.5", "101.25")
    assert row["OwnerId"] == row["Payee__c"] == org.get("User", REP)["Id"]


def test_a_line_finds_its_statement_by_key_and_is_read_back_as_it_was_written(target, org):
    write(target, statement())
    values = {"Opportunity__c": id18(DEAL), "Amount__c": "-7.01", "Projected__c": True, "Dated_On__c": "2026-11-01"}
    wanted = line("l1", Reason__c="why\nso", Why_Not_More__c=None, As_Of__c="2026-11-22T06:00:00Z", **values)
    write(target, wanted)

    assert org.rows(LINE.name)[0]["Statement__c"] == org.rows(STATEMENT.name)[0]["Id"]
    fields = dict(wanted.fields)
    found = target.read(LINE.name, ["l1", "unknown"], list(fields))
    assert found == {"l1": fields}


def test_a_line_waits_for_its_statement_and_a_bad_one_does_not_stop_the_others(target, org):
    write(target, statement())
    sent = write(target, line("l1", Status__c="Lost"), line("l2"), line("l3", of="not yet"), line("l4"))

    assert verdicts(sent) == [Verdict.PARKED, Verdict.WRITTEN, Verdict.RETRY, Verdict.WRITTEN]
    assert sent[0].code == "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"
    assert {row["Line_Key__c"] for row in org.rows(LINE.name)} == {"l2", "l4"}


def test_450_records_are_three_calls_and_their_keys_fit_into_addresses(target, org):
    write(target, statement())
    keys = [f"{'line/é ' * 20}{number}" for number in range(450)]
    calls = len(org.calls)
    sent = write(target, *(line(key, Amount__c="1.00") for key in keys))

    assert verdicts(sent) == [Verdict.WRITTEN] * 450
    assert [call.method for call in org.calls[calls:]].count("PATCH") == 3
    found = target.read(LINE.name, keys, ["Statement__c", "Amount__c"])
    assert list(map(dict, found.values())) == [{"Statement__c": "s/1 é'", "Amount__c": "1.00"}] * 450
    assert max(len(call.path) for call in org.calls) < 16_000


def test_a_field_that_is_not_in_the_list_is_refused(target):
    with pytest.raises(Refused, match="Name is not among the fields"):
        write(target, statement(Name="mine"))
