"""The wire has limits, a dead token is renewed once, and no secret shows anywhere."""

import json
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction

import jwt
import pytest
import requests
import responses
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pydantic import SecretStr

from connectors.answers import ATTEMPTS_MAX
from connectors.port import BudgetSpent, NotAllowed, Refused, TryAgain
from connectors.salesforce.budget import ApiBudget
from connectors.salesforce.session import ClientCredentials, Connection, JwtBearer
from connectors.salesforce.transport import DEAD_FOR_GOOD, SALESFORCE, check_host
from connectors.tokens import LOGIN_PAUSE_S, LOGINS_MAX
from connectors.transport import NoAuth, check_loopback, guarded_session
from tests.connectors.conftest import KEY, SECRET, connect

HOST = "https://acme.my.salesforce.com"
TOKEN = f"{HOST}/services/oauth2/token"
LIMITS = f"{HOST}/services/data/v66.0/limits"
CANARY = "canary"
GIVEN = {"access_token": f"{CANARY}-token", "instance_url": HOST}


def logins(http):
    return [call for call in http.calls if call.request.url.endswith("/oauth2/token")]


@pytest.fixture
def http():
    with responses.RequestsMock(assert_all_requests_are_fired=False) as http:
        http.post(TOKEN, json=GIVEN)
        yield http


@pytest.fixture
def stubbed(http, sleeper):  # noqa: ARG001  the stand-in answers must be there first
    return connect(None, sleeper)


def limits(connection):
    return connection.get("limits", dict)


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


# ------------------------------------------------------------------------------- tokens that die


def test_a_dead_token_is_replaced_and_the_call_repeated_with_all_its_headers(http, stubbed):
    http.patch(f"{HOST}/services/data/v66.0/x", status=401, json=[{"errorCode": "INVALID_SESSION_ID", "message": ""}])
    http.patch(f"{HOST}/services/data/v66.0/x", json={})
    stubbed.call("PATCH", "x", body={"a": 1}, headers={"Sforce-Auto-Assign": "FALSE"})

    first, second = (call.request for call in http.calls if call.request.method == "PATCH")
    assert second.headers["Sforce-Auto-Assign"] == first.headers["Sforce-Auto-Assign"] == "FALSE"
    assert second.body == first.body
    assert len(logins(http)) == 2


def test_a_token_that_is_never_accepted_stops_after_three_logins(http, stubbed):
    http.get(LIMITS, status=401, json=[{"errorCode": "INVALID_SESSION_ID", "message": "Session expired or invalid"}])
    for _ in range(10):
        with pytest.raises(NotAllowed):
            limits(stubbed)

    assert len(logins(http)) == LOGINS_MAX


def test_after_an_hour_one_more_login_is_tried(http, stubbed, sleeper):
    http.get(LIMITS, status=401, json=[{"errorCode": "INVALID_SESSION_ID", "message": "Session expired or invalid"}])
    for _ in range(10):
        with pytest.raises(NotAllowed):
            limits(stubbed)
    sleeper.now += LOGIN_PAUSE_S
    for _ in range(10):
        with pytest.raises(NotAllowed):
            limits(stubbed)

    assert len(logins(http)) == LOGINS_MAX + 1


@pytest.mark.parametrize("message", DEAD_FOR_GOOD)
def test_some_401s_are_not_about_the_token(http, stubbed, message):
    http.get(LIMITS, status=401, json=[{"errorCode": "INVALID_SESSION_ID", "message": message}])
    with pytest.raises(NotAllowed, match=message):
        limits(stubbed)

    assert len(logins(http)) == 1


@pytest.mark.parametrize("body", ['{"error": "x"}', "<html/>", ""])
def test_a_401_of_any_shape_is_a_typed_error(http, stubbed, body):
    http.get(LIMITS, status=401, body=body)
    with pytest.raises(NotAllowed, match="does not accept the session"):
        limits(stubbed)


def test_eight_threads_share_one_new_token(org, url, sleeper):
    connection = connect(url, sleeper)
    limits(connection)
    counted, lock, issue = [], threading.Lock(), connection._tokens._log_in

    def log_in():
        with lock:
            counted.append(1)
        return issue()

    connection._tokens._log_in = log_in
    org.expire_tokens()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: limits(connection), range(8)))

    assert len(answers) == 8
    assert len(counted) == 1


def test_netrc_does_not_take_the_place_of_the_token(http, stubbed, monkeypatch, tmp_path):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine acme.my.salesforce.com login a password b\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    http.get(LIMITS, json={})
    limits(stubbed)

    assert http.calls[-1].request.headers["Authorization"] == f"Bearer {CANARY}-token"
    assert "Basic YTpi" not in logins(http)[0].request.headers["Authorization"]


# ------------------------------------------------------------------------------- answers that are no answers


@pytest.mark.parametrize(
    ("status", "body", "error", "text"),
    [
        (400, [{"errorCode": "INVALID_FIELD", "message": "No such column 'X'"}], Refused, "No such column 'X'"),
        (403, [{"errorCode": "INSUFFICIENT_ACCESS", "message": "no"}], NotAllowed, "INSUFFICIENT_ACCESS"),
        (
            403,
            [{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "TotalRequests Limit exceeded."}],
            BudgetSpent,
            "used up",
        ),
        (404, [{"errorCode": "NOT_FOUND", "message": "?"}], Refused, "NOT_FOUND"),
        (407, {}, NotAllowed, "proxy asks for credentials"),
        (410, [{"errorCode": "GONE", "message": "?"}], Refused, "retired"),
        (400, [{"errorCode": "ORG_IN_MAINTENANCE", "message": "?"}], TryAgain, "MAINTENANCE"),
    ],
)
def test_answers_are_sorted_by_what_to_do(http, stubbed, sleeper, status, body, error, text):  # noqa: PLR0917
    http.get(LIMITS, status=status, json=body)
    with pytest.raises(error, match=text):
        limits(stubbed)
    assert not sleeper.slept


@pytest.mark.parametrize("status", [406, 408, 420, 429, 500, 502, 503, 504])
def test_passing_trouble_is_repeated_a_bounded_number_of_times(http, stubbed, sleeper, status):
    http.get(LIMITS, status=status, body="<html>busy</html>", content_type="text/html")
    with pytest.raises(TryAgain):
        limits(stubbed)

    assert len(http.calls) - len(logins(http)) == ATTEMPTS_MAX
    assert len(sleeper.slept) == ATTEMPTS_MAX - 1


def test_too_many_calls_at_once_are_not_the_daily_limit(http, stubbed, sleeper):
    """A 429 is repeated after a pause, although its body carries the code of the daily limit."""
    problem = {"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "Too many requests"}
    http.get(LIMITS, status=429, json=[problem], headers={"Retry-After": "2"})
    http.get(LIMITS, json={})
    limits(stubbed)

    assert len(sleeper.slept) == 1


@pytest.mark.parametrize(("asked", "least", "most"), [("7", 7, 31), ("31536000", 60, 61), ("soon", 0, 31), ("", 0, 31)])
def test_retry_after_is_obeyed_and_capped(http, stubbed, sleeper, asked, least, most):  # noqa: PLR0917
    http.get(LIMITS, status=429, headers={"Retry-After": asked})
    http.get(LIMITS, json={})
    limits(stubbed)

    assert least <= sleeper.slept[0] <= most


@pytest.mark.parametrize(
    ("body", "content_type"),
    [("<html>login</html>", "text/html"), ("{}", "text/html"), ('{"cut": [', "application/json"), ("", "")],
)
def test_a_200_that_is_no_answer_is_an_error(http, stubbed, body, content_type):
    http.get(LIMITS, body=body, content_type=content_type)
    with pytest.raises(TryAgain):
        limits(stubbed)


def test_a_redirect_is_refused_and_the_token_stays_here(http, stubbed):
    http.get(LIMITS, status=302, headers={"Location": "https://evil.test/"})
    with pytest.raises(Refused, match="redirected"):
        limits(stubbed)
    assert not [call for call in http.calls if "evil" in call.request.url]


def test_a_body_without_end_is_cut(http, stubbed, monkeypatch):
    monkeypatch.setattr("connectors.transport.BODY_BYTES_MAX", 1000)
    http.get(LIMITS, body=json.dumps({"a": "x" * 2000}), content_type="application/json")
    with pytest.raises(Refused, match="larger than"):
        limits(stubbed)


def test_a_dripping_body_meets_the_deadline_of_the_whole_call(url, sleeper):
    """The clock of this test moves by itself: each piece of the answer takes a minute."""
    connection = connect(url, sleeper, call_s_max=30.0)

    def minute():
        sleeper.now += 60
        return sleeper.now

    connection._session.get_adapter("https://")._monotonic = minute
    with pytest.raises(TryAgain, match="no complete answer within 30 s"):
        limits(connection)


def test_every_call_has_a_timeout(http, stubbed, monkeypatch):
    http.get(LIMITS, json={})
    seen, send = [], requests.adapters.HTTPAdapter.send

    def noted(*arguments, **options):
        seen.append(options["timeout"])
        return send(*arguments, **options)

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", noted)
    limits(stubbed)

    assert seen == [(10.0, 60.0), (10.0, 60.0)]


def test_a_closed_port_is_an_interruption(sleeper):
    with pytest.raises(TryAgain, match="ConnectionError"):
        limits(connect("http://127.0.0.1:9", sleeper))


def test_what_may_not_be_repeated_is_not(http, stubbed, sleeper):
    http.post(f"{HOST}/services/data/v66.0/metadata/deployRequest", status=503)
    with pytest.raises(TryAgain):
        stubbed.once("POST", "metadata/deployRequest", body={})
    assert not sleeper.slept


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
