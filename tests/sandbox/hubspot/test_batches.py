"""Batches: what refuses all of one, and what only a row."""

import pytest

from .conftest import DEAL, OPEN_DEAL, SPLIT_DEAL

DEALS = "/crm/v3/objects/deals"


def batch(http, verb, inputs, path=DEALS):
    return http.post(f"{path}/batch/{verb}", {"inputs": inputs})


@pytest.mark.parametrize("verb", ["read", "update", "upsert"])
def test_a_batch_without_inputs_does_nothing_and_says_complete(http, verb):
    answer = http.post(f"{DEALS}/batch/{verb}", {"deals": []})

    assert (answer.status_code, answer.json()["status"], answer.json()["results"]) == (200, "COMPLETE", [])


def test_too_many_inputs_are_refused(http):
    many = [{"id": str(number), "properties": {}} for number in range(101)]

    assert [batch(http, verb, many).status_code for verb in ("read", "update", "create", "archive")] == [400] * 4
    history = {"inputs": many[:51], "propertiesWithHistory": ["amount"]}
    assert http.post(f"{DEALS}/batch/read", history).status_code == 400


def test_repeated_ids_refuse_the_batch(http, portal, of):
    twice = [{"id": of(DEAL), "properties": {"description": text}} for text in "ab"]
    answer = batch(http, "update", twice)

    assert answer.status_code == 400
    assert answer.json()["message"] == f"Duplicate IDs found in batch input: [{of(DEAL)}]. IDs must be unique"
    assert answer.json()["context"] == {"ids": [of(DEAL)]}
    assert portal.get("deals", of(DEAL))["description"] is None


def test_a_bad_row_without_a_trace_id_takes_the_batch_with_it(http, portal, of):
    rows = [
        {"id": of(DEAL), "properties": {"description": "x"}},
        {"id": of(OPEN_DEAL), "properties": {"amount": "much"}},
    ]
    whole = batch(http, "update", rows)
    untouched = portal.get("deals", of(DEAL))["description"]
    portal.habits.isolate_without_trace = True
    isolated = batch(http, "update", rows)

    assert (whole.status_code, untouched) == (400, None)
    assert (isolated.status_code, portal.get("deals", of(DEAL))["description"]) == (207, "x")
    assert isolated.json()["errors"][0]["context"] == {"ids": [of(OPEN_DEAL)]}


def test_errors_of_a_batch_lack_what_the_models_demand_unless_told(http, portal, of):
    rows = [{"id": "999", "properties": {"description": "x"}}, {"id": of(DEAL), "properties": {}}]
    real = batch(http, "update", rows).json()
    portal.strict_errors = True
    strict = batch(http, "update", rows).json()

    assert real["errors"][0]["category"] == "OBJECT_NOT_FOUND"
    assert not {"links", "errors"} & set(real["errors"][0])
    assert {"links", "errors"} <= set(strict["errors"][0])


def test_results_come_by_id_and_not_in_the_order_asked(http, of):
    asked = sorted((of(name) for name in (DEAL, OPEN_DEAL, SPLIT_DEAL)), reverse=True)
    answer = batch(http, "read", [{"id": each} for each in asked])

    assert [each["id"] for each in answer.json()["results"]] == asked[::-1]


def test_a_conflict_refuses_the_whole_upsert(http):
    path = "/crm/v3/objects/contacts"
    rows = [{"id": name, "idProperty": "email", "properties": {"firstname": name}} for name in ("a@x.y", "b@x.y")]
    batch(http, "upsert", rows, path)
    rows[0]["properties"]["email"] = "b@x.y"
    answer = batch(http, "upsert", rows, path)

    assert (answer.status_code, answer.json()["category"]) == (409, "CONFLICT")
    assert batch(http, "upsert", [{**rows[1], "idProperty": "firstname"}], path).status_code == 400
