"""Setting up statements and lines: planned, repeatable, guarded against drift, and taken away again."""

import pytest

from connectors.port import NotAllowed, Refused
from connectors.salesforce.archive import deployment
from connectors.salesforce.deploy import deploy
from connectors.salesforce.pay_package import DECIMALS, pay_files
from connectors.salesforce.pay_records import LINE, STATEMENT
from connectors.salesforce.removal import apply_removal, plan_removal
from connectors.salesforce.setup import apply_setup, plan_setup
from tests.connectors.conftest import DEAL

STATEMENT_FILE = f"objects/{STATEMENT.name}.object"


def set_up(connection, mapping):
    return apply_setup(connection, plan_setup(connection, mapping, records=True))


def test_the_plan_says_what_is_deployed_and_a_check_keeps_nothing(connection, mapping, org):
    plan = plan_setup(connection, mapping, records=True)
    steps = apply_setup(connection, plan, check_only=True)

    assert steps[4] == f"deploy private objects {LINE.name}, {STATEMENT.name}"
    assert steps[5] == (
        "deploy permission sets Tallystick_Auditor, Tallystick_Finance, Tallystick_Manager, Tallystick_Payee"
    )
    assert "2 Layout" in steps[6]
    assert "1 Dashboard" in steps[6] or "2 Dashboard" in steps[6]
    assert plan_setup(connection, mapping, records=True) == plan
    assert STATEMENT.name not in org.schema


def test_a_second_setup_has_nothing_to_do(connection, mapping, org):
    set_up(connection, mapping)
    before = org.dump()

    assert plan_setup(connection, mapping, records=True).empty
    assert set_up(connection, mapping) == ()
    assert {key for key, value in org.dump().items() if value != before[key]} <= {"used"}


@pytest.mark.parametrize("drift", ["sharing", "view all", "field gone", "more of a field", "newer package"])
def test_what_has_drifted_is_noticed_and_mended(connection, mapping, org, drift):
    set_up(connection, mapping)
    (payee,) = [row for row in org.rows("PermissionSet") if row["Name"] == "Tallystick_Payee"]
    if drift == "sharing":
        text = pay_files(DECIMALS)[STATEMENT_FILE].replace("<sharingModel>Private", "<sharingModel>Read")
        deploy(connection, deployment({STATEMENT_FILE: text}), check_only=False)
    elif drift == "view all":
        for row in org.rows("ObjectPermissions"):
            if row["ParentId"] == payee["Id"]:
                org.update("ObjectPermissions", row["Id"], {"PermissionsViewAllRecords": True})
    elif drift == "field gone":
        for row in org.rows("FieldPermissions"):
            if row["Field"] == f"{LINE.name}.Reason__c":
                org.delete("FieldPermissions", row["Id"])
    elif drift == "more of a field":
        (row,) = [
            row
            for row in org.rows("FieldPermissions")
            if row["ParentId"] == payee["Id"] and row["Field"] == f"{LINE.name}.Amount__c"
        ]
        org.update("FieldPermissions", row["Id"], {"PermissionsEdit": True})
    else:
        org.update("PermissionSet", payee["Id"], {"Description": payee["Description"].replace("Package", "Older")})

    told = f"make {STATEMENT.name} private again: its default sharing is Read, for all users"
    assert (told in plan_setup(connection, mapping, records=True).steps()) == (drift == "sharing")
    assert not plan_setup(connection, mapping, records=True).empty
    set_up(connection, mapping)
    assert plan_setup(connection, mapping, records=True).empty


def test_money_has_the_decimals_of_the_finest_currency(connection, mapping, org):
    org.load(
        {
            "multi_currency": True,
            "currencies": [
                {"IsoCode": "USD", "ConversionRate": "1", "IsCorporate": True},
                {"IsoCode": "KWD", "ConversionRate": "0.31", "DecimalPlaces": 3},
            ],
        }
    )
    set_up(connection, mapping)

    fields = org.schema.get(STATEMENT.name).fields
    assert (fields["Earned__c"].scale, fields["Quota__c"].scale) == (3, 2)
    assert "CurrencyIsoCode" in fields


def test_lines_need_opportunities(connection, mapping):
    other = mapping.objects["deals"].model_copy(update={"crm_object": "Account"})
    mapping = mapping.model_copy(update={"objects": {**mapping.objects, "deals": other}, "write": {}})
    with pytest.raises(Refused, match="Set records: false"):
        plan_setup(connection, mapping, records=True)


# ------------------------------------------------------------------------------- taking it away


def statement(org, key="s1"):
    return org.insert(STATEMENT.name, {"Statement_Key__c": key})


def test_what_setup_made_is_taken_away_and_nothing_else(connection, mapping, org):
    schema = {each.name: set(each.fields) for each in org.schema}
    set_up(connection, mapping)
    org.update("Opportunity", DEAL, {"Value_Owner__c": org.integration_user})
    plan = plan_removal(connection, mapping)
    apply_removal(connection, plan, check_only=True)
    assert plan_removal(connection, mapping) == plan

    apply_removal(connection, plan)

    assert {each.name: set(each.fields) for each in org.schema} == schema
    assert org.components == {}
    assert [org.rows(name) for name in ("PermissionSet", "PermissionSetAssignment", "FieldPermissions")] == [[], [], []]
    assert plan_removal(connection, mapping).empty
    set_up(connection, mapping)
    assert org.get("Opportunity", DEAL)["Value_Owner__c"] is None


def test_records_with_pay_are_not_deleted_without_being_told(connection, mapping, org):
    set_up(connection, mapping)
    parent = statement(org)
    for number in range(2):
        org.insert(LINE.name, {"Line_Key__c": str(number), "Statement__c": parent})
    plan = plan_removal(connection, mapping)

    assert plan.steps()[:2] == (
        f"delete 2 records with pay: {LINE.name} (only with --with-records)",
        f"delete 1 records with pay: {STATEMENT.name} (only with --with-records)",
    )
    with pytest.raises(Refused, match=rf"2 in {LINE.name}, 1 in {STATEMENT.name}\). Add --with-records"):
        apply_removal(connection, plan)
    assert len(org.rows(LINE.name)) == 2
    apply_removal(connection, plan, with_records=True)
    assert STATEMENT.name not in org.schema


def test_an_amount_on_a_deal_is_pay_too(connection, mapping, org):
    mapping = mapping.model_copy(update={"write": {"amount": "Payout__c"}})
    apply_setup(connection, plan_setup(connection, mapping))
    org.update("Opportunity", DEAL, {"Payout__c": "1.00"})

    with pytest.raises(Refused, match=r"1 in Opportunity\.Payout__c"):
        apply_removal(connection, plan_removal(connection, mapping))


def test_who_may_not_see_all_records_cannot_say_that_there_is_none(connection, mapping, org):
    set_up(connection, mapping)
    for row in org.rows("PermissionSetAssignment"):
        org.delete("PermissionSetAssignment", row["Id"])

    with pytest.raises(NotAllowed, match="Assign it to the user you log in as"):
        plan_removal(connection, mapping)
