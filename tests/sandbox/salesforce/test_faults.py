"""Every fault verb, over HTTP and in process."""

import json
import threading
import time

import pytest
import requests

from sandbox.faults import Faults

from .conftest import ACME, DEAL, GLOBEX, OPEN_DEAL, SPLIT_DEAL

QUERY = {"q": "SELECT Id FROM Opportunity"}


@pytest.fixture
def fault(base):
    """Adds a fault as an outsider does."""

    def add(**document):
        answer = requests.post(f"{base}/_faults", json=document, timeout=10)
        assert answer.status_code == 201, answer.text
        return answer.json()

    return add


def step(org):
    return org.get("Opportunity", DEAL)["NextStep"]


def patch(http, data, value):
    return http.patch(f"{data}/sobjects/Opportunity/{DEAL}", json={"NextStep": value})


def test_rules_are_listed_and_cleared(base, fault, http, data):
    fault(do="status", match={"method": "GET", "path": "query"}, code=503)
    http.get(f"{data}/query", params=QUERY)
    (rule,) = requests.get(f"{base}/_faults", timeout=10).json()
    assert (rule["do"], rule["seen"], rule["fired"], rule["match"]["times"]) == ("status", 1, 1, 1)
    assert requests.delete(f"{base}/_faults", timeout=10).json() == []


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"do": "explode"}, "unknown fault 'explode'"),
        ({"do": "delay", "match": {"url": "x"}}, "unknown match key ['url']"),
        ({"do": "delay", "match": {"path": "("}}, "match pattern '('"),
    ],
)
def test_unknown_faults_are_refused(base, document, message):
    answer = requests.post(f"{base}/_faults", json=document, timeout=10)
    assert answer.status_code == 400
    assert message in answer.json()[0]["message"]


def test_nth_and_times(http, data, fault):
    fault(do="status", match={"method": "GET", "path": "/query", "nth": 2, "times": 2}, code=502)
    assert [http.get(f"{data}/query", params=QUERY).status_code for _ in range(4)] == [200, 502, 502, 200]


def test_body_match(http, data, fault):
    fault(do="status", match={"body": "second"}, code=500)
    assert [patch(http, data, value).status_code for value in ("first", "second")] == [204, 500]


def test_delay(http, data, fault):
    fault(do="delay", seconds=0.05)
    start = time.monotonic()
    assert http.get(f"{data}/limits").status_code == 200
    assert time.monotonic() - start >= 0.05


def test_blackhole_gives_no_answer(http, data, fault, org):
    fault(do="blackhole", seconds=0.01, match={"method": "PATCH"})
    with pytest.raises(requests.ConnectionError):
        patch(http, data, "lost")
    assert step(org) is None


def test_reset_before_apply(http, data, fault, org):
    fault(do="reset_before_apply", match={"method": "PATCH"})
    with pytest.raises(requests.ConnectionError):
        patch(http, data, "lost")
    assert step(org) is None
    assert patch(http, data, "kept").status_code == 204


def test_reset_after_apply(http, data, fault, org):
    fault(do="reset_after_apply", match={"method": "PATCH"})
    with pytest.raises(requests.ConnectionError):
        patch(http, data, "kept")
    assert step(org) == "kept"


def test_status_html_and_truncation(http, data, fault):
    fault(do="status", code=500, error_code="UNKNOWN_EXCEPTION", message="oops")
    fault(do="status", match={"nth": 2}, code=503, html=True)
    fault(do="html_200", match={"nth": 3})
    fault(do="truncate_json", match={"nth": 4})
    answers = [http.get(f"{data}/query", params=QUERY) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [500, 503, 200, 200]
    assert answers[0].json() == [{"message": "oops", "errorCode": "UNKNOWN_EXCEPTION"}]
    assert [answer.headers["Content-Type"].split(";")[0] for answer in answers[1:3]] == ["text/html"] * 2
    with pytest.raises(requests.JSONDecodeError):
        answers[3].json()


def test_short_pages(org, http, data, fault):
    for number in range(300):
        org.insert("Account", {"Name": f"A{number}"})
    fault(do="page_without_next", match={"path": "query"})
    fault(do="total_mismatch", match={"path": "query", "nth": 2}, by=-7)
    options = {"params": {"q": "SELECT Id FROM Account"}, "headers": {"Sforce-Query-Options": "batchSize=200"}}
    first, second = (http.get(f"{data}/query", **options).json() for _ in range(2))
    assert (first["done"], first.get("nextRecordsUrl"), len(first["records"])) == (False, None, 200)
    assert (second["totalSize"], second["done"]) == (302 - 7, False)


def test_page_size_of_wide_records(org, sf):
    org.faults.add("page_size", rows=1)
    org.delete("Opportunity", OPEN_DEAL)
    first = sf.query(
        "SELECT Id FROM Opportunity", include_deleted=True, headers={"Sforce-Query-Options": "batchSize=500"}
    )
    assert (len(first["records"]), first["totalSize"]) == (1, 3)
    assert "/query/" in first["nextRecordsUrl"]
    assert len(list(sf.query_all_iter("SELECT Id FROM Opportunity", include_deleted=True))) == 3


def test_late_visible(org, clock, http, data):
    org.faults.add("late_visible", seconds=30)
    clock.advance(minutes=5)
    org.update("Opportunity", DEAL, {"NextStep": "late"})
    window = {"start": "2026-11-22T05:01:00Z", "end": "2026-11-22T05:06:00Z"}

    def seen():
        return [each["Id"][:15] for each in http.get(f"{data}/query", params=QUERY).json()["records"]]

    assert seen() == [OPEN_DEAL, SPLIT_DEAL]
    answer = http.get(f"{data}/sobjects/Opportunity/updated/", params=window).json()
    assert answer == {"ids": [], "latestDateCovered": "2026-11-22T05:04:30.000+0000"}
    clock.advance(seconds=31)
    assert DEAL in seen()
    org.update("Opportunity", DEAL, {"NextStep": "later"})
    assert DEAL not in seen()
    org.faults.clear()
    assert DEAL in seen()
    assert org.get("Opportunity", DEAL)["SystemModstamp"] == "2026-11-22T05:05:31.000+0000"


def collection(http, data, *ids):
    records = [{"attributes": {"type": "Opportunity"}, "id": each, "NextStep": "x"} for each in ids]
    return http.patch(f"{data}/composite/sobjects", json={"records": records}).json()


def codes(results):
    return [None if result["success"] else result["errors"][0]["statusCode"] for result in results]


def test_partial_failure(org, http, data, fault):
    fault(do="partial_failure", match={"path": "composite"}, positions=[1], code="FIELD_CUSTOM_VALIDATION_EXCEPTION")
    assert codes(collection(http, data, DEAL, OPEN_DEAL)) == [None, "FIELD_CUSTOM_VALIDATION_EXCEPTION"]
    assert codes(collection(http, data, DEAL, OPEN_DEAL)) == [None, None]
    assert step(org) == "x"


def test_locked_row_and_locked_account(http, data, fault):
    fault(do="lock_row", id=DEAL, match={"times": 1})
    assert codes(collection(http, data, DEAL, OPEN_DEAL)) == ["UNABLE_TO_LOCK_ROW", None]
    assert codes(collection(http, data, DEAL)) == [None]
    fault(do="lock_row", id=GLOBEX)
    for _ in range(3):
        assert codes(collection(http, data, DEAL, OPEN_DEAL)) == [None, "UNABLE_TO_LOCK_ROW"]


def test_expired_token_in_the_middle(sf, org):
    org.faults.add("expire_token", {"path": "/query/0r8"})
    for number in range(300):
        org.insert("Account", {"Name": f"A{number}"})
    headers = {"Sforce-Query-Options": "batchSize=200"}
    first = sf.query("SELECT Id FROM Account", headers=headers)
    second = sf.query_more(first["nextRecordsUrl"], identifier_is_url=True)
    assert (len(first["records"]), len(second["records"]), second["done"]) == (200, 102, True)


@pytest.mark.parametrize(("kind", "status"), [("daily", 403), ("concurrent", 403), ("429", 429)])
def test_rate_limits(http, data, fault, kind, status):
    fault(do="rate_limit", kind=kind)
    answer = http.get(f"{data}/limits")
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (status, "REQUEST_LIMIT_EXCEEDED")
    assert http.get(f"{data}/limits").status_code == 200


def test_locator_expired(org, http, data, fault):
    for number in range(300):
        org.insert("Account", {"Name": f"A{number}"})
    fault(do="locator_expired", match={"path": "/query/0r8"})
    first = http.get(
        f"{data}/query", params={"q": "SELECT Id FROM Account"}, headers={"Sforce-Query-Options": "batchSize=200"}
    ).json()
    answer = http.get(data[: -len("/services/data/v66.0")] + first["nextRecordsUrl"])
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, "INVALID_QUERY_LOCATOR")


def test_hidden_field_while_the_rule_stands(base, http, data, fault):
    fault(do="hide_field", object="Opportunity", field="Amount")
    query = {"q": "SELECT Amount FROM Opportunity"}
    assert http.get(f"{data}/query", params=query).json()[0]["errorCode"] == "INVALID_FIELD"
    requests.delete(f"{base}/_faults", timeout=10)
    assert http.get(f"{data}/query", params=query).status_code == 200


def test_job_failed(http, data, fault):
    fault(do="job_failed", match={"times": 1}, message="InternalServerError : retry")
    job = http.post(f"{data}/jobs/query", json={"operation": "query", "query": QUERY["q"]}).json()
    states = [http.get(f"{data}/jobs/query/{job['id']}").json()["state"] for _ in range(2)]
    assert states == ["InProgress", "Failed"]


def test_same_stamp(org, clock, fault):
    clock.advance(minutes=1)
    fault(do="same_stamp", match={"times": 2})
    stamps = []
    for record in (DEAL, OPEN_DEAL, SPLIT_DEAL):
        org.update("Opportunity", record, {"NextStep": "x"})
        stamps.append(org.get("Opportunity", record)["SystemModstamp"])
        clock.advance(seconds=10)
    assert stamps[0] == "2026-11-22T05:01:00.000+0000"
    assert len(set(stamps)) < 3


def test_long_address_is_414(http, data, org):
    ids = ",".join(f"'{DEAL}'" for _ in range(900))
    answer = http.get(f"{data}/query", params={"q": f"SELECT Id FROM Opportunity WHERE Id IN ({ids})"})  # noqa: S608  # fixed
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (414, "URI_TOO_LONG")
    assert org.calls == []


def test_calls_are_counted(org, http, data):
    patch(http, data, "counted")
    (call,) = org.calls
    assert (call.method, call.path, call.status, call.body_size) == (
        "PATCH",
        f"/services/data/v66.0/sobjects/Opportunity/{DEAL}",
        204,
        len(json.dumps({"NextStep": "counted"})),
    )


def test_many_threads_share_one_org(org, http, data):
    def write(number):
        with requests.Session() as session:
            session.headers["Authorization"] = http.headers["Authorization"]
            session.patch(f"{data}/sobjects/Account/{ACME}", json={"NumberOfEmployees": number})
            session.get(f"{data}/query", params=QUERY)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(org.calls) == 16
    assert {call.status for call in org.calls} == {200, 204}


def test_rules_of_another_crm_have_other_verbs():
    faults = Faults(momentary=frozenset({"delay"}), standing=frozenset())
    with pytest.raises(ValueError, match="expected one of delay"):
        faults.add("lock_row")
    faults.remove(faults.add("delay"))
    assert faults.shown() == []
