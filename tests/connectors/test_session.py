"""Logging in, our share of the calls, and no secret that shows anywhere."""

import traceback
from fractions import Fraction

import jwt
import pytest
import responses
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pydantic import SecretStr

from connectors.answers import ATTEMPTS_MAX
from connectors.port import BudgetSpent, NotAllowed, Refused, TryAgain
from connectors.salesforce.budget import ApiBudget
from connectors.salesforce.session import ClientCredentials, Connection, JwtBearer
from connectors.salesforce.transport import SALESFORCE, check_host
from connectors.transport import NoAuth, check_loopback, guarded_session
from tests.connectors.conftest import CANARY, GIVEN, HOST, KEY, LIMITS, SECRET, TOKEN, connect, limits, logins

# ------------------------------------------------------------------------------- logging in


def test_client_credentials_travel_in_the_header_and_never_in_the_address(http, stubbed):
    http.get(LIMITS, json={})
    limits(stubbed)

    login = logins(http)[0].request
    assert login.headers["Authorization"].startswith("Basic ")
    assert login.body == "grant_type=client_credentials"
    assert SECRET not in login.url


def test_a_jwt_is_signed_for_the_audience_and_sent_to_the_org(http, sleeper):
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    credentials = JwtBearer("https://acme.my.salesforce.com/", KEY, "worker@acme.test", SecretStr(pem), audience="test")
    http.get(LIMITS, json={"ok": 1})
    connection = Connection(credentials, budget=ApiBudget(), sleep=sleeper, monotonic=sleeper.monotonic)

    assert limits(connection) == {"ok": 1}
    form = dict(part.split("=", 1) for part in logins(http)[0].request.body.split("&"))
    claims = jwt.decode(form["assertion"], options={"verify_signature": False})
    assert (claims["iss"], claims["sub"]) == (KEY, "worker@acme.test")
    assert claims["aud"] == "https://test.salesforce.com"


def test_a_private_key_that_cannot_be_read_is_named_without_its_text(sleeper):
    credentials = JwtBearer(HOST, KEY, "worker@acme.test", SecretStr(f"{CANARY}-key"))
    connection = Connection(credentials, budget=ApiBudget(), sleep=sleeper, monotonic=sleeper.monotonic)

    with pytest.raises(NotAllowed, match="RSA key in PEM form") as caught:
        limits(connection)
    assert f"{CANARY}-key" not in shown(caught.value)


def test_wrong_credentials_say_what_to_check(org, url, sleeper):
    with pytest.raises(NotAllowed, match=r"refused the login: invalid_\w+ .*Check the consumer key and secret"):
        limits(connect(url, sleeper, secret="bad"))
    assert not org.calls
    assert not sleeper.slept


@pytest.mark.parametrize(
    ("body", "content_type"),
    [("<html>maintenance</html>", "text/html"), ("[]", "application/json"), ("{}", "application/json"), ('{"a', "x")],
)
def test_a_login_answered_by_something_else_may_pass(sleeper, body, content_type):
    with responses.RequestsMock() as http:
        http.post(TOKEN, body=body, content_type=content_type)
        with pytest.raises(TryAgain, match="login"):
            limits(connect(None, sleeper))
        assert len(logins(http)) <= ATTEMPTS_MAX


def test_a_login_that_the_orgs_daily_calls_refuse_says_so(sleeper):
    said = [{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "TotalRequests Limit exceeded."}]
    with responses.RequestsMock() as http:
        http.post(TOKEN, json=said, status=403)
        with pytest.raises(BudgetSpent, match=r"TotalRequests Limit exceeded.*daily calls are used up"):
            limits(connect(None, sleeper))
        assert len(logins(http)) == 1


@pytest.mark.parametrize("host", ["login.salesforce.com.evil.test", "acme.lightning.force.com", "evil.test"])
def test_only_api_hosts_are_logged_in_to(sleeper, host):
    credentials = ClientCredentials(host, KEY, SecretStr(SECRET))
    connection = Connection(credentials, budget=ApiBudget(), sleep=sleeper, monotonic=sleeper.monotonic)
    with responses.RequestsMock() as http, pytest.raises(Refused, match="My Domain"):
        limits(connection)
    assert not http.calls


def test_a_forged_instance_address_never_sees_the_token(sleeper):
    with responses.RequestsMock() as http:
        http.post(TOKEN, json=GIVEN | {"instance_url": "https://evil.test"})
        with pytest.raises(Refused, match=r"evil\.test is not a Salesforce API host"):
            limits(connect(None, sleeper))
        assert len(http.calls) == 1


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("https://acme.lightning.force.com/x", None),
        ("http://acme.my.salesforce.com/x", None),
        ("https://salesforce.com.evil.test/x", None),
        ("https://evilsalesforce.com/x", None),
        ("https://acme.my.salesforce.com/x", "http://10.0.0.1:80"),
    ],
)
def test_hosts_are_checked_before_anything_is_sent(url, base):
    with pytest.raises(Refused):
        check_loopback(base) if base else check_host(url)


def test_the_loopback_sandbox_is_allowed_only_when_asked_for():
    check_loopback("http://127.0.0.1:8801")
    with pytest.raises(Refused):
        check_host("http://127.0.0.1:8801/x")


# ------------------------------------------------------------------------------- budget


def test_the_share_of_the_daily_calls_is_kept(http, sleeper):
    http.get(LIMITS, json={}, headers={"Sforce-Limit-Info": "api-usage=18/50; per-app-api-usage=17/250(appName=x)"})
    connection = connect(None, sleeper, share=Fraction(20, 100))
    for _ in range(10):
        limits(connection)

    with pytest.raises(
        BudgetSpent, match=r"10 API calls in 24 hours are our share \(20 % of the org's limit\)"
    ) as caught:
        limits(connection)
    assert connection.budget.usage() == (18, 50)
    assert connection.budget.ours() == (10, 10)
    assert len(http.calls) == 11
    assert 0 < caught.value.wait_s <= 86_400 + 2 * 900
    sleeper.now += caught.value.wait_s
    limits(connection)


# ------------------------------------------------------------------------------- secrets


def shown(problem):
    """Everything that a log of this error could show."""
    return "".join(traceback.format_exception(problem)) + repr(problem) + str(vars(problem))


@pytest.mark.parametrize("status", [200, 302, 400, 401, 403, 404, 500])
@pytest.mark.parametrize("body", ['{"a": ', f"<html>{CANARY}</html>", '[{"errorCode": "X", "message": "y"}]'])
def test_no_secret_and_no_body_in_any_error(http, sleeper, status, body):
    connection = connect(None, sleeper, secret=f"{CANARY}-secret")
    http.get(LIMITS, status=status, body=body, headers={"Location": f"https://evil.test/{CANARY}"})
    with pytest.raises((TryAgain, Refused, NotAllowed)) as caught:
        connection.get("limits", int, params={"q": f"{CANARY}-value"})

    assert CANARY not in shown(caught.value)
    assert CANARY not in repr(connection) + repr(vars(connection)) + repr(connection._tokens)


def test_no_secret_in_a_refused_login(sleeper):
    with responses.RequestsMock() as http:
        http.post(
            TOKEN, status=400, json={"error": "invalid_client", "error_description": "invalid client credentials"}
        )
        with pytest.raises(NotAllowed) as caught:
            limits(connect(None, sleeper, secret=f"{CANARY}-secret"))
    assert CANARY not in shown(caught.value)


def test_a_plain_session_follows_no_proxy_to_the_sandbox(org, url, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    answer = guarded_session(SALESFORCE, url, NoAuth()).get(f"{url}/services/data")

    assert answer.ok
    assert not org.calls
