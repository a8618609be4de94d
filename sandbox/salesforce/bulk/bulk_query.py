"""`/jobs/query`: large reads, as CSV in pages with locators that can be fetched again."""

import base64
from typing import TYPE_CHECKING

from sandbox.salesforce.bulk.bulk_jobs import Job, find_job, options_of
from sandbox.salesforce.errors import ApiError
from sandbox.salesforce.queries.query import run_query, understand
from sandbox.salesforce.queries.render import csv_value
from sandbox.salesforce.queries.resolve import getter
from sandbox.salesforce.queries.soql import parse
from sandbox.salesforce.queries.soql_tree import Aggregate
from sandbox.salesforce.schema import SObject
from sandbox.salesforce.wire import CSV, Request, Response, json_response

if TYPE_CHECKING:
    from sandbox.salesforce.state import Org

LARGEST_PAGE = 50_000
_PARALLEL_FROM, _PARALLEL_PAGES = 58.0, 5


def create(org: "Org", request: Request) -> Response:
    """Create a query job; a query that Bulk does not support is refused here."""
    body = request.json_object()
    operation, text = str(body.get("operation")), str(body.get("query", ""))
    if operation not in {"query", "queryAll"}:
        raise ApiError("INVALIDJOB", f"operation {operation!r} is not one of query, queryAll")
    delimiter, line_ending = options_of(body)
    sobject = _check(org, request, text)
    job = Job(
        id=org.ids.mint("750"),
        kind="query",
        operation=operation,
        sobject=sobject.name,
        user=request.user,
        version=request.version,
        created=org.stamp_now(),
        delimiter=delimiter,
        line_ending=line_ending,
        state="UploadComplete",
        query=text,
    )
    org.jobs[job.id] = job
    return json_response(job.shown())


def _check(org: "Org", request: Request, text: str) -> SObject:
    """Refuse what Bulk does not do, whatever REST does."""
    select = parse(text)
    if select.group_by or select.offset or any(isinstance(item, Aggregate) for item in select.items):
        raise ApiError("API_ERROR", "Aggregate Relationships, GROUP BY and OFFSET not supported in Bulk V2 Query")
    sobject, targets = understand(org, text, user=request.user)
    if sobject.setup and sobject.name not in {"User", "UserRole"}:
        raise ApiError("INVALIDENTITY", f"Entity '{sobject.name}' is not supported by the Bulk API.")
    if any(target.field.type == "address" for target in targets):
        raise ApiError("API_ERROR", "Selecting compound data not supported in Bulk Query")
    return sobject


def status(org: "Org", request: Request, job_id: str) -> Response:
    """Answer how far a job is."""
    job = find_job(org, request, "query", job_id)
    job.advance(org.bulk_polls, lambda: _run(org, job))
    return json_response(job.reported())


def _run(org: "Org", job: Job) -> None:
    for rule in org.faults.standing("job_failed"):
        rule.strike()
        job.state, job.error = "Failed", str(rule.args.get("message", "InternalServerError"))
        return
    answer = run_query(org, job.query, user=job.user, include_deleted=job.operation == "queryAll")
    job.ids = tuple(str(row["Id"]) for row in answer.rows)
    job.state, job.processed = "JobComplete", len(job.ids)


def change(org: "Org", request: Request, job_id: str) -> Response:
    """Abort a job."""
    job = find_job(org, request, "query", job_id)
    job.abort(request.json_object().get("state"))
    return json_response(job.reported())


def results(org: "Org", request: Request, job_id: str) -> Response:
    """Answer one page of results, each with its header line."""
    job = _complete(org, request, job_id)
    size, offset = _page_size(request), _offset(request.query.get("locator"))
    if offset > len(job.ids):
        raise ApiError("INVALID_QUERY_LOCATOR", "invalid query locator")
    ids = job.ids[offset : offset + size]
    after = offset + len(ids)
    headers = {
        "Sforce-Locator": "null" if after >= len(job.ids) else _locator(after),
        "Sforce-NumberOfRecords": str(len(ids)),
    }
    return Response(200, (_page(org, job, ids),), CSV, headers)


def _page(org: "Org", job: Job, ids: tuple[str, ...]) -> bytes:
    sobject, targets = understand(org, job.query, user=job.user)
    getters = [getter(org.tables, target) for target in targets]
    found = org.tables[sobject.name].rows
    header = [".".join(target.names) for target in targets]
    rows = [[csv_value(get(found[each])) for get in getters] for each in ids if each in found]
    return job.written([header, *rows])


def pages(org: "Org", request: Request, job_id: str) -> Response:
    """Answer the addresses of up to five pages that can be fetched at once."""
    if float(request.version) < _PARALLEL_FROM:
        raise ApiError("NOT_FOUND", "The requested resource does not exist", status=404)
    job = _complete(org, request, job_id)
    size, offset = _page_size(request), _offset(request.query.get("locator"))
    starts = range(offset, max(len(job.ids), 1), size)[:_PARALLEL_PAGES]
    base = f"/services/data/v{job.version}/jobs/query/{job.id}"
    after = starts[-1] + size if starts else offset
    done = after >= len(job.ids)
    urls = [{"resultUrl": f"{base}/results?maxRecords={size}&locator={_locator(start)}"} for start in starts]
    following = None if done else f"{base}/resultPages?maxRecords={size}&locator={_locator(after)}"
    return json_response({"resultPages": urls, "nextRecordsUrl": following, "done": done})


def _complete(org: "Org", request: Request, job_id: str) -> Job:
    job = find_job(org, request, "query", job_id)
    if request.version != job.version:
        message = f"the results of this job must be fetched with version {job.version}"
        raise ApiError("API_VERSION_MISMATCH", message, status=409)
    if job.state != "JobComplete":
        message = "can only download query results of successfully completed bulk job with status: JOB_COMPLETE. "
        raise ApiError("JOB_NOT_COMPLETE", f"{message}Current status: {job.state}", status=412)
    return job


def _page_size(request: Request) -> int:
    text = request.query.get("maxRecords", str(LARGEST_PAGE))
    if not text.isdigit() or int(text) < 1:
        raise ApiError("INVALID_INPUT", f"maxRecords {text!r} is no positive number")
    return min(int(text), LARGEST_PAGE)


def _locator(offset: int) -> str:
    return base64.urlsafe_b64encode(str(offset).encode()).decode().rstrip("=")


def _offset(locator: str | None) -> int:
    if not locator:
        return 0
    try:
        return int(base64.urlsafe_b64decode(locator + "=" * (-len(locator) % 4)))
    except ValueError:
        raise ApiError("INVALID_QUERY_LOCATOR", "invalid query locator") from None
