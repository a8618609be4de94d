"""The client's calls go through our session: our limits, our pace, dated paths, and errors sorted by what to do."""

import json
from fractions import Fraction

import pytest
import responses
from pydantic import SecretStr

from connectors.answers import ATTEMPTS_MAX, Interrupted, json_reader
from connectors.hubspot.budget import SEARCH_CALLS, SEARCH_S, ApiBudget, Window
from connectors.hubspot.errors import Answered
from connectors.hubspot.session import OAuthRefresh
from connectors.hubspot.transport import BASE_URL, LEGACY, check_host, dated
from connectors.port import BudgetSpent, NotAllowed, Refused, TryAgain
from tests.connectors.hubspot.conftest import TOKEN, connect

CANARY = "canary"
DEALS = f"{BASE_URL}/crm/objects/2026-09/deals"
ACCOUNT = f"{BASE_URL}/account-info/2026-09/details"
EMPTY = {"results": []}
OAUTH = OAuthRefresh("app", SecretStr(f"{CANARY}-secret"), SecretStr(f"{CANARY}-refresh"))


@pytest.fixture
def http():
    with responses.RequestsMock(assert_all_requests_are_fired=False) as http:
        yield http


@pytest.fixture
def stubbed(sleeper):
    return connect(None, sleeper)


def page(connection, **options):
    api = connection.hubspot.crm.objects.basic_api
    return connection.ask(api.get_page, "deals", read=json_reader(dict), **options)


def search(connection):
    api = connection.hubspot.crm.objects.search_api
    return connection.ask(api.do_search, "deals", {"limit": 1}, read=json_reader(dict))


# ------------------------------------------------------------------------------- what leaves


def test_a_typed_call_leaves_through_our_session_with_our_token(http, stubbed):
    http.get(DEALS, json=EMPTY)
    page(stubbed, limit=2, properties=["amount", "dealname"])

    sent = http.calls[0].request
    assert sent.url == f"{DEALS}?limit=2&properties=amount&properties=dealname"
    assert sent.headers["Authorization"] == f"Bearer {TOKEN}"
    assert sent.headers["User-Agent"].startswith("tallystick/")
    assert sent.req_kwargs["timeout"]


@pytest.mark.parametrize(
    ("legacy", "new"),
    [
        ("/crm/v3/objects/deals/splits/batch/read", "/deal-splits/2026-09/batch/read"),
        ("/crm/v3/objects/2-123/search", "/crm/objects/2026-09/2-123/search"),
        ("/crm/v3/owners/", "/crm/owners/2026-09"),
        ("/crm/v3/owners/12", "/crm/owners/2026-09/12"),
        ("/crm/v3/properties/deals/groups", "/crm/properties/2026-09/deals/groups"),
        ("/crm/v4/associations/deals/companies/batch/read", "/crm/associations/2026-09/deals/companies/batch/read"),
        ("/oauth/v1/token", "/oauth/2026-09/token"),
        ("/settings/v3/currencies/exchange-rates", "/settings/currencies/2026-09/exchange-rates"),
        ("/something/else", "/something/else"),
    ],
)
def test_the_clients_paths_become_dated_ones(legacy, new):
    assert dated(legacy, "2026-09") == new
    assert dated(legacy, LEGACY) == legacy


@pytest.mark.parametrize("url", ["http://api.hubapi.com/x", "https://api.hubapi.com.evil.test/x", "https://evil.test"])
def test_only_hubspots_hosts_are_called(url):
    with pytest.raises(Refused, match="nothing was sent"):
        check_host(url)


def test_a_redirect_is_not_followed_with_the_token(http, stubbed):
    http.get(DEALS, status=302, headers={"Location": "https://evil.test/"})
    with pytest.raises(Refused, match="redirected"):
        page(stubbed)
    assert len(http.calls) == 1


# ------------------------------------------------------------------------------- OAuth


def test_an_access_token_is_fetched_and_renewed_when_it_has_died(http, sleeper):
    http.post(f"{BASE_URL}/oauth/2026-09/token", json={"access_token": "first"})
    http.post(f"{BASE_URL}/oauth/2026-09/token", json={"access_token": "second"})
    http.get(DEALS, status=401, json={"category": "EXPIRED_AUTHENTICATION"})
    http.get(DEALS, json=EMPTY)
    page(connect(None, sleeper, credentials=OAUTH))

    login, first, _, second = (call.request for call in http.calls)
    assert "Authorization" not in login.headers
    assert "grant_type=refresh_token" in login.body
    assert [each.headers["Authorization"] for each in (first, second)] == ["Bearer first", "Bearer second"]


def test_a_refused_login_names_the_reason_and_no_secret(http, sleeper):
    http.post(f"{BASE_URL}/oauth/2026-09/token", status=400, json={"category": "BAD_REFRESH_TOKEN", "message": CANARY})
    with pytest.raises(NotAllowed, match=r"BAD_REFRESH_TOKEN.*install the app again") as caught:
        page(connect(None, sleeper, credentials=OAUTH))
    assert CANARY not in str(caught.value)


def test_oauth_works_against_the_stand_in(url, sleeper):
    app = OAuthRefresh("sandbox-client", SecretStr("sandbox-secret"), SecretStr("sandbox-refresh"))
    assert page(connect(url, sleeper, credentials=app))["results"]


# ------------------------------------------------------------------------------- answers


@pytest.mark.parametrize(
    ("policy", "pause_s"),
    [("TEN_SECONDLY_ROLLING", 10), ("SECONDLY", 1), ("", 10)],
    ids=["rolling", "search", "unnamed"],
)
def test_too_fast_is_waited_out_by_its_policy(http, stubbed, sleeper, policy, pause_s):
    http.get(DEALS, status=429, json={"errorType": "RATE_LIMIT", "policyName": policy, "message": "slow down"})
    http.get(DEALS, json=EMPTY)
    page(stubbed)
    assert pause_s <= sleeper.slept[0]


def test_the_days_calls_are_not_waited_out(http, stubbed, sleeper):
    http.get(DEALS, status=429, json={"errorType": "RATE_LIMIT", "policyName": "DAILY", "message": "daily limit"})
    with pytest.raises(BudgetSpent, match="daily calls are used up"):
        page(stubbed)
    assert not sleeper.slept


@pytest.mark.parametrize("status", [423, 500, 502, 503, 504, 521, 524])
def test_what_passes_is_tried_again_a_few_times(http, stubbed, status):
    http.get(DEALS, status=status, body=b"<html>\xff</html>", content_type="text/html")
    with pytest.raises(TryAgain, match=f"HTTP {status}"):
        page(stubbed)
    assert len(http.calls) == ATTEMPTS_MAX


def test_a_portal_that_is_being_moved_is_left_alone_until_then(http, stubbed):
    http.get(DEALS, status=477, headers={"Retry-After": "7200"})
    with pytest.raises(TryAgain, match="being moved") as caught:
        page(stubbed)
    assert caught.value.wait_s == 7200
    assert len(http.calls) == 1


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (401, {"category": "INVALID_AUTHENTICATION"}, (NotAllowed, "service key")),
        (401, "<html/>", (NotAllowed, "does not accept the token")),
        (403, {"category": "MISSING_SCOPES", "errors": [{"context": {"requiredGranularScopes": ["crm.a", "crm.b"]}}]},
         (NotAllowed, "Grant the service key or app the scopes crm.a, crm.b")),
        (403, {}, (NotAllowed, "subscription")),
        (400, {"category": "VALIDATION_ERROR", "message": "bad", "correlationId": "abc"}, (Answered, r"abc")),
        (404, {"category": "OBJECT_NOT_FOUND"}, (Answered, "OBJECT_NOT_FOUND")),
        (414, "", (Refused, "HTTP 414")),
    ],
)  # fmt: skip
def test_errors_are_sorted_by_what_to_do(http, stubbed, status, body, expected):
    error, words = expected
    http.get(DEALS, status=status, body=body if isinstance(body, str) else json.dumps(body))
    with pytest.raises(error, match=words):
        page(stubbed)
    assert len(http.calls) == 1


@pytest.mark.parametrize(("body", "kind"), [('{"results": [', "application/json"), ("<html/>", "text/html")])
def test_a_cut_or_foreign_answer_is_no_data(http, stubbed, body, kind):
    http.get(DEALS, body=body, content_type=kind)
    with pytest.raises(Interrupted):
        page(stubbed)
    assert len(http.calls) == ATTEMPTS_MAX


# ------------------------------------------------------------------------------- limits


def test_a_window_lets_so_many_through_and_no_more():
    window = Window(3, 10)
    assert [window.wait_s(now) for now in (0, 0, 1, 2)] == [0, 0, 0, 8]
    assert window.wait_s(12) == 0


def test_searches_keep_below_the_limit_of_the_whole_account(http, stubbed, sleeper):
    http.post(f"{DEALS}/search", json={"total": 0, "results": []})
    for _ in range(2 * SEARCH_CALLS + 1):
        search(stubbed)
    assert sum(sleeper.slept) == 2 * SEARCH_S


def test_the_pace_is_what_hubspot_says_less_a_tenth(http, stubbed, sleeper):
    http.get(DEALS, json=EMPTY, headers={"X-HubSpot-RateLimit-Max": "20"})
    for _ in range(19):
        page(stubbed)
    assert sleeper.slept == [10]


def test_our_share_of_the_day_is_never_exceeded(http, sleeper):
    told = {"X-HubSpot-RateLimit-Daily": "100", "X-HubSpot-RateLimit-Daily-Remaining": "60"}
    http.get(ACCOUNT, json={}, headers=told)
    connection = connect(None, sleeper, share=Fraction(1, 10))
    for _ in range(10):
        connection.get("/account-info/v3/details", dict)
    with pytest.raises(BudgetSpent):
        connection.get("/account-info/v3/details", dict)
    assert connection.budget.usage() == (40, 100)


def test_searches_tell_nothing_of_the_day():
    assert ApiBudget().said({}) is None
