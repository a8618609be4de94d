"""`/metadata/deployRequest`: takes a zip in metadata layout and changes the schema, or says what would be wrong."""

import re
from typing import TYPE_CHECKING, Any

import msgspec

from sandbox.salesforce.deploying.deploy_result import Component, Deploy
from sandbox.salesforce.deploying.metadata_apply import Applier
from sandbox.salesforce.deploying.metadata_zip import BadPackage, read_package
from sandbox.salesforce.errors import ApiError, not_found
from sandbox.salesforce.wire import Request, Response, json_response

if TYPE_CHECKING:
    from sandbox.salesforce.state import Org

_BOUNDARY = re.compile(r'boundary="?([^";]+)"?')
_PART_NAME = re.compile(rb'name="([^"]+)"')


def create(org: "Org", request: Request) -> Response:
    """Deploy a package. Its outcome is asked for afterwards."""
    if not org.access.administers(request.user):
        raise ApiError(
            "INSUFFICIENT_ACCESS", "use of the Metadata API requires a user with Modify Metadata", status=403
        )
    parts = _parts(request)
    options = _options(parts)
    deploy = Deploy(
        id=org.ids.mint("0Af"),
        created=org.stamp_now(),
        check_only=bool(options.get("checkOnly")),
        partial=options.get("rollbackOnError") is False,
    )
    if not options.get("singlePackage"):
        raise ApiError("INVALID_OPERATION", "singlePackage must be true: packages in subfolders are not supported here")
    deploy.components = _deploy(org, parts.get("file", b""), check_only=deploy.check_only, partial=deploy.partial)
    org.deploys[deploy.id] = deploy
    body = {"id": deploy.id, "deployResult": None, "deployOptions": options, "validatedDeployRequestId": None}
    return json_response(body, status=201)


def status(org: "Org", request: Request, deploy_id: str) -> Response:
    """Answer the outcome, with each component when `includeDetails` is true."""
    deploy = org.deploys.get(deploy_id)
    if deploy is None:
        raise not_found()
    details = request.query.get("includeDetails", "false").lower() == "true"
    return json_response({"id": deploy.id, "deployResult": deploy.shown(details=details), "deployOptions": {}})


def _deploy(org: "Org", package: bytes, *, check_only: bool, partial: bool) -> list[Component]:
    """Apply what can be applied to a copy of the schema, and keep the copy if all went well or partly may."""
    try:
        read = read_package(package)
    except BadPackage as problem:
        return [Component(kind="", name="package.xml", file="package.xml", problem=str(problem))]
    applier = Applier(org)
    components = [*applier.apply(read.items), *applier.destroy(read.destroyed)]
    if not check_only and (partial or not any(component.problem for component in components)):
        applier.keep()
    return components


def _parts(request: Request) -> dict[str, bytes]:
    """Cut a multipart body into its parts by name."""
    boundary = _BOUNDARY.search(request.headers.get("Content-Type") or "")
    if boundary is None:
        raise ApiError("INVALID_MULTIPART_REQUEST", "the body must be multipart/form-data")
    parts: dict[str, bytes] = {}
    for piece in request.body.split(b"--" + boundary[1].encode())[1:-1]:
        head, _, content = piece.partition(b"\r\n\r\n")
        name = _PART_NAME.search(head)
        if name:
            parts[name[1].decode()] = content.removesuffix(b"\r\n")
    return parts


def _options(parts: dict[str, bytes]) -> dict[str, Any]:
    try:
        options = msgspec.json.decode(parts["json"])["deployOptions"]
    except (KeyError, TypeError, msgspec.DecodeError):
        raise ApiError("INVALID_MULTIPART_REQUEST", "the part `json` must hold deployOptions") from None
    if not isinstance(options, dict):
        raise ApiError("INVALID_MULTIPART_REQUEST", "deployOptions must be an object")
    return options
