"""Search, over HTTP."""

from typing import TYPE_CHECKING

from msgspec.structs import replace

from sandbox.hubspot.bodies import Search
from sandbox.hubspot.clock import DAY_MS
from sandbox.hubspot.errors import validation
from sandbox.hubspot.records.tables import Record
from sandbox.hubspot.rest.objects import page_size
from sandbox.hubspot.searching.search import LONGEST_BODY, USUAL
from sandbox.hubspot.wire import Request, Response, encode, raw_response

if TYPE_CHECKING:
    from sandbox.hubspot.state import Portal


def search(portal: "Portal", request: Request, segment: str) -> Response:
    """Give a page of what search finds. The page names no link, and the answer no limits."""
    kind, body = portal.schema.get(segment), request.read(Search)
    if len(request.body.decode()) > LONGEST_BODY:
        raise validation(f"The request body is longer than {LONGEST_BODY} characters")
    if portal.faults.standing("page_size"):
        body = replace(body, limit=page_size(portal, body.limit or USUAL))
    found = portal.searches.run(kind, body)
    records = list(found.records)
    if request.struck_by("outside_window") and records:
        records[-1] = _moved(records[-1])
    shown = portal.rendered.many(kind, records, tuple(body.properties or ()))
    wrong = request.struck_by("total_mismatch")
    total = found.total + (int(wrong.args.get("by", 1)) if wrong else 0)
    parts = [b'{"total":%d,"results":[' % total, b",".join(shown), b"]"]
    if found.after is not None and not request.struck_by("page_without_next"):
        parts += [b',"paging":', encode({"next": {"after": str(found.after)}})]
    return raw_response(*parts, b"}")


def _moved(record: Record) -> Record:
    """Give a record as it looks when it changes while it is being searched."""
    return Record(record.id, record.values, record.created_ms, record.updated_ms + 365 * DAY_MS)
