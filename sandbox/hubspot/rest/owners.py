"""Owners, users and teams."""

from typing import TYPE_CHECKING, Any

from sandbox.hubspot.errors import not_found
from sandbox.hubspot.records.people import Owner
from sandbox.hubspot.rest.objects import after_of, page_size
from sandbox.hubspot.wire import Request, Response, json_response

if TYPE_CHECKING:
    from sandbox.hubspot.state import Portal

_USUAL = 100


def listed(portal: "Portal", request: Request) -> Response:
    """Give owners; those who have left only on request, and then only those."""
    archived, email = request.flag("archived"), request.query.get("email")
    owners = [owner for owner in portal.owners if owner.archived == archived and email in {None, owner.email}]
    return _page(portal, request, [(owner, _shown(portal, owner)) for owner in owners])


def _page(portal: "Portal", request: Request, shown: list[tuple[Owner, dict[str, Any]]]) -> Response:
    """Give a page; `after` is a number of owner, whose page comes next."""
    limit = page_size(
        portal, request.number("limit", default=min(_USUAL, portal.habits.owners_page), most=portal.habits.owners_page)
    )
    after = after_of(request.query.get("after"))
    ordered = sorted((pair for pair in shown if pair[0].id > after), key=lambda pair: pair[0].id)
    body: dict[str, Any] = {"results": [each for _, each in ordered[:limit]]}
    if len(ordered) > limit and not request.struck_by("page_without_next"):
        last = str(ordered[limit - 1][0].id)
        body["paging"] = {"next": {"after": last, "link": f"https://api.hubapi.com{request.path}?after={last}"}}
    return json_response(body)


def _shown(portal: "Portal", owner: Owner) -> dict[str, Any]:
    return portal.owners.shown(owner, inactive_user=portal.habits.inactive_user)


def retrieve(portal: "Portal", request: Request, text: str) -> Response:
    """Give one owner, by the number of owner or of user."""
    by_user = request.query.get("idProperty", "id").lower() == "userid"
    owner = portal.owners.by_user(text) if by_user else portal.owners.by_id(text)
    if owner is None or owner.archived != request.flag("archived"):
        raise not_found()
    return json_response(_shown(portal, owner))


def teams(portal: "Portal", _request: Request) -> Response:
    """Give the teams with their members."""
    return json_response({"results": [_team(portal, team, name) for team, name in portal.owners.teams.items()]})


def _team(portal: "Portal", team: str, name: str) -> dict[str, Any]:
    members = [(str(owner.user_id), dict(owner.teams)[team]) for owner in portal.owners.members(team)]
    return {
        "id": team,
        "name": name,
        "userIds": [user for user, primary in members if primary],
        "secondaryUserIds": [user for user, primary in members if not primary],
    }


def users(portal: "Portal", request: Request) -> Response:
    """Give the users of the settings: those who have not left."""
    owners = [owner for owner in portal.owners if not owner.archived]
    return _page(portal, request, [(owner, _user(owner)) for owner in owners])


def _user(owner: Owner) -> dict[str, Any]:
    primary = [team for team, first in owner.teams if first]
    return {
        "id": str(owner.user_id),
        "email": owner.email,
        "roleIds": [],
        "superAdmin": False,
        "primaryTeamId": primary[0] if primary else None,
        "secondaryTeamIds": [team for team, first in owner.teams if not first],
        "sendWelcomeEmail": False,
    }
