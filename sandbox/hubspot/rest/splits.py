"""Deal splits, over HTTP: read by deal, and replaced as a whole."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sandbox.hubspot.bodies import Shares, SharesOfMany
from sandbox.hubspot.clock import iso
from sandbox.hubspot.errors import ApiError, not_found
from sandbox.hubspot.records.tables import Record
from sandbox.hubspot.rest.batches import MOST, Outcome, limited
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

    def replace(deal: Record, given: Shares) -> list[Record]:
        shares = [(str(each.owner_id), each.percentage) for each in given.splits]
        return portal.splits.replace(deal, shares)

    return _each(portal, request, replace)


def _each(portal: "Portal", request: Request, run: Callable[[Record, Shares], list[Record]]) -> Response:
    if "splits" in portal.off:
        raise missing_scopes(SCOPES)
    outcome = Outcome()
    for each in limited(request.read(SharesOfMany).inputs, MOST):
        text = str(each.id)
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
