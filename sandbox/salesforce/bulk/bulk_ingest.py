"""`/jobs/ingest`: large writes from CSV. Rows are independent, and results come in another order than the rows."""

import csv
import io
from typing import TYPE_CHECKING, Any

from sandbox.salesforce.bulk.bulk_jobs import DELIMITERS, Job, find_job, options_of
from sandbox.salesforce.errors import ApiError
from sandbox.salesforce.ids import id18
from sandbox.salesforce.records import deleting, writing
from sandbox.salesforce.schema import SObject
from sandbox.salesforce.wire import CSV, Request, Response, json_response

if TYPE_CHECKING:
    from sandbox.salesforce.state import Org

OPERATIONS = frozenset({"insert", "update", "upsert", "delete", "hardDelete"})
LARGEST_UPLOAD = 100_000_000
NULL = "#N/A"


def create(org: "Org", request: Request) -> Response:
    """Create a job that waits for its data."""
    body = request.json_object()
    operation = str(body.get("operation"))
    if operation not in OPERATIONS:
        raise ApiError("INVALIDJOB", f"operation {operation!r} is not one of {', '.join(sorted(OPERATIONS))}")
    sobject = org.access.sobject(str(body.get("object", "")), request.user)
    key = str(body.get("externalIdFieldName") or "")
    if operation == "upsert":
        writing.external_key(org, sobject, key, user=request.user)
    delimiter, line_ending = options_of(body)
    job = Job(
        id=org.ids.mint("750"),
        kind="ingest",
        operation=operation,
        sobject=sobject.name,
        user=request.user,
        version=request.version,
        created=org.stamp_now(),
        delimiter=delimiter,
        line_ending=line_ending,
        state="Open",
        external_id=key or None,
    )
    org.jobs[job.id] = job
    return json_response(job.shown())


def upload(org: "Org", request: Request, job_id: str) -> Response:
    """Take the data, once."""
    job = find_job(org, request, "ingest", job_id)
    if job.state != "Open" or job.data is not None:
        raise ApiError("INVALIDJOBSTATE", "Found multiple contents for job: the data of a job can be uploaded once")
    if len(request.body) > LARGEST_UPLOAD:
        raise ApiError("EXCEEDED_MAX_SIZE_REQUEST", f"the data of a job can be {LARGEST_UPLOAD} bytes long")
    try:
        job.data = request.body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ApiError("INVALIDBATCH", "the data is not UTF-8") from None
    return Response(201)


def change(org: "Org", request: Request, job_id: str) -> Response:
    """Start a job, or abort it."""
    job = find_job(org, request, "ingest", job_id)
    wanted = request.json_object().get("state")
    if wanted == "UploadComplete" and job.state == "Open":
        job.state = "UploadComplete"
    else:
        job.abort(wanted)
    return json_response(job.shown())


def status(org: "Org", request: Request, job_id: str) -> Response:
    """Answer how far a job is."""
    job = find_job(org, request, "ingest", job_id)
    job.advance(org.bulk_polls, lambda: _run(org, job))
    return json_response(job.reported())


def results(org: "Org", request: Request, job_id: str, which: str) -> Response:
    """Answer the rows that succeeded, failed or were not reached; a header line stands even over no rows."""
    job = find_job(org, request, "ingest", job_id)
    rows, added = {
        "successfulresults": (job.successes, ["sf__Id", "sf__Created"]),
        "failedresults": (job.failures, ["sf__Id", "sf__Error"]),
        "unprocessedrecords": (job.unprocessed, []),
    }[which.lower()]
    return Response(200, (job.written([[*added, *job.header], *reversed(rows)]),), CSV)


def _run(org: "Org", job: Job) -> None:
    """Save row after row. A job that fails on the way keeps what it has saved."""
    problem = _read(org, job)
    if problem:
        job.state, job.error = "Failed", problem
        return
    failing = org.faults.standing("job_failed")
    last = int(failing[0].args.get("after_rows", 0)) if failing else len(job.unprocessed)
    todo, job.unprocessed = job.unprocessed[:last], job.unprocessed[last:]
    sobject = org.schema.get(job.sobject)
    for row in todo:
        _save(org, job, sobject, row)
    job.processed, job.failed = len(todo), len(job.failures)
    job.state = "Failed" if failing else "JobComplete"
    if failing:
        failing[0].strike()
        job.error = str(failing[0].args.get("message", "InternalServerError : job failed"))


def _read(org: "Org", job: Job) -> str | None:
    """Cut the data into rows; gives what is wrong with the whole of it."""
    text = job.data or ""
    if ("\r\n" in text) != (job.line_ending == "CRLF") and "\n" in text:
        return "ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is " + job.line_ending
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=DELIMITERS[job.delimiter]))
    if not rows:
        return "InvalidBatch : The CSV has no header line"
    job.header, job.unprocessed = rows[0], [row for row in rows[1:] if row]
    sobject = org.schema.get(job.sobject)
    for name in job.header:
        first, _, rest = name.partition(".")
        if not (first.lower() in sobject.relationships if rest else sobject.find(first)):
            return f"InvalidBatch : Field name not found : {name}"
    return None


def _save(org: "Org", job: Job, sobject: SObject, row: list[str]) -> None:
    mark = org.tables.mark()
    try:
        record_id, created = _saved(org, job, sobject, _record(job.header, row))
    except ApiError as problem:
        org.tables.roll_back(mark)
        error = f"{problem.code}:{problem.message}:{','.join(problem.fields or ())} --"
        held = dict(zip(job.header, row, strict=False)).get("Id", "")
        job.failures.append([held, error.replace(": --", ":--"), *row])
    else:
        job.successes.append([record_id, "true" if created else "false", *row])


def _saved(org: "Org", job: Job, sobject: SObject, record: dict[str, Any]) -> tuple[str, bool]:
    if job.operation == "insert":
        return writing.insert(org, sobject, record, user=job.user), True
    if job.operation == "upsert":
        key = writing.external_key(org, sobject, str(job.external_id), user=job.user)
        return writing.upsert(org, sobject, key, record.get(key.name), record, user=job.user)
    record_id = str(record.get("Id") or "")
    if not record_id:
        raise ApiError("MISSING_ARGUMENT", "Id not specified", fields=("Id",))
    if job.operation == "update":
        writing.update(org, sobject, record_id, record, user=job.user)
    else:
        deleting.delete(org, sobject, record_id, user=job.user)
    if job.operation == "hardDelete":
        deleting.purge(org, sobject, id18(record_id))
    return id18(record_id), False


def _record(header: list[str], row: list[str]) -> dict[str, Any]:
    """An empty cell says nothing about its field; `#N/A` empties it. `Account.Key__c` names a parent."""
    if len(row) != len(header):
        raise ApiError("INVALIDBATCH", f"the row has {len(row)} columns, the header {len(header)}")
    out: dict[str, Any] = {}
    for name, text in zip(header, row, strict=True):
        if text == "":
            continue
        value = None if text == NULL else text
        first, _, rest = name.partition(".")
        out[first] = {rest: value} if rest else value
    return out
