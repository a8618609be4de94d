"""Deal splits, over HTTP: read by deal, and replaced as a whole."""

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from sandbox.hubspot.clock import iso
from sandbox.hubspot.errors import ApiError, not_found, validation
from sandbox.hubspot.records.tables import Record
from sandbox.hubspot.rest.batches import MOST, Outcome, inputs_of
from sandbox.hubspot.rest.tokens import missing_scopes
from sandbox.hubspot.wire import Request, Response, encode

if TYPE_CHECKING:
    from sandbox.hubspot.state import Portal

DEAL = "0-3"
SCOPES = ("crm.dealsplits.read_write",)


def batch_read(portal: "Portal", request: Request) -> Response:
    """Give the splits of many deals; a deal without any has an empty list."""
    return _each(portal, request, lambda deal, _given: portal.splits.of(deal.id))


def batch_upsert(portal: "Portal", request: Request) -> Response:
    """Put new splits in the place of those that deals have."""

    def replace(deal: Record, given: dict[str, Any]) -> list[Record]:
        shares = [(str(each.get("ownerId")), _share(each.get("percentage"))) for each in given.get("splits", ())]
        return portal.splits.replace(deal, shares)

    return _each(portal, request, replace)


def _share(given: Any) -> Decimal:
    try:
        return Decimal(str(given))
    except InvalidOperation:
        raise validation(f"{given!r} is no percentage") from None


def _each(portal: "Portal", request: Request, run: Any) -> Response:
    if "splits" in portal.off:
        raise missing_scopes(SCOPES)
    outcome = Outcome()
    for each in inputs_of(request.json_object(), MOST) or ():
        text = str(each.get("id"))
        try:
            deal = portal.tables[DEAL].find(text)
            if deal is None:
                raise not_found(f"Deal {text} does not exist")
            shown = {"id": text, "splits": [_shown(split) for split in run(deal, each)]}
            outcome.results.append((deal.id, encode(shown)))
        except ApiError as problem:
            outcome.errors.append(problem.item({"ids": [text]}, strict=portal.strict_errors))
    return outcome.response(portal)


def _shown(split: Record) -> dict[str, Any]:
    return {
        "id": str(split.id),
        "properties": {**split.values, "hs_object_id": str(split.id)},
        "createdAt": iso(split.created_ms),
        "updatedAt": iso(split.updated_ms),
        "archived": False,
    }
