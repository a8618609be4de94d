"""Every fault verb of the stand-in HubSpot."""

import pytest
import requests

from .conftest import DEAL, OPEN_DEAL, SPLIT_DEAL

DEALS, SEARCH = "/crm/v3/objects/deals", "/crm/v3/objects/deals/search"


@pytest.fixture
def fault(base):
    """Adds a fault as an outsider does."""

    def add(**document):
        answer = requests.post(f"{base}/_faults", json=document, timeout=10)
        assert answer.status_code == 201, answer.text

    return add


def update(http, number, **properties):
    return http.post(f"{DEALS}/batch/update", {"inputs": [{"id": number, "properties": properties}]})


@pytest.mark.parametrize(
    ("args", "status"),
    [
        ({"code": 423, "category": "LOCKED", "message": "Resource is locked"}, 423),
        ({"code": 477, "retry_after": 30}, 477),
        ({"code": 502, "html": True}, 502),
        ({"code": 504}, 504),
    ],
)
def test_another_status(http, fault, args, status):
    fault(do="status", **args)
    answer = http.get(DEALS)

    assert answer.status_code == status
    assert answer.headers.get("Retry-After") == ("30" if status == 477 else None)
    assert http.get(DEALS).status_code == 200


@pytest.mark.parametrize(
    ("kind", "policy"), [("ten_secondly", "TEN_SECONDLY_ROLLING"), ("secondly", "SECONDLY"), ("daily", "DAILY")]
)
def test_a_rate_limit(http, fault, kind, policy):
    fault(do="rate_limit", kind=kind)

    assert http.get(DEALS).json()["policyName"] == policy


def test_a_token_that_is_refused_once(http, fault):
    fault(do="unauthorized", match={"times": 1})

    assert [http.get(DEALS).status_code for _ in range(2)] == [401, 200]


def test_tokens_of_oauth_that_end(http, portal, fault):
    granted = portal.tokens.exchange(
        {
            "grant_type": "refresh_token",
            "refresh_token": "sandbox-refresh",
            "client_id": "sandbox-client",
            "client_secret": "sandbox-secret",
        }
    )
    http.session.headers["Authorization"] = f"Bearer {granted['access_token']}"
    fault(do="expire_token")
    answer = http.get(DEALS)

    assert (answer.status_code, answer.json()["category"]) == (401, "EXPIRED_AUTHENTICATION")


def test_a_page_that_is_html_and_one_that_is_cut(http, fault):
    fault(do="html_200")
    assert "text/html" in http.get(DEALS).headers["Content-Type"]
    fault(do="truncate_json")
    with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
        http.get(DEALS).json()


def test_a_connection_that_is_reset_before_or_after_the_write(http, portal, fault, of):
    fault(do="reset_before_apply", match={"method": "POST"})
    with pytest.raises(requests.ConnectionError):
        update(http, of(DEAL), description="one")
    before = portal.get("deals", of(DEAL))["description"]
    fault(do="reset_after_apply", match={"method": "POST"})
    with pytest.raises(requests.ConnectionError):
        update(http, of(DEAL), description="two")

    assert (before, portal.get("deals", of(DEAL))["description"]) == (None, "two")


def test_an_answer_that_is_late_or_never_comes(http, fault):
    fault(do="delay", seconds=0.01)
    assert http.get(DEALS).status_code == 200
    fault(do="blackhole", seconds=0.01)
    with pytest.raises(requests.ConnectionError):
        http.get(DEALS)


def test_a_page_without_its_next(http, fault):
    fault(do="page_without_next")

    assert "paging" not in http.get(DEALS, limit=1).json()


def test_a_total_that_is_wrong_and_a_record_that_left_the_window(http, fault):
    fault(do="total_mismatch", by=-1)
    assert http.post(SEARCH, {}).json()["total"] == 2
    fault(do="outside_window")
    assert http.post(SEARCH, {}).json()["results"][-1]["updatedAt"].startswith("2027")


def test_one_input_of_a_batch_that_fails(http, fault, portal, of):
    fault(do="partial_failure", positions=[1], category="VALIDATION_ERROR", message="no")
    names = (DEAL, OPEN_DEAL, SPLIT_DEAL)
    answer = http.post(
        f"{DEALS}/batch/update",
        {
            "inputs": [
                {"id": of(name), "objectWriteTraceId": name, "properties": {"description": "x"}} for name in names
            ]
        },
    )

    assert answer.status_code == 207
    assert answer.json()["numErrors"] == 1
    assert answer.json()["errors"][0]["context"] == {"objectWriteTraceId": [OPEN_DEAL]}
    assert [portal.get("deals", of(name))["description"] for name in names] == ["x", None, "x"]


def test_a_record_that_is_locked(http, fault, of):
    fault(do="lock_row", id=of(DEAL))
    single = http.send("PATCH", f"{DEALS}/{of(DEAL)}", json={"properties": {"description": "x"}})
    batch = update(http, of(DEAL), description="x")

    assert (single.status_code, single.json()["category"]) == (423, "LOCKED")
    assert (batch.status_code, batch.json()["errors"][0]["category"]) == (207, "LOCKED")


def test_search_that_lags_for_long(http, portal, clock, fault, of):
    fault(do="late_visible", seconds=3600)
    portal.update("deals", of(DEAL), {"dealname": "Renamed"})
    body = {"filters": [{"propertyName": "dealname", "operator": "EQ", "value": "renamed"}]}
    clock.advance(seconds=3599)
    early = http.post(SEARCH, body).json()["total"]
    clock.advance(seconds=30)

    assert (early, http.post(SEARCH, body).json()["total"]) == (0, 1)


def test_a_hidden_property_and_one_with_a_tail(http, fault, of):
    fault(do="hide_field", object="deals", field="description")
    fault(do="binary_tail", object="deals", field="amount")
    shown = http.get(f"{DEALS}/{of(DEAL)}", properties="amount,description").json()["properties"]

    assert "description" not in shown
    assert shown["amount"].startswith("1054.0999999999999")


def test_many_changes_on_one_millisecond(portal, clock, fault, of):
    fault(do="same_stamp")
    for name in (DEAL, OPEN_DEAL):
        portal.update("deals", of(name), {"description": "x"})
        clock.advance(seconds=1)

    assert len({portal.get("deals", of(name))["hs_lastmodifieddate"] for name in (DEAL, OPEN_DEAL)}) == 1


def test_smaller_pages(http, fault):
    fault(do="page_size", rows=1)
    listed = http.get(DEALS, limit=100).json()
    found = http.post(SEARCH, {"limit": 100}).json()

    assert (len(listed["results"]), len(found["results"])) == (1, 1)
    assert "paging" in listed
    assert found["paging"]["next"]["after"] == "1"


def test_definitions_that_are_seen_late(http, clock, fault):
    fault(do="stale_properties", seconds=60)
    new = {"name": "mine", "label": "M", "type": "string", "fieldType": "text", "groupName": "dealinformation"}
    made = http.post("/crm/v3/properties/deals", new)
    early = http.get("/crm/v3/properties/deals/mine").status_code
    clock.advance(seconds=61)

    assert (made.status_code, early) == (201, 404)
    assert http.get("/crm/v3/properties/deals/mine").status_code == 200


def test_an_unknown_verb_is_refused(base):
    answer = requests.post(f"{base}/_faults", json={"do": "explode"}, timeout=10)

    assert answer.status_code == 400
    assert "unknown fault 'explode'" in answer.json()["message"]
