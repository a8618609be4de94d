"""After set-up, what each role may do with statements, lines and our fields on deals, asked over HTTP as that user."""

import json
import urllib.parse

import pytest
import requests

from connectors.salesforce.pay_records import LINE, STATEMENT
from connectors.salesforce.privacy import examine_sharing
from connectors.salesforce.setup import apply_setup, plan_setup
from tests.connectors.conftest import DEAL

PEOPLE = {"ann": "Rep", "bob": "Rep", "mia": "Head", "fay": "Office", "aud": "Office", "out": None}
SETS = {"ann": "Payee", "bob": "Payee", "mia": "Manager", "fay": "Finance", "aud": "Auditor"}
CENTS = {"ann": "1111.11", "bob": "2222.22", "mia": "3333.33"}
BASE = "/services/data/v66.0"
OWN = {"ann": {"ann"}, "bob": {"bob"}, "mia": {"ann", "bob", "mia"}, "fay": set(CENTS), "aud": set(CENTS)}


@pytest.fixture
def people(org, connection, mapping):
    """The org after set-up, with a statement and a line of each payee; gives user ids."""
    mapping = mapping.model_copy(update={"write": {**mapping.write, "amount": "Payout__c"}})
    apply_setup(connection, plan_setup(connection, mapping, records=True))
    head = org.insert("UserRole", {"Name": "Head", "DeveloperName": "Head"})
    roles = {"Head": head, "Rep": org.insert("UserRole", {"Name": "Rep", "ParentRoleId": head}), None: None}
    roles["Office"] = org.insert("UserRole", {"Name": "Office"})
    ids = {}
    for name, role in PEOPLE.items():
        values = {"Username": f"{name}@example.test", "LastName": name, "UserRoleId": roles[role]}
        ids[name] = org.insert("User", values)
    sets = {row["Name"]: row["Id"] for row in org.rows("PermissionSet")}
    for name, which in SETS.items():
        values = {"PermissionSetId": sets[f"Tallystick_{which}"], "AssigneeId": ids[name]}
        org.insert("PermissionSetAssignment", values)
    for name, cents in CENTS.items():
        owned = {"OwnerId": ids[name], "Payee__c": ids[name], "Earned__c": cents, "Summary__c": f"Pays {cents}"}
        parent = org.insert(STATEMENT.name, {"Statement_Key__c": name, **owned})
        detail = {"Statement__c": parent, "Opportunity__c": DEAL, "Amount__c": cents, "Reason__c": f"Pays {cents}"}
        org.insert(LINE.name, {"Line_Key__c": name, **detail})
    org.update("Opportunity", DEAL, {"Payout__c": "4444.44"})
    return ids


class Session:
    """One user's browser."""

    def __init__(self, org, url, name):
        self._url, self._http = url, requests.Session()
        self._http.headers["Authorization"] = f"Bearer {org.log_in(f'{name}@example.test')}"

    def __call__(self, method, path, **body):
        sent = {"json": body} if body else {}
        return self._http.request(method, self._url + BASE + path, timeout=10, **sent)

    def query(self, text):
        return self("GET", f"/query?q={urllib.parse.quote(text)}")


def everything(session, org):
    """All that a user can get at: every object's every field by query, record by record, and described."""
    read = []
    for name in (STATEMENT.name, LINE.name, "Opportunity"):
        described = session("GET", f"/sobjects/{name}/describe")
        fields = [each["name"] for each in described.json()["fields"]] if described.ok else ["Id"]
        read += [described.text, session.query(f"SELECT {', '.join(fields)} FROM {name}").text]  # noqa: S608  names that describe() gave
        ids = [row["Id"] for row in org.rows(name)]
        read += [session("GET", f"/sobjects/{name}/{record}").text for record in ids]
        read.append(session("POST", f"/composite/sobjects/{name}", ids=ids, fields=fields).text)
        read.append(
            session("GET", f"/sobjects/{name}/updated?start=2026-11-22T00:00:00Z&end=2026-11-23T00:00:00Z").text
        )
    keys = [(STATEMENT.name, STATEMENT.key), (LINE.name, LINE.key)]
    words = [(STATEMENT.name, "Summary__c"), (LINE.name, "Reason__c")]
    read += [session("GET", f"/sobjects/{name}/{key}/{of}").text for name, key in keys for of in CENTS]
    read += [
        session("GET", f"/parameterizedSearch?q=Pays&sobject={name}&{name}.fields=Id,{field}").text
        for name, field in words
    ]
    total = session.query(f"SELECT SUM(Amount__c) total FROM {LINE.name}")  # noqa: S608  our name
    return "\n".join([*read, total.text])


def seen_by(name, org, url):
    text = everything(Session(org, url, name), org)
    return {of for of, cents in CENTS.items() if cents in text}, "4444.44" in text


@pytest.mark.usefixtures("people")
def test_everybody_sees_what_the_role_allows_and_not_a_cent_more(org, url):
    seen = {name: seen_by(name, org, url) for name in PEOPLE}

    assert {name: of for name, (of, _) in seen.items()} == {**OWN, "out": set()}
    assert {name for name, (_, amount) in seen.items() if amount} == {"fay", "aud"}


@pytest.mark.usefixtures("people")
def test_a_wrong_sharing_default_shows_at_once(org, url):
    org.sharing_default(STATEMENT.name, "Read")
    assert seen_by("ann", org, url)[0] == set(CENTS)


def test_nobody_but_the_worker_changes_anything(people, org, url):
    statements = {row["Statement_Key__c"]: row["Id"] for row in org.rows(STATEMENT.name)}
    before = (org.rows(STATEMENT.name), org.rows(LINE.name), org.rows("PermissionSetAssignment"))
    for name in PEOPLE:
        session = Session(org, url, name)
        for record in statements.values():
            path = f"/sobjects/{STATEMENT.name}/{record}"
            assert not session("PATCH", path, Earned__c="9").ok
            assert not session("PATCH", path, OwnerId=people[name]).ok
            assert not session("DELETE", path).ok
        assert not session("POST", f"/sobjects/{LINE.name}", Line_Key__c="x", Statement__c=statements["ann"]).ok
        assert not session("PATCH", f"/sobjects/Opportunity/{DEAL}", Commission_Motion__c="x").ok
        for row in org.rows("PermissionSet"):
            gift = {"PermissionSetId": row["Id"], "AssigneeId": people["out"]}
            assert not session("POST", "/sobjects/PermissionSetAssignment", **gift).ok
        assert session("POST", "/metadata/deployRequest", deployOptions={}).status_code == 403

    assert (org.rows(STATEMENT.name), org.rows(LINE.name), org.rows("PermissionSetAssignment")) == before


@pytest.mark.usefixtures("people")
def test_who_has_no_permission_set_does_not_even_know_of_the_objects(org, url):
    session = Session(org, url, "out")

    assert STATEMENT.name not in session("GET", "/sobjects").text
    assert "Commission_Line__c" not in json.dumps(session("GET", "/sobjects/Opportunity/describe").json())


@pytest.mark.usefixtures("people")
def test_doctor_finds_who_can_read_whose_pay(org, connection):
    """Asked of the org itself, by the worker's own user, without reading an amount; of others than payees, too."""
    assert {check.name: check.ok for check in examine_sharing(connection)} == {
        "sharing default": True,
        "who may see every statement": True,
        "who can read whose statement": True,
    }

    org.sharing_default(STATEMENT.name, "Read")
    wide = org.insert("PermissionSet", {"Name": "Sales_Ops", "Label": "Sales Ops"})
    opened = {"PermissionsRead": True, "PermissionsViewAllRecords": True}
    org.insert("ObjectPermissions", {"ParentId": wide, "SobjectType": STATEMENT.name, **opened})

    amount, default, seers, sample = examine_sharing(connection, "Opportunity.Payout__c")
    assert (amount.ok, default.ok) == (True, False)
    assert "Sales_Ops" in seers.message
    assert not sample.ok
    assert "can read statement" in sample.message
    read = {"SobjectType": "Opportunity", "Field": "Opportunity.Payout__c", "PermissionsRead": True}
    org.insert("FieldPermissions", {"ParentId": wide, **read})
    assert "Sales_Ops may read" in examine_sharing(connection, "Opportunity.Payout__c")[0].message
    assert not any(cents in f"{default}{seers}{sample}" for cents in CENTS.values())
