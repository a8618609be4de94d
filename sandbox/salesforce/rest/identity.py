"""Who a token stands for, and its end."""

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from sandbox.salesforce.wire import Request, Response, json_response

if TYPE_CHECKING:
    from sandbox.salesforce.state import Org


def revoke(org: "Org", request: Request) -> Response:
    """End a session."""
    form = dict(parse_qsl(request.body.decode("utf-8", "replace")))
    org.tokens.revoke(form.get("token") or request.query.get("token", ""))
    return Response(200)


def user_info(org: "Org", request: Request) -> Response:
    """Describe the user as OpenID does."""
    user = org.tables["User"].rows[org.tokens.user_of(request.headers.get("Authorization"))]
    body = {
        "sub": f"https://login.salesforce.com/id/{org.organization['Id']}/{user['Id']}",
        "user_id": user["Id"],
        "organization_id": org.organization["Id"],
        "preferred_username": user.get("Username"),
        "name": user.get("Name"),
        "email": user.get("Email"),
        "active": user.get("IsActive"),
    }
    return json_response(body)


def identity(org: "Org", request: Request) -> Response:
    """Describe the user as the identity service does."""
    user = org.tables["User"].rows[org.tokens.user_of(request.headers.get("Authorization"))]
    body = {
        "id": f"https://login.salesforce.com/id/{org.organization['Id']}/{user['Id']}",
        "user_id": user["Id"],
        "organization_id": org.organization["Id"],
        "username": user.get("Username"),
        "display_name": user.get("Name"),
        "email": user.get("Email"),
        "active": user.get("IsActive"),
        "urls": {"rest": f"http://{request.host}/services/data/v{{version}}/"},
    }
    return json_response(body)
