"""`/query` and `/queryAll`: the first page, and the pages after it."""

from typing import TYPE_CHECKING, Any

from sandbox.salesforce.errors import malformed
from sandbox.salesforce.queries.paging import Cursor, page_size
from sandbox.salesforce.queries.query import Answer, run_query
from sandbox.salesforce.queries.render import encode
from sandbox.salesforce.wire import JSON, Request, Response, json_response

if TYPE_CHECKING:
    from sandbox.salesforce.state import Org


def query(org: "Org", request: Request, kind: str) -> Response:
    """Run a query and answer its first page."""
    text = request.query.get("q")
    if not text:
        raise malformed("A query string has to be specified")
    answer = run_query(org, text, user=request.user, include_deleted=kind == "queryAll")
    if answer.count is not None:
        return json_response({"totalSize": answer.count, "done": True, "records": []})
    if answer.groups is not None:
        return _groups(answer)
    return _page(org, request, org.cursors.open(answer, request.user), 0)


def more(org: "Org", request: Request, _kind: str, locator: str) -> Response:
    """Answer a later page."""
    if request.struck_by("locator_expired"):
        org.cursors.expire()
    cursor, offset = org.cursors.find(locator, request.user)
    return _page(org, request, cursor, offset)


def _groups(answer: Answer) -> Response:
    records = [{"attributes": {"type": "AggregateResult"}, **group} for group in answer.groups or ()]
    return json_response({"totalSize": len(records), "done": True, "records": records})


def _size(org: "Org", request: Request) -> int:
    """The size asked for is a hint; fault `page_size` shows what Salesforce makes of it for wide records."""
    for rule in org.faults.standing("page_size"):
        return int(rule.args["rows"])
    return page_size(request.headers.get("Sforce-Query-Options"))


def _page(org: "Org", request: Request, cursor: Cursor, offset: int) -> Response:
    """Answer a page. The next address says `/query/` even of a queryAll, as the documentation warns."""
    after = offset + _size(org, request)
    found = org.tables[cursor.answer.sobject.name].rows
    rows = [found[each] for each in cursor.ids[offset:after] if each in found]
    records = org.rendered.records(cursor.answer, rows, request.version)
    done = after >= len(cursor.ids)
    head: dict[str, Any] = {"totalSize": len(cursor.ids), "done": done}
    if miscount := request.struck_by("total_mismatch"):
        head["totalSize"] += int(miscount.args.get("by", 1))
    if not done and not request.struck_by("page_without_next"):
        head["nextRecordsUrl"] = f"/services/data/v{request.version}/query/{cursor.locator}-{after}"
    return Response(200, (encode(head)[:-1] + b',"records":[', records, b"]}"), JSON)
