"""Bulk 2.0: large reads in pages, large writes from CSV, and what becomes of jobs that fail on the way."""

import csv
import io

import pytest

from .conftest import ACME, DEAL, GLOBEX


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text, newline="")))


def finished(http, url):
    states = []
    while not states or states[-1] in {"UploadComplete", "InProgress"}:
        job = http.get(url).json()
        states.append(job["state"])
    return job, states


def query_job(http, data, soql, **options):
    job = http.post(f"{data}/jobs/query", json={"operation": "query", "query": soql, **options}).json()
    return f"{data}/jobs/query/{job['id']}"


def test_simple_salesforce_reads_in_bulk(sf):
    pages = list(sf.bulk2.Opportunity.query("SELECT Id, Name, Amount, IsWon, CreatedDate FROM Opportunity", wait=0.01))
    (page,) = pages
    by_id = {row["Id"][:15]: row for row in rows_of(page)}
    assert by_id[DEAL] == by_id[DEAL] | {"Amount": "1054.0", "IsWon": "true", "CreatedDate": "2026-01-20T00:00:00.000Z"}
    assert by_id["006000000000Opn"]["Amount"] == "1.23456789012345E12"


def test_pages_by_locator_can_be_fetched_again(org, http, data):
    for number in range(25):
        org.insert("Account", {"Name": f'A "{number}"\nsecond line' if number else "NA"})
    url = query_job(http, data, "SELECT Name, Parent.Name FROM Account")
    job, states = finished(http, url)
    assert (states, job["numberRecordsProcessed"], job["jobType"]) == (["InProgress", "JobComplete"], 27, "V2Query")
    names, locator, sizes = [], "", []
    while locator != "null":
        answer = http.get(f"{url}/results", params={"maxRecords": 10, "locator": locator})
        assert http.get(f"{url}/results", params={"maxRecords": 10, "locator": locator}).content == answer.content
        locator = answer.headers["Sforce-Locator"]
        sizes.append(int(answer.headers["Sforce-NumberOfRecords"]))
        names += [row["Name"] for row in rows_of(answer.text)]
    assert sizes == [10, 10, 7]
    assert len(set(names)) == 27
    assert {"NA", 'A "3"\nsecond line'} <= set(names)
    parallel = http.get(f"{url}/resultPages", params={"maxRecords": 10}).json()
    assert (len(parallel["resultPages"]), parallel["done"], parallel["nextRecordsUrl"]) == (3, True, None)


def test_results_before_the_end_and_by_another_version(http, data):
    url = query_job(http, data, "SELECT Id FROM Account")
    assert http.get(f"{url}/results").status_code == 412
    finished(http, url)
    assert http.get(url.replace("v66.0", "v60.0") + "/results").status_code == 409
    assert http.get(f"{url}/results", params={"locator": "!"}).json()[0]["errorCode"] == "INVALID_QUERY_LOCATOR"
    assert len(http.get(f"{data}/jobs/query").json()["records"]) == 1
    assert http.delete(url).status_code == 204
    assert http.get(url).status_code == 404


@pytest.mark.parametrize(
    ("soql", "code"),
    [
        ("SELECT BillingAddress FROM Account", "API_ERROR"),
        ("SELECT COUNT() FROM Account", "API_ERROR"),
        ("SELECT MasterLabel FROM OpportunityStage", "INVALIDENTITY"),
        ("SELECT Nmae FROM Account", "INVALID_FIELD"),
        ("SELECT Id FROM Account WHERE Nmae = 'x'", "INVALID_FIELD"),
        ("nonsense", "MALFORMED_QUERY"),
    ],
)
def test_queries_that_bulk_refuses(http, data, soql, code):
    answer = http.post(f"{data}/jobs/query", json={"operation": "query", "query": soql})
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, code)


def test_query_all_reads_the_deleted_and_abort_ends_a_job(org, http, data):
    org.delete("Account", GLOBEX)
    url = query_job(
        http, data, "SELECT Id FROM Account", operation="queryAll", columnDelimiter="TAB", lineEnding="CRLF"
    )
    finished(http, url)
    assert http.get(f"{url}/results").text.count("\r\n") == 3
    other = query_job(http, data, "SELECT Id FROM Account")
    assert http.patch(other, json={"state": "Aborted"}).json()["state"] == "Aborted"
    assert http.patch(other, json={"state": "Aborted"}).status_code == 400


def ingest(http, data, operation, text, sobject="Opportunity", **options):
    job = http.post(f"{data}/jobs/ingest", json={"operation": operation, "object": sobject, **options}).json()
    url = f"{data}/jobs/ingest/{job['id']}"
    assert job["state"] == "Open"
    assert (
        http.put(f"{data[: -len('/services/data/v66.0')]}/{job['contentUrl']}", data=text.encode()).status_code == 201
    )
    assert http.patch(url, json={"state": "UploadComplete"}).json()["state"] == "UploadComplete"
    return url


def outcome(http, url):
    parts = ("successfulResults", "failedresults", "unprocessedrecords")
    return [rows_of(http.get(f"{url}/{part}").text) for part in parts]


def test_job_complete_is_not_success(org, http, data):
    org.update("Opportunity", DEAL, {"NextStep": "x", "Description": "stays"})
    text = f"Id,NextStep,Description\n{DEAL},#N/A,\n006000000000Non,y,z\n"
    url = ingest(http, data, "update", text)
    job, _ = finished(http, url)
    assert (job["state"], job["numberRecordsProcessed"], job["numberRecordsFailed"]) == ("JobComplete", 2, 1)
    good, bad, rest = outcome(http, url)
    assert [row["sf__Created"] for row in good] == ["false"]
    assert bad[0]["sf__Error"] == "INVALID_CROSS_REFERENCE_KEY:invalid cross reference id:--"
    assert rest == []
    assert (org.get("Opportunity", DEAL)["NextStep"], org.get("Opportunity", DEAL)["Description"]) == (None, "stays")


def test_upsert_with_parent_key(org, http, data):
    key = {"name": "Key__c", "type": "string", "external_id": True, "unique": True}
    org.load({"custom_fields": {"Account": [key], "Opportunity": [key]}})
    org.update("Account", ACME, {"Key__c": "acme"})
    text = 'Key__c,Name,StageName,CloseDate,Account.Key__c,Amount\no1,"Two\nlines",Prospecting,2026-12-01,acme,1.0E3\n'
    for created in ("true", "false"):
        url = ingest(http, data, "upsert", text, externalIdFieldName="Key__c")
        finished(http, url)
        assert [row["sf__Created"] for row in outcome(http, url)[0]] == [created]
    (deal,) = [row for row in org.rows("Opportunity") if row.get("Key__c")]
    assert (deal["Name"], str(deal["Amount"]), deal["AccountId"][:15]) == ("Two\nlines", "1000.0", ACME)


def test_results_come_in_another_order(http, data):
    url = ingest(http, data, "insert", "Name\nA\nB\n", "Account")
    finished(http, url)
    assert [row["Name"] for row in outcome(http, url)[0]] == ["B", "A"]


def test_hard_delete_leaves_no_trace(org, http, data):
    url = ingest(http, data, "hardDelete", f"Id\n{GLOBEX}\n", "Account")
    finished(http, url)
    assert len(org.rows("Account")) == 1


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (f"Id,Nmae\n{ACME},x\n", "InvalidBatch : Field name not found : Nmae"),
        (
            f"Id,Name\r\n{ACME},x\r\n",
            "ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is LF",
        ),
        ("", "InvalidBatch : The CSV has no header line"),
    ],
)
def test_data_that_cannot_be_read_fails_the_job(http, data, text, error):
    job, _ = finished(http, ingest(http, data, "update", text, "Account"))
    assert (job["state"], job["errorMessage"]) == ("Failed", error)


def test_failed_job_keeps_what_it_has_saved(org, http, data):
    org.faults.add("job_failed", {"times": 1}, after_rows=2, message="InternalServerError : oops")
    url = ingest(http, data, "insert", "Name\nA\nB\nC\n", "Account")
    job, _ = finished(http, url)
    assert (job["state"], job["errorMessage"]) == ("Failed", "InternalServerError : oops")
    good, bad, rest = outcome(http, url)
    assert ([row["Name"] for row in good], bad, [row["Name"] for row in rest]) == (["B", "A"], [], ["C"])
    assert len(org.rows("Account")) == 4


def test_data_can_be_uploaded_once(http, data):
    job = http.post(f"{data}/jobs/ingest", json={"operation": "insert", "object": "Account"}).json()
    url = f"{data}/jobs/ingest/{job['id']}"
    assert http.put(f"{url}/batches", data=b"Name\nA\n").status_code == 201
    assert http.put(f"{url}/batches", data=b"Name\nA\n").status_code == 400
    assert http.post(f"{data}/jobs/ingest", json={"operation": "invent", "object": "Account"}).status_code == 400


def test_simple_salesforce_writes_in_bulk(org, sf):
    (job,) = sf.bulk2.Account.update(records=[{"Id": ACME, "Name": "Bulk"}], wait=0.01)
    assert (job["numberRecordsProcessed"], job["numberRecordsFailed"]) == (1, 0)
    assert org.get("Account", ACME)["Name"] == "Bulk"
