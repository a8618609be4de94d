"""Sessions: the flows that are alive, their errors, expiry and renewal."""

import jwt
import pytest
import requests
from simple_salesforce import Salesforce, SalesforceAuthenticationFailed, SalesforceLogin

from tests.clock import START


def token(base, **form):
    return requests.post(f"{base}/services/oauth2/token", data=form, timeout=10)


def test_client_credentials_answer_has_every_key(base):
    answer = token(base, grant_type="client_credentials", client_id="sandbox-key", client_secret="sandbox-secret")
    body = answer.json()
    assert answer.status_code == 200
    assert set(body) == {"access_token", "signature", "scope", "instance_url", "id", "token_type", "issued_at"}
    assert body["instance_url"] == base
    assert body["id"].startswith("https://login.salesforce.com/id/00D")


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"grant_type": "client_credentials", "client_id": "sandbox-key", "client_secret": "no"}, "invalid_client"),
        (
            {"grant_type": "client_credentials", "client_id": "no", "client_secret": "sandbox-secret"},
            "invalid_client_id",
        ),
        ({"grant_type": "password", "username": "x"}, "unsupported_grant_type"),
    ],
)
def test_refused_requests_are_objects(base, form, error):
    answer = token(base, **form)
    assert answer.status_code == 400
    assert answer.json()["error"] == error


def assertion(**changes):
    claims = {
        "iss": "sandbox-key",
        "sub": "rita@example.test",
        "aud": "https://test.salesforce.com",
        "exp": START.timestamp() + 180,
    }
    return jwt.encode(claims | changes, "a secret that nobody checks, 32 bytes", algorithm="HS256")


def bearer(base, text):
    return token(base, grant_type="urn:ietf:params:oauth:grant-type:jwt-bearer", assertion=text)


def test_jwt_bearer_stands_for_its_subject(base):
    answer = bearer(base, assertion())
    headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    info = requests.get(f"{base}/services/oauth2/userinfo", headers=headers, timeout=10).json()
    assert info["name"] == "Rita Rep"
    who = requests.get(
        base + answer.json()["id"].removeprefix("https://login.salesforce.com"), headers=headers, timeout=10
    )
    assert who.json()["username"] == "rita@example.test"


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "other"},
        {"sub": "lee@example.test"},
        {"sub": "nobody@example.test"},
        {"aud": "https://example.test"},
        {"exp": START.timestamp() - 301},
        {"exp": START.timestamp() + 86_400},
    ],
)
def test_jwt_with_a_wrong_claim_is_refused(base, changes):
    assert bearer(base, assertion(**changes)).status_code == 400


def test_a_jwt_that_is_none_is_refused(base):
    assert bearer(base, "no.jwt").json()["error"] == "invalid_grant"


def test_expired_session_is_renewed(org, sf):
    org.expire_tokens()
    assert sf.query("SELECT COUNT() FROM Account")["totalSize"] == 2


def test_expired_token_is_a_list_with_a_code(org, http, data):
    org.expire_tokens()
    answer = http.get(f"{data}/limits")
    assert answer.status_code == 401
    assert answer.json() == [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}]


def test_revoked_token_is_dead(base, http, data):
    http.post(f"{base}/services/oauth2/revoke", data={"token": http.headers["Authorization"][7:]})
    assert http.get(f"{data}/limits").status_code == 401


def test_soap_login_up_to_64(session):
    session_id, _ = SalesforceLogin(
        username="mia@example.test", password="sandbox-secret", security_token="", session=session, sf_version="64.0"
    )
    assert Salesforce(session_id=session_id, instance="example.my.salesforce.com", session=session).query(
        "SELECT Id FROM User"
    )


@pytest.mark.parametrize(("password", "version"), [("wrong", "64.0"), ("sandbox-secret", "66.0")])
def test_soap_login_refused(session, password, version):
    with pytest.raises(SalesforceAuthenticationFailed):
        SalesforceLogin(
            username="mia@example.test", password=password, security_token="", session=session, sf_version=version
        )


def test_versions(base, http):
    assert {"version": "66.0"}.items() <= http.get(f"{base}/services/data").json()[-3].items()
    assert "identity" in http.get(f"{base}/services/data/v66.0/").json()
    assert http.get(f"{base}/services/data/v25.0/limits").status_code == 410
    assert http.get(f"{base}/services/data/v99.0/limits").status_code == 404
    assert http.get(f"{base}/nothing").json()[0]["errorCode"] == "NOT_FOUND"
