"""Setting an org up: fields, objects and permission sets by metadata deploy, and who sees them afterwards."""

import io
import json
import zipfile

import pytest
from simple_salesforce import SalesforceMalformedRequest

from sandbox.salesforce.errors import RowError
from sandbox.salesforce.queries.query import run_query
from sandbox.salesforce.records import writing

from .conftest import DEAL, REP

XMLNS = 'xmlns="http://soap.sforce.com/2006/04/metadata"'
AMOUNT = """<fields><fullName>Commission_Amount__c</fullName><label>Commission</label><precision>18</precision>
<scale>2</scale><type>Currency</type></fields>"""
STATEMENT = """<label>Statement</label><pluralLabel>Statements</pluralLabel><sharingModel>Private</sharingModel>
<nameField><label>No</label><type>AutoNumber</type><displayFormat>CS-{000000}</displayFormat></nameField>
<fields><fullName>Key__c</fullName><label>Key</label><type>Text</type><length>120</length><externalId>true</externalId>
<unique>true</unique><caseSensitive>true</caseSensitive><required>true</required></fields>
<fields><fullName>Status__c</fullName><label>Status</label><type>Picklist</type><valueSet><restricted>true</restricted>
<valueSetDefinition><sorted>false</sorted><value><fullName>Draft</fullName><default>true</default><label>Draft</label></value>
<value><fullName>Paid</fullName><default>false</default><label>Paid</label></value></valueSetDefinition></valueSet></fields>
<fields><fullName>Total__c</fullName><label>Total</label><type>Summary</type><summaryOperation>sum</summaryOperation>
<summarizedField>Line__c.Amount__c</summarizedField><summaryForeignKey>Line__c.Statement__c</summaryForeignKey></fields>"""
LINE = """<label>Line</label><pluralLabel>Lines</pluralLabel><sharingModel>ControlledByParent</sharingModel>
<nameField><label>Name</label><type>Text</type></nameField>
<fields><fullName>Amount__c</fullName><label>Amount</label><type>Currency</type><precision>18</precision><scale>2</scale></fields>
<fields><fullName>Statement__c</fullName><label>Statement</label><type>MasterDetail</type>
<referenceTo>Statement__c</referenceTo><relationshipName>Lines</relationshipName></fields>"""


def granted(name, fields=(), objects=(), *, every=False):
    rights = "".join(
        f"<fieldPermissions><editable>{str(edit).lower()}</editable><field>{field}</field><readable>true</readable></fieldPermissions>"
        for field, edit in fields
    )
    all_records = ("modifyAllRecords", "viewAllRecords") if every else ()
    for each in objects:
        allowed = "".join(
            f"<{right}>true</{right}>"
            for right in ("allowCreate", "allowDelete", "allowEdit", "allowRead", *all_records)
        )
        rights += f"<objectPermissions>{allowed}<object>{each}</object></objectPermissions>"
    return f"<PermissionSet {XMLNS}><label>{name}</label>{rights}</PermissionSet>"


def custom_object(content):
    return f"<CustomObject {XMLNS}>{content}</CustomObject>"


SET_UP = {
    "objects/Opportunity.object": custom_object(AMOUNT),
    "objects/Statement__c.object": custom_object(STATEMENT),
    "objects/Line__c.object": custom_object(LINE),
    "permissionsets/Writer.permissionset": granted(
        "Writer",
        [
            ("Opportunity.Commission_Amount__c", True),
            ("Statement__c.Status__c", True),
            ("Statement__c.Total__c", False),
            ("Line__c.Amount__c", True),
        ],
        ["Statement__c", "Line__c"],
        every=True,
    ),
}
KINDS = {"objects": "CustomObject", "permissionsets": "PermissionSet", "tabs": "CustomTab", "classes": "ApexClass"}


def manifest_of(*files):
    members = [(KINDS[file.split("/")[0]], file.split("/")[1].rsplit(".", 1)[0]) for file in files]
    types = "".join(f"<types><members>{name}</members><name>{kind}</name></types>" for kind, name in members)
    return f"<Package {XMLNS}>{types}<version>66.0</version></Package>"


def zipped(files, manifest=None):
    """Pack files with the manifest that names them, or with another one."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("package.xml", manifest_of(*files) if manifest is None else manifest)
        for name, content in files.items():
            package.writestr(name, content)
    return out.getvalue()


def deploy(sf, package, **options):
    options = {"checkOnly": False, "singlePackage": True, "rollbackOnError": True, "testLevel": "NoTestRun"} | options
    created = sf.restful(
        "metadata/deployRequest",
        method="POST",
        headers={"Content-Type": None},
        files={
            "json": (None, json.dumps({"deployOptions": options}), "application/json"),
            "file": ("deploy.zip", package, "application/zip"),
        },
    )
    assert created["deployResult"] is None
    url = f"metadata/deployRequest/{created['id']}"
    assert sf.restful(url)["deployResult"]["status"] == "InProgress"
    return sf.restful(url, params={"includeDetails": "true"})["deployResult"]


def assign(org, sf, name, user=None):
    found = sf.query(f"SELECT Id FROM PermissionSet WHERE Name = '{name}'")["records"][0]["Id"]  # noqa: S608  # a fixed name
    values = {"AssigneeId": user or org.integration_user, "PermissionSetId": found}
    return sf.PermissionSetAssignment.create(values)


def problems(result):
    return [failure["problem"] for failure in result["details"]["componentFailures"]]


def field_names(sf, sobject="Opportunity"):
    return {field["name"] for field in getattr(sf, sobject).describe()["fields"]}


def test_dry_run_changes_nothing(org, sf):
    before = org.dump()
    result = deploy(sf, zipped(SET_UP), checkOnly=True)
    assert (result["status"], result["success"], result["checkOnly"]) == ("Succeeded", True, True)
    assert org.dump() == before | {"counters": org.dump()["counters"], "used": org.used}


def test_fields_show_once_a_permission_set_is_assigned(org, sf):
    result = deploy(sf, zipped(SET_UP))
    assert (result["status"], result["numberComponentErrors"]) == ("Succeeded", 0)
    assert result["numberComponentsDeployed"] == result["numberComponentsTotal"] == 9
    assert "Commission_Amount__c" not in field_names(sf)
    with pytest.raises(SalesforceMalformedRequest, match="INVALID_TYPE"):
        sf.query("SELECT Id FROM Statement__c")
    assign(org, sf, "Writer")
    assert "Commission_Amount__c" in field_names(sf)
    sf.Opportunity.update(DEAL, {"Commission_Amount__c": "10.505"})
    assert str(org.get("Opportunity", DEAL)["Commission_Amount__c"]) == "10.51"
    with pytest.raises(SalesforceMalformedRequest, match="DUPLICATE_VALUE"):
        assign(org, sf, "Writer")
    rights = sf.query("SELECT Field, PermissionsEdit FROM FieldPermissions ORDER BY Field")["records"]
    assert [(row["Field"], row["PermissionsEdit"]) for row in rights][2:] == [
        ("Statement__c.Status__c", True),
        ("Statement__c.Total__c", False),
    ]


def test_statements_and_lines(org, sf):
    deploy(sf, zipped(SET_UP))
    assign(org, sf, "Writer")
    with pytest.raises(SalesforceMalformedRequest, match="TRANSFER_REQUIRES_READ"):
        sf.Statement__c.upsert("Key__c/a", {"OwnerId": REP})
    assign(org, sf, "Writer", REP)
    assert sf.Statement__c.upsert("Key__c/a", {"OwnerId": REP}) == 201
    for number, amount in enumerate(("1.10", "2.20")):
        sf.Line__c.create({"Name": f"L{number}", "Amount__c": amount, "Statement__r": {"Key__c": "a"}})
    records = sf.query("SELECT Name, Total__c, Status__c, Owner.Name FROM Statement__c", include_deleted=True)[
        "records"
    ]
    assert [record["Owner"]["Name"] for record in records] == ["Rita Rep"]
    (statement,) = org.rows("Statement__c")
    assert (statement["Name"], str(statement["Total__c"]), statement["Status__c"]) == ("CS-000001", "3.3", "Draft")
    with pytest.raises(SalesforceMalformedRequest, match="RESTRICTED_PICKLIST"):
        sf.Statement__c.create({"Key__c": "b", "Status__c": "Maybe"})


def test_redeploy_changes_nothing(org, sf):
    deploy(sf, zipped(SET_UP))
    before = org.dump()["custom"], org.rows("FieldPermissions")
    again = deploy(sf, zipped(SET_UP))
    assert again["status"] == "Succeeded"
    created = [each["fullName"] for each in again["details"]["componentSuccesses"] if each["created"]]
    assert created == []
    assert (org.dump()["custom"], org.rows("FieldPermissions")) == before


def without_manifest():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("objects/A__c.object", "<a/>")
    return out.getvalue()


NO_MANIFEST = without_manifest()
BAD_OBJECTS = {
    "no label": (
        "<fields><fullName>X__c</fullName><type>Date</type></fields>",
        "Required field is missing: label of X__c",
    ),
    "no suffix": (
        "<fields><fullName>X</fullName><label>X</label><type>Date</type></fields>",
        "X: the name of a custom field ends in __c",
    ),
    "no precision": (
        "<fields><fullName>X__c</fullName><label>X</label><type>Number</type></fields>",
        "Must specify 'precision' and 'scale' for a CustomField of type Number: X__c",
    ),
    "unknown type": (
        "<fields><fullName>X__c</fullName><label>X</label><type>Hologram</type></fields>",
        "X__c: field type 'Hologram' is not supported here",
    ),
    "no target": (
        "<fields><fullName>X__c</fullName><label>X</label><type>Lookup</type><referenceTo>Nope__c</referenceTo></fields>",
        "referenceTo value of 'Nope__c' does not resolve to a valid sObject type for field X__c",
    ),
}


@pytest.mark.parametrize("name", BAD_OBJECTS)
def test_bad_components_name_what_is_wrong(org, sf, name):
    content, problem = BAD_OBJECTS[name]
    result = deploy(sf, zipped({"objects/Opportunity.object": custom_object(AMOUNT + content)}))
    assert (result["status"], result["success"], problems(result)) == ("Failed", False, [problem])
    assert "Commission_Amount__c" not in org.schema.get("Opportunity").fields


def test_partial_deploy_keeps_the_good(org, sf):
    content = AMOUNT + BAD_OBJECTS["no label"][0]
    result = deploy(sf, zipped({"objects/Opportunity.object": custom_object(content)}), rollbackOnError=False)
    assert result["status"] == "SucceededPartial"
    assert "Commission_Amount__c" in org.schema.get("Opportunity").fields


@pytest.mark.parametrize(
    ("rights", "problem"),
    [
        (
            {"fields": [("Opportunity.Nope__c", True)]},
            "In field: field - no CustomField named Opportunity.Nope__c found",
        ),
        ({"fields": [("Opportunity.Name", True)]}, "You cannot deploy to a required field: Opportunity.Name"),
        ({"objects": ["Nope__c"]}, "In field: object - no CustomObject named Nope__c found"),
    ],
)
def test_permission_sets_are_checked(sf, rights, problem):
    result = deploy(sf, zipped({"permissionsets/P.permissionset": granted("P", **rights)}))
    assert problems(result) == [problem]


@pytest.mark.parametrize(
    ("package", "problem"),
    [
        (b"no zip", "the zip file cannot be read"),
        (NO_MANIFEST, "No package.xml found"),
        (zipped({"classes/A.cls": "x"}), "classes/A.cls: this kind of component is not supported here"),
        (zipped({"objects/A__c.object": "<a"}), "objects/A__c.object: unclosed token: line 1, column 0"),
        (
            zipped({"objects/A__c.object": '<!DOCTYPE a [<!ENTITY b "c">]><a/>'}),
            "a document type declaration is not allowed",
        ),
        (zipped({"tabs/A__c.tab": f"<CustomTab {XMLNS}/>"}, manifest_of()), "tabs/A__c.tab: not in package.xml"),
    ],
)
def test_packages_that_cannot_be_read(sf, package, problem):
    result = deploy(sf, package)
    assert (result["status"], problems(result)) == ("Failed", [problem])


def test_what_the_manifest_names_must_be_there(sf):
    result = deploy(sf, zipped({}, manifest_of("objects/Gone__c.object")))
    assert problems(result) == [
        "An object 'Gone__c' of type CustomObject was named in package.xml, but was not found in zipped directory"
    ]


def test_private_records_are_their_owners_and_his_managers(org, sf):
    rights = granted("Reader", [("Statement__c.Status__c", False)], ["Statement__c"])
    deploy(sf, zipped(SET_UP | {"permissionsets/Reader.permissionset": rights}))
    assign(org, sf, "Writer")
    for key, owner in (("rep", "rita@example.test"), ("boss", "mia@example.test")):
        (user,) = [row["Id"] for row in org.rows("User") if row["Username"] == owner]
        assign(org, sf, "Reader", user)
        org.insert("Statement__c", {"Key__c": key, "OwnerId": user})
    seen = {
        name: [row["Key__c"] for row in org_query(org, name, "SELECT Key__c FROM Statement__c ORDER BY Key__c")]
        for name in ("rita@example.test", "mia@example.test")
    }
    assert seen == {"rita@example.test": ["rep"], "mia@example.test": ["boss", "rep"]}


def org_query(org, username, soql):
    (user,) = [row["Id"] for row in org.rows("User") if row["Username"] == username]
    return run_query(org, soql, user=user).rows


def row_error(org, user, key, values):
    (row,) = [row for row in org.rows("Statement__c") if row["Key__c"] == key]
    try:
        writing.update(org, org.schema.get("Statement__c"), row["Id"], values, user=user)
    except RowError as problem:
        return problem.code
    return None


def test_who_may_edit_the_object_changes_own_records_only(org, sf):
    rights = granted("Editor", [("Statement__c.Status__c", True)], ["Statement__c"])
    deploy(sf, zipped(SET_UP | {"permissionsets/Editor.permissionset": rights}))
    users = {row["Username"].split("@")[0]: row["Id"] for row in org.rows("User")}
    for name in ("rita", "mia"):
        assign(org, sf, "Editor", users[name])
        org.insert("Statement__c", {"Key__c": name, "OwnerId": users[name]})

    paid = {"Status__c": "Paid"}
    assert row_error(org, users["rita"], "rita", paid) is None
    assert row_error(org, users["mia"], "rita", paid) is None  # her manager
    assert row_error(org, users["rita"], "mia", paid) == "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY"
    readable = custom_object(STATEMENT.replace("Private", "Read"))
    assert deploy(sf, zipped({"objects/Statement__c.object": readable}))["success"]
    assert row_error(org, users["rita"], "mia", paid) == "INSUFFICIENT_ACCESS_OR_READONLY"
    shown = sf.query("SELECT InternalSharingModel FROM EntityDefinition WHERE QualifiedApiName = 'Statement__c'")
    assert shown["records"][0]["InternalSharingModel"] == "Read"


def rights_on(name, *tags):
    given = "".join(f"<{tag}>true</{tag}>" for tag in tags)
    content = f"<label>P</label><objectPermissions>{given}<object>{name}</object></objectPermissions>"
    return {"permissionsets/P.permissionset": f"<PermissionSet {XMLNS}>{content}</PermissionSet>"}


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        (
            rights_on("Statement__c", "allowRead", "allowEdit", "modifyAllRecords", "viewAllRecords"),
            "Permission modifyAllRecords Statement__c depends on permission(s): allowDelete Statement__c",
        ),
        (rights_on("Line__c", "allowRead"), "Permission Read Line__c depends on permission(s): Read Statement__c"),
        (
            {"objects/Statement__c.object": custom_object(STATEMENT.replace("Private", "ControlledByParent"))},
            "Statement__c: sharingModel cannot change from Private to ControlledByParent",
        ),
        (
            {"tabs/Nope__c.tab": f"<CustomTab {XMLNS}><customObject>true</customObject></CustomTab>"},
            "In field: customObject - no CustomObject named Nope__c found",
        ),
    ],
)
def test_what_components_depend_on_must_be_there(sf, files, problem):
    assert deploy(sf, zipped(SET_UP))["success"]
    assert problems(deploy(sf, zipped(files))) == [problem]
