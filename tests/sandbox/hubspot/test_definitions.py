"""Definitions of properties and groups, and what the account says of itself."""

import pytest

PROPERTIES = "/crm/v3/properties/deals"
OWN = {"name": "mine", "label": "Mine", "type": "string", "fieldType": "text", "groupName": "dealinformation"}


@pytest.mark.parametrize(
    ("change", "status", "message"),
    [
        ({"name": "Mine"}, 400, "lower case"),
        ({"type": "datetime", "fieldType": "datetime"}, 400, "does not go with"),
        ({"groupName": "nowhere"}, 400, "'nowhere' does not exist"),
        ({"type": "enumeration", "fieldType": "select"}, 400, "needs options"),
        ({"name": "amount"}, 409, "already exists"),
        ({"colour": "red"}, 400, "unknown field `colour`"),
        ({"calculationFormula": "1+1"}, 501, "not supported by this stand-in"),
    ],
)
def test_a_definition_that_is_refused(http, change, status, message):
    answer = http.post(PROPERTIES, {**OWN, **change})

    assert answer.status_code == status
    assert message in answer.json()["message"]


def test_an_archived_property_is_restored_by_making_it_again(http):
    http.post(PROPERTIES, OWN)
    http.send("DELETE", f"{PROPERTIES}/mine")
    gone = http.get(f"{PROPERTIES}/mine").status_code
    archived = http.get(PROPERTIES, archived="true").json()["results"]
    restored = http.post(PROPERTIES, {**OWN, "label": "Mine again"})

    assert gone == 404
    assert [each["name"] for each in archived] == ["mine"]
    assert (restored.status_code, restored.json()["label"]) == (201, "Mine again")
    assert http.get(PROPERTIES, archived="true").json()["results"] == []


def test_options_that_are_given_take_the_place_of_all(http):
    pick = {**OWN, "type": "enumeration", "fieldType": "select"}
    http.post(PROPERTIES, {**pick, "options": [{"label": "A", "value": "a"}, {"label": "B", "value": "b"}]})
    changed = http.send("PATCH", f"{PROPERTIES}/mine", json={"options": [{"label": "C", "value": "c"}]})

    assert [option["value"] for option in changed.json()["options"]] == ["c"]
    assert http.send("PATCH", f"{PROPERTIES}/mine", json={"name": "other"}).status_code == 400


def test_a_property_in_use_stays(http, portal):
    http.post(PROPERTIES, OWN)
    portal.demand("deals", "mine")
    answer = http.send("DELETE", f"{PROPERTIES}/mine")

    assert answer.status_code == 400
    assert answer.json()["subCategory"] == "PropertyValidationError.CANNOT_DELETE_PROPERTY_IN_USE"


def test_groups(http):
    path = f"{PROPERTIES}/groups"
    made = http.post(path, {"name": "commission", "label": "Commission"})
    twice = http.post(path, {"name": "commission", "label": "Commission"})
    http.post(PROPERTIES, {**OWN, "groupName": "commission"})
    held = http.send("DELETE", f"{path}/commission").status_code
    http.send("DELETE", f"{PROPERTIES}/mine")

    assert (made.status_code, twice.status_code, held) == (201, 409, 400)
    assert http.send("PATCH", f"{path}/commission", json={"label": "Pay"}).json()["label"] == "Pay"
    assert http.send("DELETE", f"{path}/commission").status_code == 204
    assert http.get(f"{path}/commission").status_code == 404


def test_rates_are_paged_and_dated(http):
    path = "/settings/currencies/2026-09/exchange-rates"
    first = http.get(path, limit=1).json()
    second = http.get(path, limit=1, after=first["paging"]["next"]["after"]).json()
    current = http.get(f"{path}/current").json()["results"]

    assert first["results"][0]["effectiveAt"] == "2026-01-01T05:00:00Z"
    assert second["results"] == current
    assert (current[0]["fromCurrencyCode"], current[0]["conversionRate"]) == ("EUR", 1.25)
    assert http.get("/settings/v3/currencies/company-currency").json()["currencyCode"] == "USD"


def test_custom_properties_are_counted(http):
    by_type = http.get("/crm/limits/2026-09/custom-properties").json()["byObjectType"]

    assert next(each for each in by_type if each["objectTypeId"] == "0-3")["usage"] == 5
