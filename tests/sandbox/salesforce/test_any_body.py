"""Whatever a client sends is answered: no body, address or token makes the stand-in fall over."""

import json
from email.message import Message

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.salesforce.rest.routes import answer
from sandbox.salesforce.state import Org
from sandbox.salesforce.wire import Request
from tests.clock import FakeClock

from .conftest import ACME, DEAL, DOCUMENT

BASE = "/services/data/v66.0"
KEYS = [
    "records",
    "attributes",
    "type",
    "id",
    "Id",
    "Name",
    "Amount",
    "CloseDate",
    "allOrNone",
    "ids",
    "fields",
    "query",
]
KEYS += ["operation", "object", "compositeRequest", "batchRequests", "method", "url", "referenceId", "body", "Account"]
KEYS += ["state", "externalIdFieldName", "columnDelimiter", "httpHeaders", "grant_type", "q", "OwnerId", "IsPrivate"]
LEAVES = [
    None,
    True,
    0,
    1.5,
    -7,
    "",
    "Opportunity",
    "Account",
    DEAL,
    ACME,
    "update",
    "upsert",
    "query",
    "UploadComplete",
]
LEAVES += [
    "SELECT Id FROM Account",
    "GET",
    "PATCH",
    f"{BASE}/sobjects/Account",
    "@{a.id}",
    "a",
    "Name",
    "1e400",
    "2026-02-30",
]
TARGETS = [
    ("POST", "/sobjects/Account"),
    ("PATCH", f"/sobjects/Opportunity/{DEAL}"),
    ("PATCH", "/sobjects/Account/Id/x"),
    ("POST", "/composite/sobjects"),
    ("PATCH", "/composite/sobjects"),
    ("PATCH", "/composite/sobjects/Account/Id"),
    ("POST", "/composite/sobjects/Account"),
    ("POST", "/composite"),
    ("POST", "/composite/batch"),
    ("POST", "/jobs/query"),
    ("POST", "/jobs/ingest"),
    ("POST", "/metadata/deployRequest"),
]
VALUES = st.recursive(
    st.sampled_from(LEAVES) | st.text(max_size=5) | st.integers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5),
    max_leaves=12,
)
STATUSES = {200, 201, 204, 300, 400, 401, 403, 404, 405, 409, 410, 412}


@pytest.fixture(scope="module")
def signed_in():
    org = Org(FakeClock())
    org.load(DOCUMENT)
    headers: Message = Message()
    headers["Host"] = "127.0.0.1"
    headers["Authorization"] = "Bearer " + org.tokens.issue("00D", org.integration_user)
    return org, headers


@settings(deadline=None, max_examples=300)
@given(target=st.sampled_from(TARGETS), body=VALUES)
def test_any_json_is_answered(signed_in, target, body):
    org, headers = signed_in
    request = Request(method=target[0], target=BASE + target[1], headers=headers, body=json.dumps(body).encode())
    response = answer(org, request)
    assert response.status in STATUSES
    if response.parts:
        json.loads(response.body)


@settings(deadline=None)
@given(
    method=st.sampled_from(["GET", "POST", "PATCH", "DELETE", "PUT"]),
    path=st.text(max_size=30),
    body=st.binary(max_size=30),
)
def test_any_address_is_answered(signed_in, method, path, body):
    org, headers = signed_in
    for start in ("", "/services/", f"{BASE}/", f"{BASE}/sobjects/", f"{BASE}/jobs/ingest/", f"{BASE}/query/?q="):
        request = Request(method=method, target=f"{start}{path}", headers=headers, body=body)
        assert answer(org, request).status in STATUSES


@settings(deadline=None)
@given(form=st.text(max_size=80), authorization=st.text(max_size=20))
def test_any_token_request_is_answered(signed_in, form, authorization):
    org, _ = signed_in
    headers: Message = Message()
    headers["Authorization"] = "Basic " + authorization.replace("\n", "").replace("\r", "")
    for grant in ("client_credentials", "urn:ietf:params:oauth:grant-type:jwt-bearer"):
        body = f"grant_type={grant}&assertion={form}&client_id={form}".encode()
        assert (
            answer(org, Request(method="POST", target="/services/oauth2/token", headers=headers, body=body)).status
            == 400
        )
