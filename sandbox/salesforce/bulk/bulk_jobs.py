"""Bulk 2.0 jobs: what they are, how their states go on, and what is the same for queries and ingest.

A job goes on when it is asked about: UploadComplete, then InProgress for `Org.bulk_polls` answers, then its work is
done and it is JobComplete or Failed. No clock and no thread is involved.
"""

import csv
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from sandbox.salesforce.errors import ApiError, not_found
from sandbox.salesforce.wire import Request, Response, json_response

if TYPE_CHECKING:
    from sandbox.salesforce.state import Org

State = Literal["Open", "UploadComplete", "InProgress", "JobComplete", "Failed", "Aborted"]
DELIMITERS = {"COMMA": ",", "TAB": "\t", "PIPE": "|", "SEMICOLON": ";", "CARET": "^", "BACKQUOTE": "`"}
LINE_ENDINGS = {"LF": "\n", "CRLF": "\r\n"}
ENDED: frozenset[State] = frozenset({"JobComplete", "Failed", "Aborted"})


@dataclass(slots=True, kw_only=True)
class Job:
    """One job of either kind."""

    id: str
    kind: Literal["query", "ingest"]
    operation: str
    sobject: str
    user: str
    version: str
    created: str
    delimiter: str
    line_ending: str
    state: State
    query: str = ""
    external_id: str | None = None
    data: str | None = None
    polls: int = 0
    processed: int = 0
    failed: int = 0
    error: str | None = None
    ids: tuple[str, ...] = ()
    successes: list[list[str]] = field(default_factory=list)
    failures: list[list[str]] = field(default_factory=list)
    unprocessed: list[list[str]] = field(default_factory=list)
    header: list[str] = field(default_factory=list)

    def shown(self) -> dict[str, Any]:
        """Describe the job as its creation does."""
        out: dict[str, Any] = {
            "id": self.id,
            "operation": self.operation,
            "object": self.sobject,
            "createdById": self.user,
            "createdDate": self.created,
            "systemModstamp": self.created,
            "state": self.state,
            "concurrencyMode": "Parallel",
            "contentType": "CSV",
            "apiVersion": float(self.version),
            "lineEnding": self.line_ending,
            "columnDelimiter": self.delimiter,
        }
        if self.kind == "ingest":
            out["contentUrl"] = f"services/data/v{self.version}/jobs/ingest/{self.id}/batches"
            if self.external_id:
                out["externalIdFieldName"] = self.external_id
        return out

    def reported(self) -> dict[str, Any]:
        """Describe the job with its progress."""
        out = self.shown() | {
            "jobType": "V2Query" if self.kind == "query" else "V2Ingest",
            "numberRecordsProcessed": self.processed,
            "retries": 0,
            "totalProcessingTime": 9,
        }
        if self.error:
            out["errorMessage"] = self.error
        if self.kind == "query":
            return out | {"isPkChunkingSupported": True}
        return out | {"numberRecordsFailed": self.failed, "apiActiveProcessingTime": 5, "apexProcessingTime": 0}

    def advance(self, polls: int, work: Callable[[], None]) -> None:
        """Go on by one state; the work is done on the way out of InProgress and sets the last state."""
        if self.state == "UploadComplete":
            self.state = "InProgress"
        if self.state == "InProgress":
            self.polls += 1
            if self.polls > polls:
                work()

    def abort(self, wanted: object) -> None:
        """Stop a job that has not ended."""
        if wanted != "Aborted" or self.state in ENDED:
            raise ApiError("INVALIDJOBSTATE", f"Invalid job state transition: from {self.state} to {wanted}")
        self.state = "Aborted"

    def written(self, rows: Iterable[list[str]]) -> bytes:
        """Write rows as CSV, every value in quotes."""
        out = io.StringIO()
        writer = csv.writer(
            out,
            delimiter=DELIMITERS[self.delimiter],
            quoting=csv.QUOTE_ALL,
            lineterminator=LINE_ENDINGS[self.line_ending],
        )
        writer.writerows(rows)
        return out.getvalue().encode()


def find_job(org: "Org", request: Request, kind: str, job_id: str) -> Job:
    """Give a job of the kind; NOT_FOUND when there is none."""
    job = org.jobs.get(job_id)
    if job is None or job.kind != kind or job.user != request.user:
        raise not_found()
    return job


def options_of(body: dict[str, Any]) -> tuple[str, str]:
    """Read delimiter and line ending of a new job."""
    delimiter, line_ending = str(body.get("columnDelimiter", "COMMA")), str(body.get("lineEnding", "LF"))
    if delimiter not in DELIMITERS or line_ending not in LINE_ENDINGS or body.get("contentType", "CSV") != "CSV":
        raise ApiError("INVALIDJOB", "columnDelimiter, lineEnding or contentType is not supported")
    return delimiter, line_ending


def listed(org: "Org", request: Request, kind: str) -> Response:
    """Answer the user's jobs of a kind."""
    jobs = [job.shown() for job in org.jobs.values() if job.kind == kind and job.user == request.user]
    return json_response({"done": True, "nextRecordsUrl": None, "records": jobs})


def removed(org: "Org", request: Request, kind: str, job_id: str) -> Response:
    """Delete a job and its results."""
    job = find_job(org, request, kind, job_id)
    if job.state == "InProgress":
        raise ApiError("INVALIDJOBSTATE", "a job in progress cannot be deleted")
    del org.jobs[job.id]
    return Response(204)
