"""The wire has limits, and an answer that is none is an error that says what to do."""

import json

import pytest
import requests

from connectors.answers import ATTEMPTS_MAX
from connectors.port import BudgetSpent, NotAllowed, Refused, TryAgain
from connectors.salesforce.transport import SALESFORCE
from connectors.transport import NoAuth, guarded_session
from tests.connectors.conftest import HOST, LIMITS, connect, limits, logins


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


def test_the_environment_is_asked_once_a_host_and_its_proxy_is_used(monkeypatch):
    for name, value in {"HTTPS_PROXY": "http://proxy.example:3128", "NO_PROXY": "other.salesforce.com"}.items():
        monkeypatch.setenv(name, value)
        monkeypatch.delenv(name.lower(), raising=False)
    session = guarded_session(SALESFORCE, None, NoAuth())
    settings = [session.merge_environment_settings(f"{HOST}/{path}", {}, None, None, None) for path in "ab"]
    settings[0]["proxies"].clear()
    other = session.merge_environment_settings("https://other.salesforce.com/a", {}, None, None, None)
    monkeypatch.setenv("HTTPS_PROXY", "http://changed.example")
    again = session.merge_environment_settings(f"{HOST}/c", {}, None, None, None)

    assert settings[1]["proxies"]["https"] == again["proxies"]["https"] == "http://proxy.example:3128"
    assert "https" not in other["proxies"]
