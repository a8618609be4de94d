"""Exports: a task that takes its time, a file behind an address that is its own key, and what it does not do."""

import csv

import pytest
import requests
from hubspot import HubSpot

from .conftest import DEAL, OPEN_DEAL, REP
from .test_contract import EXPORT

START = "/crm/exports/2026-09/export/async"


def rows(address):
    """The file, fetched without a token."""
    return list(csv.reader(requests.get(address, timeout=20).text.splitlines()))


def exported(http, clock, **changed):
    answer = http.post(START, EXPORT | changed)
    assert answer.status_code == 202
    clock.advance(seconds=3)
    return rows(http.send("GET", answer.json()["links"]["status"].removeprefix(http.base)).json()["result"])


def test_the_client_sees_a_task_through_to_its_file(base, clock, portal, of):
    """The records are those of the moment it was asked for; an address ends, and the state gives a new one."""
    client = HubSpot(access_token="sandbox-token", host=base)
    api = client.crm.exports.public_exports_api
    task = api.start(EXPORT | {"objectProperties": ["dealname", "dealstage", "hubspot_owner_id"]})
    portal.update("deals", of(DEAL), {"dealname": "Later"})
    states = []
    for _ in range(4):
        states.append(api.get_status(task.id))
        clock.advance(seconds=1)

    assert [each.status for each in states] == ["PENDING", "PROCESSING", "PROCESSING", "COMPLETE"]
    assert [each.result is None for each in states] == [True, True, True, False]
    header, *found = rows(states[-1].result)
    assert header == ["Record ID", "dealname", "dealstage", "hubspot_owner_id"]
    assert [row[0] for row in found] == [str(record.id) for record in portal.records("deals")]
    assert "Later" not in {row[1] for row in found}
    clock.advance(minutes=6)
    assert requests.get(states[-1].result, timeout=20).status_code == 403
    assert rows(api.get_status(task.id).result)[0] == header


def test_a_file_shows_labels_and_names_unless_it_is_asked_for_internal_ones(http, clock, portal, of):
    wanted = {"objectProperties": ["dealname", "dealstage", "hubspot_owner_id"]}
    header, *plain = exported(http, clock, **wanted, exportInternalValuesOptions=[])
    _, *internal = exported(http, clock, **wanted)
    stages = {row[0]: (shown[2], row[2]) for shown, row in zip(plain, internal, strict=True)}

    labels = [portal.schema.get("deals").properties[name].label for name in wanted["objectProperties"]]
    assert header == ["Record ID", *labels]
    assert stages[of(DEAL)] == ("Closed Won", "closedwon")
    owners = {row[3]: shown[3] for shown, row in zip(plain, internal, strict=True)}
    assert "@" not in owners[of(REP)]
    assert not owners[of(REP)].isdigit()


def test_filters_and_sorts_choose_what_is_in_it(http, clock, of):
    chosen = {
        "filters": [{"propertyName": "dealstage", "operator": "NEQ", "value": "closedwon"}],
        "sorts": ["-dealname"],
    }
    _, *found = exported(http, clock, publicCrmSearchRequest=chosen)

    assert of(OPEN_DEAL) in {row[0] for row in found}
    assert of(DEAL) not in {row[0] for row in found}
    assert [row[1] for row in found] == sorted((row[1] for row in found), reverse=True)


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"exportType": "LIST", "listId": "1"}, 501),
        ({"format": "XLSX"}, 501),
        ({"associatedObjectType": "companies"}, 501),
        ({"format": "PDF"}, 400),
        ({"objectProperties": ["nope"]}, 400),
        ({"objectProperties": "dealname"}, 400),
        ({"exportInternalValuesOptions": ["LABELS"]}, 400),
    ],
)
def test_what_it_cannot_make_is_refused_aloud(http, changed, status):
    assert http.post(START, EXPORT | changed).status_code == status


def test_a_task_that_is_none_and_a_key_without_the_scope_are_refused(http, portal):
    assert http.get(f"{START}/tasks/9/status").status_code == 404
    assert http.get("/_exports/9-1.csv").status_code == 404
    portal.tokens.revoke("sandbox-token")
    portal.tokens.issue("sandbox-token", frozenset({"crm.objects.deals.read"}))
    assert http.post(START, EXPORT).json()["category"] == "MISSING_SCOPES"
