"""Records one by one, and lists of them."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from sandbox.hubspot.bodies import Merge, NewLink, Save, Text
from sandbox.hubspot.clock import iso
from sandbox.hubspot.errors import ApiError, not_found, validation
from sandbox.hubspot.records import writing
from sandbox.hubspot.records.associations import PRIMARY
from sandbox.hubspot.records.render import with_members
from sandbox.hubspot.records.tables import Record, Table, Version, number_of
from sandbox.hubspot.schema import ALWAYS, ObjectType
from sandbox.hubspot.wire import Request, Response, encode, raw_response

if TYPE_CHECKING:
    from sandbox.hubspot.state import Portal

_PAGE, _PAGE_WITH_HISTORY, _USUAL, _ASSOCIATIONS = 100, 50, 10, 100
_LOCKED = 423


def listed(portal: "Portal", request: Request, segment: str) -> Response:
    """Give a page of records in the order of their ids, or of those in the recycle bin."""
    kind = portal.schema.get(segment)
    most = _PAGE_WITH_HISTORY if request.names("propertiesWithHistory") else _PAGE
    limit = page_size(portal, request.number("limit", default=_USUAL, most=most))
    after = after_of(request.query.get("after"))
    found = portal.tables[kind.id].page(after, limit + 1, archived=request.flag("archived"))
    shown = shown_records(portal, kind, found[:limit], request)
    if len(found) <= limit or request.struck_by("page_without_next"):
        return raw_response(b'{"results":[', b",".join(shown), b"]}")
    last = str(found[limit - 1].id)
    link = f"https://api.hubapi.com{request.path}?limit={limit}&after={last}"
    paging = encode({"next": {"after": last, "link": link}})
    return raw_response(b'{"results":[', b",".join(shown), b'],"paging":', paging, b"}")


def after_of(text: Text | None) -> int:
    """Read where a page begins."""
    if text and not number_of(str(text)) and str(text) != "0":
        raise validation(f"after must be the one that the page before named, and was {text}")
    return number_of(str(text or 0))


def page_size(portal: "Portal", limit: int) -> int:
    """Keep a page within what fault `page_size` allows."""
    return min([limit, *(int(rule.args.get("rows", limit)) for rule in portal.faults.standing("page_size"))])


def shown_records(portal: "Portal", kind: ObjectType, records: list[Record], request: Request) -> list[bytes]:
    """Give records as a read shows them: with history and associations where they are asked for."""
    shown = portal.rendered.many(kind, records, request.names("properties"))
    history, others = request.names("propertiesWithHistory"), request.names("associations")
    if history:
        shown = [with_history(portal, kind, each, text, history) for each, text in zip(records, shown, strict=True)]
    if others:
        shown = [_with_links(portal, kind, each, text, others) for each, text in zip(records, shown, strict=True)]
    return shown


def with_history(portal: "Portal", kind: ObjectType, record: Record, shown: bytes, names: Iterable[str]) -> bytes:
    """Add what properties held, newest first."""
    history = {
        name: [_version(each) for each in writing.versions_of(portal, kind, record, name)]
        for name in names
        if kind.reads(name)
    }
    return with_members(shown, propertiesWithHistory=history)


def _version(version: Version) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "value": version.value,
        "timestamp": iso(version.at_ms),
        "sourceType": version.source_type,
        "sourceId": version.source_id,
    }
    if version.source_id.startswith("userId:"):
        shown["updatedByUserId"] = int(version.source_id.removeprefix("userId:"))
    return shown


def _with_links(portal: "Portal", kind: ObjectType, record: Record, shown: bytes, segments: Iterable[str]) -> bytes:
    """Add associations; the keys are the plural words, with spaces."""
    found: dict[str, Any] = {}
    for segment in segments:
        other = portal.schema.get(segment)
        ends = [
            {"id": str(each), "type": _link_type(portal, kind, other, number)}
            for each, numbers in portal.links.of(kind.id, record.id, other.id).items()
            if each in portal.tables[other.id].live
            for number in numbers
        ]
        if ends:
            found[other.plural.replace("_", " ")] = _ends(ends)
    return with_members(shown, associations=found) if found else shown


def _ends(ends: list[dict[str, str]]) -> dict[str, Any]:
    if len(ends) <= _ASSOCIATIONS:
        return {"results": ends}
    after = ends[_ASSOCIATIONS - 1]["id"]
    return {"results": ends[:_ASSOCIATIONS], "paging": {"next": {"after": after}}}


def _link_type(portal: "Portal", kind: ObjectType, other: ObjectType, number: int) -> str:
    label = portal.links.label(number)
    name = f"{kind.singular}_to_{other.singular}"
    has_primary = any(each.label == PRIMARY for each in portal.links.labels(kind.id, other.id))
    return f"{name}_unlabeled" if has_primary and label.label is None else name


def found(portal: "Portal", request: Request, kind: ObjectType, text: str) -> Record:
    """Find the record of an address, by its id or by a unique property."""
    name = request.query.get("idProperty")
    if not name or name == ALWAYS[2]:
        return portal.tables[kind.id].get(text, archived=request.flag("archived"))
    record = by_unique(portal.tables[kind.id], name, text)
    if record is None:
        raise not_found()
    return record


def by_unique(table: Table, name: str, text: str) -> Record | None:
    """Find a record by a unique property; refused for any other property."""
    definition = table.kind.properties.get(name)
    if definition is None or not definition.unique:
        raise validation(f"Unable to perform update/upsert by non-unique {table.kind.id} property: {name}")
    return table.by_key(name, text)


def retrieve(portal: "Portal", request: Request, segment: str, text: str) -> Response:
    """Give one record; the id of one that was merged gives the survivor."""
    kind = portal.schema.get(segment)
    return raw_response(*shown_records(portal, kind, [found(portal, request, kind, text)], request))


def create(portal: "Portal", request: Request, segment: str) -> Response:
    """Make a record."""
    kind, body, write = portal.schema.get(segment), request.read(Save), writer(portal, request)
    links = links_of(portal, kind, body.associations)
    record = writing.create(portal, kind, body.properties, links, write)
    return raw_response(with_warnings(echo(portal, kind, record, body.properties), write), status=201)


def change(portal: "Portal", request: Request, segment: str, text: str) -> Response:
    """Change a record."""
    kind, body, write = portal.schema.get(segment), request.read(Save), writer(portal, request)
    record = found(portal, request, kind, text)
    check_lock(portal, record.id)
    new = writing.update(portal, kind, record, body.properties, write)
    return raw_response(with_warnings(echo(portal, kind, new, body.properties), write))


def remove(portal: "Portal", _request: Request, segment: str, text: str) -> Response:
    """Put a record into the recycle bin; one that is not there is no error."""
    kind = portal.schema.get(segment)
    record = portal.tables[kind.id].find(text)
    if record is not None:
        check_lock(portal, record.id)
        writing.archive(portal, kind, record)
    return Response(204)


def merge(portal: "Portal", request: Request, segment: str) -> Response:
    """Merge two records into a new one."""
    kind, body = portal.schema.get(segment), request.read(Merge)
    table = portal.tables[kind.id]
    primary, other = table.find(str(body.primary_object_id)), table.find(str(body.object_id_to_merge))
    if primary is None or other is None:
        raise not_found()
    if primary is other:
        raise validation("A record cannot be merged with itself")
    return raw_response(echo(portal, kind, writing.merge(portal, kind, primary, other), {}))


def echo(portal: "Portal", kind: ObjectType, record: Record, given: Mapping[str, Any]) -> bytes:
    """Show a record after a write: what was written, what is usual, and everything that has a value."""
    return portal.rendered.one(kind, record, (*kind.defaults, *given, *record.values))


def with_warnings(shown: bytes, write: writing.Write) -> bytes:
    """Add what was put right."""
    return with_members(shown, warnings=write.warnings) if write.warnings else shown


def writer(portal: "Portal", request: Request) -> writing.Write:
    """Say who writes by this request."""
    return writing.Write(source_id=f"portal:{portal.id}", version=request.version)


def check_lock(portal: "Portal", record_id: int) -> None:
    """Refuse to touch a record that fault `lock_row` holds."""
    for rule in portal.faults.standing("lock_row"):
        if str(rule.args.get("id")) == str(record_id):
            rule.strike()
            raise ApiError("LOCKED", "Resource is locked", status=_LOCKED)


def links_of(portal: "Portal", kind: ObjectType, given: Iterable[NewLink] | None) -> list[writing.Link]:
    """Read the associations of a new record."""
    links = []
    for each in given or ():
        for spec in each.types:
            own = portal.links.of_type(kind.id)
            target = next((label.target for label in own if label.number == spec.association_type_id), "")
            label = portal.links.check(kind.id, target, spec.association_category, spec.association_type_id)
            links.append((label, portal.tables[target].get(str(each.to.id)).id))
    return links
