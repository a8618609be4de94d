"""Limits, tokens and scopes."""

import pytest
import requests

from sandbox.hubspot.rest.limits import Allowance
from sandbox.hubspot.server import running
from sandbox.hubspot.state import Portal
from tests.clock import START, FakeClock

from .conftest import DEAL, DOCUMENT, SPLIT_DEAL, Http

DEALS, SEARCH = "/crm/v3/objects/deals", "/crm/v3/objects/deals/search"


@pytest.fixture
def portal(clock):
    portal = Portal(clock, allowance=Allowance(ten_secondly=3, search_secondly=2, daily=9))
    portal.load(DOCUMENT)
    return portal


def test_the_window_of_ten_seconds_slides(http, clock):
    for _ in range(3):
        assert http.get(DEALS).status_code == 200
        clock.advance(seconds=4)
    fourth = http.get(DEALS)
    refused = [http.get(DEALS) for _ in range(2)][-1]
    clock.advance(seconds=4)

    assert fourth.status_code == 200
    assert refused.status_code == 429
    assert refused.json()["policyName"] == "TEN_SECONDLY_ROLLING"
    assert refused.json()["message"] == "You have reached your ten_secondly_rolling limit."
    assert refused.json()["errorType"] == "RATE_LIMIT"
    assert "category" not in refused.json()
    assert "Retry-After" not in refused.headers
    assert http.get(DEALS).status_code == 200


def test_search_has_a_limit_of_its_own(http, clock, portal):
    answers = [http.post(SEARCH, {}).status_code for _ in range(3)]
    last = http.post(SEARCH, {})
    clock.advance(seconds=1)

    assert answers == [200, 200, 429]
    assert last.json()["policyName"] == "SECONDLY"
    assert last.json()["message"] == "You have reached your secondly limit."
    assert http.post(SEARCH, {}).status_code == 200
    assert (portal.limits.refused, portal.limits.peak_search_secondly) == (2, 2)


def test_the_day_ends_at_the_portals_midnight(http, clock):
    clock.now = START.replace(hour=4)  # 23:00 in New York
    for _ in range(9):
        http.get(DEALS)
        clock.advance(seconds=11)
    spent = http.get("/account-info/v3/api-usage/daily/private-apps")
    clock.now = START.replace(hour=5)

    assert spent.json()["policyName"] == "DAILY"
    usage = http.get("/account-info/v3/api-usage/daily/private-apps").json()["results"][0]
    assert (usage["currentUsage"], usage["usageLimit"], usage["resetsAt"]) == (1, 9, "2026-11-23T05:00:00Z")


def test_headers_say_what_is_left(http):
    headers = http.get(DEALS).headers

    assert headers["X-HubSpot-RateLimit-Max"] == "3"
    assert headers["X-HubSpot-RateLimit-Remaining"] == "2"
    assert headers["X-HubSpot-RateLimit-Interval-Milliseconds"] == "10000"
    assert headers["X-HubSpot-RateLimit-Daily-Remaining"] == "8"


@pytest.mark.parametrize("header", [None, "Bearer nobody", "Basic sandbox-token"])
def test_a_stranger_is_refused(base, header):
    answer = requests.get(base + DEALS, headers={"Authorization": header} if header else {}, timeout=10)

    assert answer.status_code == 401
    assert answer.json()["category"] == "INVALID_AUTHENTICATION"


def test_a_missing_scope_is_named(http, portal):
    portal.tokens.issue("reader", frozenset({"crm.objects.deals.read"}))
    http.session.headers["Authorization"] = "Bearer reader"
    refused = http.post("/crm/objects/2026-09/deals/batch/update", {"inputs": []})

    assert http.get(DEALS).status_code == 200
    assert refused.status_code == 403
    assert refused.json()["category"] == "MISSING_SCOPES"
    assert refused.json()["errors"][0]["context"]["requiredGranularScopes"] == ["crm.objects.deals.write"]


@pytest.mark.parametrize(
    ("lacks", "method", "path"),
    [
        ("splits", "POST", "/deal-splits/2026-09/batch/read"),
        ("goals", "GET", "/crm/v3/objects/goal_targets"),
        ("custom_objects", "GET", "/crm-object-schemas/v3/schemas"),
        ("currencies", "GET", "/settings/v3/currencies/exchange-rates/current"),
    ],
)
def test_what_the_tier_lacks_is_forbidden(http, portal, lacks, method, path):
    portal.off.add(lacks)

    assert http.send(method, path, json={"inputs": []}).status_code == 403


def test_oauth_refuses_strangers_and_needs_no_token(base):
    url = f"{base}/oauth/2026-03/token"
    form = {
        "grant_type": "refresh_token",
        "refresh_token": "sandbox-refresh",
        "client_id": "sandbox-client",
        "client_secret": "sandbox-secret",
    }
    good = requests.post(url, data=form, timeout=10)

    assert good.json()["expires_in"] == 1800
    assert requests.post(url, data={**form, "client_secret": "x"}, timeout=10).status_code == 400
    assert requests.post(url, data={**form, "refresh_token": "x"}, timeout=10).status_code == 400


def test_the_usual_portal_allows_what_an_enterprise_does():
    allowance = Portal(FakeClock()).limits.allowance

    assert (allowance.ten_secondly, allowance.search_secondly, allowance.daily) == (190, 5, 1_000_000)


def test_calls_are_counted_and_kept(http, portal, of):
    http.get(f"{DEALS}/{of(DEAL)}")
    http.post(f"{DEALS}/splits/batch/read", {"inputs": [{"id": of(SPLIT_DEAL)}]})

    assert [(call.method, call.status) for call in portal.calls] == [("GET", 200), ("POST", 200)]
    assert portal.used == 2


def test_an_empty_portal_answers():
    with running(Portal(FakeClock())) as base, requests.Session() as session:
        session.headers["Authorization"] = "Bearer sandbox-token"
        http = Http(base, session)

        assert http.get(DEALS).json() == {"results": []}
        assert http.get("/account-info/v3/details").json()["timeZone"] == "US/Eastern"
        assert http.get("/crm/v3/objects/unicorns").status_code == 400
        assert http.get("/crm/objects/2025-01/deals").status_code == 404
        assert http.send("PATCH", DEALS, json={}).status_code == 405
