"""Setting an org up: planned, repeatable, least privilege; and the doctor's checks before and after."""

import io
import zipfile
from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest
import responses

from connectors.port import NotAllowed, Refused, TryAgain
from connectors.salesforce.archive import deployment
from connectors.salesforce.deploy import DEPLOY_S_MAX
from connectors.salesforce.metadata import SPECS
from connectors.salesforce.permission_sets import WRITER, Access, writer
from connectors.salesforce.probe import probe
from connectors.salesforce.setup import SetupPlan, apply_setup, plan_setup
from connectors.salesforce.target import SalesforceTarget
from engine.model import Change, Verdict
from sandbox.salesforce.server import running
from sandbox.salesforce.state import Org
from tests.connectors.conftest import connect, deals

NS = "{http://soap.sforce.com/2006/04/metadata}"
HOST = "https://acme.my.salesforce.com"


@pytest.fixture
def plain_url(clock):
    """An org as it is sold: no custom field."""
    org = Org(clock)
    clock.advance(hours=1)
    org.load({"accounts": [{"Id": "001000000000Acm", "Name": "Acme"}]})
    with running(org) as url:
        yield url, org


@pytest.fixture
def plain(plain_url, sleeper):
    return connect(plain_url[0], sleeper)


def test_the_plan_says_every_step_and_changes_nothing(plain, mapping, plain_url):
    before = plain_url[1].dump()
    plan = plan_setup(plain, mapping)

    assert len(plan.steps()) == 9
    assert plan.steps()[0] == "create field Opportunity.Value_Owner__c (Lookup: Value Owner)"
    assert plan.steps()[-2].startswith("deploy permission set Tallystick_Writer: edit 7 fields")
    assert plan.steps()[-1].startswith("assign permission set Tallystick_Writer to user 005")
    after = plain_url[1].dump()
    assert {key for key in before if before[key] != after[key]} <= {"used", "tokens", "ids"}


def test_a_check_only_setup_keeps_nothing(plain, mapping):
    plan = plan_setup(plain, mapping)
    apply_setup(plain, plan, check_only=True)

    assert plan_setup(plain, mapping) == plan


def test_after_setup_the_fields_can_be_written_and_nothing_is_left_to_do(plain, mapping, plain_url):
    apply_setup(plain, plan_setup(plain, mapping))
    again = plan_setup(plain, mapping)

    assert again.empty
    assert again.steps() == ()
    assert apply_setup(plain, again) == ()
    org = plain_url[1]
    org.load({"opportunities": [deal | {"OwnerId": org.integration_user} for deal in deals(1)]})
    target = SalesforceTarget(plain, {"Opportunity": set(mapping.write.values())})
    change = Change("Opportunity", deals(1)[0]["Id"], (("Value_Owner__c", org.integration_user),))
    ((sent,),) = target.write("Opportunity", [change])
    assert sent.verdict is Verdict.WRITTEN


def test_only_what_is_missing_is_created(connection, mapping):
    """The test org has three of the fields already."""
    plan = plan_setup(connection, mapping)

    assert sorted(plan.new_fields) == [
        "Commercial_Owner__c",
        "Commission_Motion__c",
        "Execution_Owner__c",
        "Value_Owner__c",
    ]


def test_a_field_of_another_type_is_somebody_elses(connection, mapping):
    mapping = mapping.model_copy(update={"write": {"as_of": "ACV__c"}})
    with pytest.raises(Refused, match=r"write.as_of: Opportunity.ACV__c is a currency field, but datetime is needed"):
        plan_setup(connection, mapping)


def test_a_missing_standard_field_cannot_be_created(connection, mapping):
    mapping = mapping.model_copy(update={"write": {"reason": "CommissionReason"}})
    with pytest.raises(Refused, match="only names in __c can be created"):
        plan_setup(connection, mapping)


def test_an_unknown_user_is_refused(connection, mapping):
    with pytest.raises(Refused, match=r"nobody@example\.test is not an active user"):
        plan_setup(connection, mapping, username="nobody@example.test")


def test_a_chosen_user_gets_the_permission_set(connection, mapping, org):
    plan = plan_setup(connection, mapping, username="rita@example.test")
    apply_setup(connection, plan)

    (given,) = org.rows("PermissionSetAssignment")
    assert given["AssigneeId"][:15] == "005000000000Rep"
    assert plan_setup(connection, mapping, username="rita@example.test").empty
    assert not plan_setup(connection, mapping).empty


# ------------------------------------------------------------------------------- the package


ACCESS = Access(
    ("Account.Name", "Opportunity.Amount"), ("Opportunity.R__c",), ("Account", "Opportunity"), "Opportunity"
)


def planned(new_fields):
    return SetupPlan("Opportunity", new_fields, {}, writer(ACCESS, ()), "005", assigns=False)


def contents(new_fields):
    with zipfile.ZipFile(io.BytesIO(deployment(planned(new_fields).files))) as archive:
        return {name: ET.fromstring(archive.read(name)) for name in archive.namelist()}  # noqa: S314  our own text


def test_the_package_holds_the_fields_and_the_permission_set_and_nothing_else():
    files = contents({f"{outcome}__c": outcome for outcome in SPECS})

    assert set(files) == {"package.xml", "objects/Opportunity.object", WRITER.file}
    members = [each.text for each in files["package.xml"].iter(f"{NS}members")]
    assert sorted(members) == sorted([*(f"Opportunity.{outcome}__c" for outcome in SPECS), WRITER.name])
    for field in files["objects/Opportunity.object"]:
        names = [each.tag.removeprefix(NS) for each in field]
        assert names[0] == "fullName"
        assert names[1:] == sorted(names[1:])


def test_the_permission_set_edits_our_fields_only():
    granted = contents({})[WRITER.file]
    fields = {
        each.findtext(f"{NS}field"): each.findtext(f"{NS}editable") for each in granted.iter(f"{NS}fieldPermissions")
    }
    objects = {each.findtext(f"{NS}object"): each for each in granted.iter(f"{NS}objectPermissions")}

    assert fields == {"Account.Name": "false", "Opportunity.Amount": "false", "Opportunity.R__c": "true"}
    deletes = {name for name, each in objects.items() if each.findtext(f"{NS}allowDelete") == "true"}
    assert deletes == {"Opportunity"}, "Salesforce ties Modify All to Delete; nothing else may be deleted"
    assert {each.findtext(f"{NS}allowCreate") for each in objects.values()} == {"false"}
    assert objects["Account"].findtext(f"{NS}allowEdit") == "false"
    assert [each.findtext(f"{NS}name") for each in granted.iter(f"{NS}userPermissions")] == ["ApiEnabled"]


def test_the_same_plan_is_the_same_package():
    new = {"R__c": "reason"}
    assert deployment(planned(new).files) == deployment(planned(dict(new)).files)


# ------------------------------------------------------------------------------- deployments that fail

PLAN = planned({"R__c": "reason"})


def deployed(http, result):
    http.post(f"{HOST}/services/oauth2/token", json={"access_token": "t", "instance_url": HOST})
    http.post(f"{HOST}/services/data/v66.0/metadata/deployRequest", status=201, json={"id": "0Af1"})
    http.get(f"{HOST}/services/data/v66.0/metadata/deployRequest/0Af1", json={"id": "0Af1", "deployResult": result})


def test_every_failed_component_is_named(sleeper):
    failure = {"componentType": "CustomField", "fullName": "Opportunity.R__c", "problem": "Too many\nfields"}
    result = {"done": True, "success": False, "status": "Failed", "details": {"componentFailures": [failure]}}
    with responses.RequestsMock() as http:
        deployed(http, result)
        with pytest.raises(Refused, match=r"nothing of it was kept: CustomField Opportunity.R__c: Too many fields$"):
            apply_setup(connect(None, sleeper), PLAN)
        assert b'"rollbackOnError": true' in http.calls[1].request.body


def test_a_deployment_without_end_meets_a_limit(sleeper):
    with responses.RequestsMock() as http:
        deployed(http, {"done": False, "status": "InProgress"})
        with pytest.raises(TryAgain, match="still InProgress"):
            apply_setup(connect(None, sleeper), PLAN)
    assert sleeper.now <= DEPLOY_S_MAX


# ------------------------------------------------------------------------------- doctor


def failed(checks):
    return {check.name: check for check in checks if not check.ok}


def test_a_sound_org_passes_every_check(connection, mapping, clock):
    apply_setup(connection, plan_setup(connection, mapping))
    checks = probe(connection, mapping, pinned=None, now=clock)

    assert failed(checks) == {}
    assert {"credentials", "org", "clock", "API budget", "read Opportunity"} <= {check.name for check in checks}
    assert all(check.remedy == "" for check in checks if check.name.startswith("write"))


def test_wrong_credentials_stop_at_the_first_check(url, sleeper, mapping, clock):
    (check,) = probe(connect(url, sleeper, secret="bad"), mapping, pinned=None, now=clock)

    assert not check.ok
    assert "Check the consumer key and secret" in check.message


def test_the_wrong_org_is_named_with_both_ids(connection, mapping, org, clock):
    check = failed(probe(connection, mapping, pinned="00D999999999999AAA", now=clock))["org"]

    assert org.organization["Id"] in check.message
    assert "00D999999999999AAA" in check.message


def test_a_clock_that_is_off_fails(connection, mapping, clock):
    check = failed(probe(connection, mapping, pinned=None, now=lambda: clock() - timedelta(minutes=4)))["clock"]

    assert check.message == "240 s away from Salesforce's clock"


def test_a_required_field_that_is_hidden_is_named_with_both_causes(connection, mapping, org, clock):
    org.hide_field("Opportunity", "Amount")
    check = failed(probe(connection, mapping, pinned=None, now=clock))["read Opportunity"]

    assert check.message.startswith("Opportunity.Amount is in the mapping, but the org does not show it. Either")
    assert "grant Read on Opportunity.Amount" in check.message


def test_a_field_we_cannot_write_is_named(connection, mapping, org, clock):
    org.read_only_field("Opportunity", "Commission_Reason__c")
    check = failed(probe(connection, mapping, pinned=None, now=clock))["write Opportunity.Commission_Reason__c"]

    assert "grant Edit on Opportunity.Commission_Reason__c" in check.remedy


def test_an_org_near_its_daily_limit_fails_the_budget(connection, mapping, org, clock):
    org.used = org.api_limit - 100
    assert "API budget" in failed(probe(connection, mapping, pinned=None, now=clock))


def test_an_object_that_is_hidden_is_named(connection, mapping):
    sales = mapping.objects["deals"].model_copy(update={"crm_object": "Sale__c"})
    mapping = mapping.model_copy(update={"objects": {**mapping.objects, "deals": sales}})
    with pytest.raises(NotAllowed, match="Sale__c: these credentials do not see the object"):
        plan_setup(connection, mapping)


def test_statements_that_cannot_be_written_are_named_where_they_are_kept(connection, mapping, org, clock):
    apply_setup(connection, plan_setup(connection, mapping, records=True))
    assert failed(probe(connection, mapping, pinned=None, now=clock, records=True)) == {}
    org.hide_field("Commission_Line__c", "Reason__c")
    check = failed(probe(connection, mapping, pinned=None, now=clock, records=True))["write Commission_Line__c"]

    assert "Commission_Line__c.Reason__c does not exist or is hidden" in check.message
    assert "setup" in check.message
    assert failed(probe(connection, mapping, pinned=None, now=clock)) == {}
