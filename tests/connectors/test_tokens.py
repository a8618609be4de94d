"""A token that has died is renewed once for everybody who needs it."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from connectors.port import NotAllowed
from connectors.salesforce.transport import DEAD_FOR_GOOD
from connectors.tokens import LOGIN_PAUSE_S, LOGINS_MAX
from tests.connectors.conftest import CANARY, HOST, LIMITS, connect, limits, logins


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
