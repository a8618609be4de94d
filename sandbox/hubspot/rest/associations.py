"""Associations, version 4: by the thousand, and of one record. An input without any is listed among the errors."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.hubspot.bodies import Batch, Fans, LabelBody, Pair, Pairs, Spec
from sandbox.hubspot.errors import ApiError, not_found, validation
from sandbox.hubspot.records.associations import Label
from sandbox.hubspot.records.tables import number_of
from sandbox.hubspot.rest.batches import Outcome, limited
from sandbox.hubspot.rest.objects import after_of, page_size
from sandbox.hubspot.schema import ObjectType
from sandbox.hubspot.wire import Request, Response, encode, json_response

if TYPE_CHECKING:
    from sandbox.hubspot.state import Portal

_PAGE = 500
_MOST_READ, _MOST_CREATED, _MOST_ARCHIVED = 1_000, 2_000, 100
Ends = list[tuple[int, tuple[int, ...]]]


def _ends(portal: "Portal", kind: ObjectType, record_id: int, other: ObjectType, after: int) -> Ends:
    """Give what a record is associated with, in the order of ids, beginning behind one; archived records are not."""
    live = portal.tables[other.id].live
    found = portal.links.of(kind.id, record_id, other.id)
    return sorted((each, numbers) for each, numbers in found.items() if each > after and each in live)


def _page(portal: "Portal", ends: Ends, limit: int, link: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    results = [
        {"toObjectId": each, "associationTypes": [portal.links.label(number).shown() for number in numbers]}
        for each, numbers in ends[:limit]
    ]
    if len(ends) <= limit:
        return results, {}
    after = str(ends[limit - 1][0])
    return results, {"paging": {"next": {"after": after, "link": f"{link}?after={after}"}}}


def batch_read(portal: "Portal", request: Request, from_segment: str, to_segment: str) -> Response:
    """Give the associations of many records; results are not in the order of the inputs."""
    kind, other = portal.schema.get(from_segment), portal.schema.get(to_segment)
    inputs = limited(request.read(Batch).inputs, _MOST_READ)
    limit, outcome = page_size(portal, _PAGE), Outcome()
    for each in inputs:
        text = each.text
        ends: Ends = []
        if portal.tables[kind.id].find(text):
            ends = _ends(portal, kind, number_of(text), other, after_of(each.after))
        if not ends:
            outcome.errors.append(_none(portal, kind, text, other))
            continue
        link = f"https://api.hubapi.com/crm/v4/objects/{kind.id}/{text}/associations/{other.id}"
        found, paging = _page(portal, ends, limit, link)
        outcome.results.append((-int(text), encode({"from": {"id": text}, "to": found, **paging})))
    return outcome.response(portal)


def _none(portal: "Portal", kind: ObjectType, text: str, other: ObjectType) -> dict[str, Any]:
    problem = ApiError(
        "OBJECT_NOT_FOUND",
        f"No {other.singular} is associated with {kind.singular} {text}.",
        sub_category="crm.associations.NO_ASSOCIATIONS_FOUND",
    )
    context = {"fromObjectId": [text], "fromObjectType": [kind.singular], "toObjectType": [other.singular]}
    return problem.item(context, strict=portal.strict_errors)


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two records, and their types."""

    kind: ObjectType
    source: int
    other: ObjectType
    target: int


def _pair_of(portal: "Portal", ends: Sequence[str]) -> _Pair:
    """Find the records of `type, id, type, id`; both must be there."""
    kind, other = portal.schema.get(ends[0]), portal.schema.get(ends[2])
    return _Pair(kind, _known(portal, kind, ends[1]), other, _known(portal, other, ends[3]))


def _known(portal: "Portal", kind: ObjectType, text: str) -> int:
    record = portal.tables[kind.id].find(text)
    if record is None:
        raise not_found(f"{kind.label} {text} does not exist")
    return record.id


def batch_create(portal: "Portal", request: Request, from_segment: str, to_segment: str) -> Response:
    """Associate many pairs, each with the types it names."""

    def associate(pair: _Pair, each: Pair) -> bytes:
        return encode(_shown_pair(pair, _link(portal, pair, each.types)))

    return _each(portal, request, (from_segment, to_segment), associate).response(portal, status=201)


def batch_default(portal: "Portal", request: Request, from_segment: str, to_segment: str) -> Response:
    """Associate many pairs plainly; the answer says so in both directions."""
    outcome = _each(portal, request, (from_segment, to_segment), lambda pair, _: _link_plainly(portal, pair))
    return outcome.response(portal)


def _each(
    portal: "Portal", request: Request, segments: tuple[str, str], run: Callable[[_Pair, Pair], bytes]
) -> Outcome:
    outcome = Outcome()
    for place, each in enumerate(limited(request.read(Pairs).inputs, _MOST_CREATED)):
        source, target = str(each.source.id), str(each.to.id)
        try:
            pair = _pair_of(portal, (segments[0], source, segments[1], target))
            outcome.results.append((place, run(pair, each)))
        except ApiError as problem:
            context = {"fromObjectId": [source], "toObjectId": [target]}
            outcome.errors.append(problem.item(context, strict=portal.strict_errors))
    return outcome


def _link(portal: "Portal", pair: _Pair, specs: Sequence[Spec]) -> list[Label]:
    if not specs:
        raise validation("Invalid input JSON: association types are missing")
    ends = pair.kind.id, pair.other.id
    checked = [portal.links.check(*ends, spec.association_category, spec.association_type_id) for spec in specs]
    for label in checked:
        portal.links.link(label, pair.source, pair.target)
    return checked


def _link_plainly(portal: "Portal", pair: _Pair) -> bytes:
    label = portal.links.plain(pair.kind.id, pair.other.id)
    portal.links.link(label, pair.source, pair.target)
    there, back = _default(pair.source, pair.target, label), portal.links.label(label.inverse)
    return encode(there) + b"," + encode(_default(pair.target, pair.source, back))


def _shown_pair(pair: _Pair, labels: Iterable[Label]) -> dict[str, Any]:
    return {
        "fromObjectTypeId": pair.kind.id,
        "fromObjectId": pair.source,
        "toObjectTypeId": pair.other.id,
        "toObjectId": pair.target,
        "labels": [label.label for label in labels if label.label],
    }


def _default(source: int, target: int, label: Label) -> dict[str, Any]:
    spec = {"associationCategory": label.category, "associationTypeId": label.number}
    return {"from": {"id": str(source)}, "to": {"id": str(target)}, "associationSpec": spec}


def batch_archive(portal: "Portal", request: Request, from_segment: str, to_segment: str) -> Response:
    """Take the associations of many pairs away."""
    kind, other = portal.schema.get(from_segment), portal.schema.get(to_segment)
    for each in limited(request.read(Fans).inputs, _MOST_ARCHIVED):
        for end in each.to:
            portal.links.unlink((kind.id, number_of(str(each.source.id))), (other.id, number_of(str(end.id))))
    return Response(204)


def batch_archive_labels(portal: "Portal", request: Request, from_segment: str, to_segment: str) -> Response:
    """Take some types of association of many pairs away."""
    kind, other = portal.schema.get(from_segment), portal.schema.get(to_segment)
    for each in limited(request.read(Pairs).inputs, _MOST_ARCHIVED):
        numbers = [spec.association_type_id for spec in each.types]
        portal.links.unlink((kind.id, number_of(str(each.source.id))), (other.id, number_of(str(each.to.id))), numbers)
    return Response(204)


def of_record(portal: "Portal", request: Request, from_segment: str, text: str, to_segment: str) -> Response:
    """Give a page of one record's associations."""
    kind, other = portal.schema.get(from_segment), portal.schema.get(to_segment)
    record = portal.tables[kind.id].get(text)
    limit = page_size(portal, request.number("limit", default=_PAGE, most=_PAGE))
    ends = _ends(portal, kind, record.id, other, after_of(request.query.get("after")))
    results, paging = _page(portal, ends, limit, f"https://api.hubapi.com{request.path}")
    return json_response({"results": results, **paging})


def put(portal: "Portal", request: Request, *ends: str) -> Response:
    """Associate two records with the types of the body."""
    pair = _pair_of(portal, ends)
    linked = _link(portal, pair, request.read(list[Spec]))
    return json_response(_shown_pair(pair, linked), status=201)


def put_default(portal: "Portal", _request: Request, *ends: str) -> Response:
    """Associate two records plainly."""
    return Outcome([(0, _link_plainly(portal, _pair_of(portal, ends)))]).response(portal)


def remove(portal: "Portal", _request: Request, from_segment: str, text: str, *end: str) -> Response:
    """Take all associations of two records away."""
    kind, other = portal.schema.get(from_segment), portal.schema.get(end[0])
    portal.links.unlink((kind.id, number_of(text)), (other.id, number_of(end[1])))
    return Response(204)


def labels(portal: "Portal", _request: Request, from_segment: str, to_segment: str) -> Response:
    """Give the kinds of association from one type to another."""
    kind, other = portal.schema.get(from_segment), portal.schema.get(to_segment)
    return json_response({"results": [label.shown() for label in portal.links.labels(kind.id, other.id)]})


def create_label(portal: "Portal", request: Request, from_segment: str, to_segment: str) -> Response:
    """Make a kind of association of the customer's; the answer shows both directions."""
    kind, other, given = portal.schema.get(from_segment), portal.schema.get(to_segment), request.read(LabelBody)
    new = portal.links.define_own(kind.id, other.id, given.name, given.label)
    both = [new, portal.links.label(new.inverse)]
    return json_response({"results": [each.shown() for each in both]})
