"""Whatever a client sends is answered: no body, address or token makes the stand-in fall over."""

import json
from email.message import Message

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.hubspot.rest.limits import UNLIMITED
from sandbox.hubspot.rest.routes import answer
from sandbox.hubspot.state import Portal
from sandbox.hubspot.wire import Request
from tests.clock import FakeClock

from .conftest import DEAL, DOCUMENT

OBJECTS, PROPERTIES = "/crm/v3/objects", "/crm/v3/properties/deals"
LINKS = "/crm/v4/associations/deals/companies"
KEYS = ["inputs", "id", "idProperty", "properties", "objectWriteTraceId", "from", "to", "types", "splits", "ownerId"]
KEYS += [
    "filterGroups",
    "filters",
    "propertyName",
    "operator",
    "value",
    "highValue",
    "values",
    "sorts",
    "limit",
    "after",
]
KEYS += ["name", "label", "labels", "type", "fieldType", "groupName", "options", "stages", "metadata", "probability"]
KEYS += ["associationCategory", "associationTypeId", "percentage", "amount", "dealstage", "dealname", "closedate"]
KEYS += ["primaryObjectId", "objectIdToMerge", "singular", "plural", "primaryDisplayProperty", "associations"]
LEAVES = [None, True, 0, 1.5, -7, "", "1", "NaN", "1e400", "9" * 30, "35447000009", "amount", "hs_object_id", "email"]
LEAVES += ["EQ", "GTE", "IN", "BETWEEN", "CONTAINS_TOKEN", "closedwon", "HUBSPOT_DEFINED", 5, "string", "text", "*"]
LEAVES += ["dealinformation", "2026-02-30", "hs_lastmodifieddate", "enumeration", "select", "0-3", "mine"]
TARGETS = [
    *(("POST", f"{OBJECTS}/{name}") for name in ("deals", "line_items", "notes", "deals/merge", "deals/search")),
    *(("POST", f"{OBJECTS}/deals/batch/{verb}") for verb in ("read", "create", "update", "upsert", "archive")),
    *(("POST", f"{OBJECTS}/deals/splits/batch/{verb}") for verb in ("read", "upsert")),
    *(("POST", f"{LINKS}/{verb}") for verb in ("batch/read", "batch/create", "batch/associate/default", "labels")),
    *(("POST", f"{LINKS}/batch/{verb}") for verb in ("archive", "labels/archive")),
    ("PATCH", f"{OBJECTS}/deals/35447000009"),
    ("PUT", "/crm/v4/objects/deals/35447000009/associations/companies/25177000003"),
    *(("POST", f"{PROPERTIES}{name}") for name in ("", "/groups", "/batch/read", "/batch/create", "/batch/archive")),
    ("PATCH", f"{PROPERTIES}/dealtype"),
    ("POST", "/crm/v3/pipelines/deals"),
    ("PATCH", "/crm/v3/pipelines/deals/default"),
    ("POST", "/crm/v3/pipelines/deals/default/stages"),
    ("POST", "/crm-object-schemas/v3/schemas"),
]
VALUES = st.recursive(
    st.sampled_from(LEAVES) | st.text(max_size=5) | st.integers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5),
    max_leaves=12,
)
ROW = st.fixed_dictionaries(
    {"id": st.sampled_from(["35447000009", "35447000003", "9", "x", 7])},
    optional={
        "properties": st.dictionaries(st.sampled_from(KEYS), st.sampled_from(LEAVES), max_size=3),
        "idProperty": st.sampled_from(["email", "hs_object_id", "amount", "mine"]),
        "objectWriteTraceId": st.sampled_from(["a", "b"]),
        "after": st.sampled_from(["1", "x", 3]),
        "to": st.just({"id": "25177000003"}),
        "from": st.just({"id": "35447000009"}),
        "splits": st.lists(st.fixed_dictionaries({"ownerId": st.integers(), "percentage": st.floats()}), max_size=2),
    },
)
FILTER = st.fixed_dictionaries(
    {"propertyName": st.sampled_from(KEYS + LEAVES[10:13]), "operator": st.sampled_from([*LEAVES[14:19], "NEQ"])},
    optional={name: st.sampled_from(LEAVES) for name in ("value", "highValue")},
)
BODIES = (
    VALUES
    | st.fixed_dictionaries({"inputs": st.lists(ROW, max_size=3)})
    | st.fixed_dictionaries({"filters": st.lists(FILTER, max_size=3)})
    | st.fixed_dictionaries({"properties": st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=4)})
)
STATUSES = {200, 201, 204, 207, 400, 401, 403, 404, 405, 409, 501}


@pytest.fixture(scope="module")
def signed_in():
    portal = Portal(FakeClock(), allowance=UNLIMITED, search_lag_s=(0, 0))
    portal.load(DOCUMENT)
    assert portal.ids[DEAL] == "35447000009"
    headers: Message = Message()
    headers["Authorization"] = "Bearer sandbox-token"
    return portal, headers


@settings(deadline=None, max_examples=200)
@given(target=st.sampled_from(TARGETS), body=BODIES)
def test_any_json_is_answered(signed_in, target, body):
    portal, headers = signed_in
    request = Request(method=target[0], target=target[1], headers=headers, body=json.dumps(body).encode())
    response = answer(portal, request)

    assert response.status in STATUSES, response.body
    if response.parts:
        json.loads(response.body)


@settings(deadline=None)
@given(
    method=st.sampled_from(["GET", "POST", "PATCH", "DELETE", "PUT"]),
    path=st.text(max_size=20),
    query=st.text(max_size=10),
    body=st.binary(max_size=30),
)
def test_any_address_is_answered(signed_in, method, path, query, body):
    portal, headers = signed_in
    starts = ("", f"{OBJECTS}/deals/", f"{OBJECTS}/", "/crm/v3/owners/", "/crm/objects/2026-09/", f"{PROPERTIES}/")
    for start in (*starts, "/crm/v4/objects/deals/35447000003/associations/", "/crm-object-schemas/v3/schemas/"):
        for name in ("limit", "after", "archived", "associations", "properties"):
            request = Request(method=method, target=f"{start}{path}?{name}={query}", headers=headers, body=body)
            assert answer(portal, request).status in STATUSES


@settings(deadline=None)
@given(form=st.text(max_size=80), authorization=st.text(max_size=20))
def test_any_token_is_answered(signed_in, form, authorization):
    portal, _ = signed_in
    headers: Message = Message()
    headers["Authorization"] = "Bearer " + authorization.replace("\n", "").replace("\r", "")
    body = f"grant_type=refresh_token&refresh_token={form}&client_id={form}".encode()

    assert answer(portal, Request(method="POST", target="/oauth/v1/token", headers=headers, body=body)).status == 400
    assert answer(portal, Request(method="GET", target=f"{OBJECTS}/deals", headers=headers)).status == 401
