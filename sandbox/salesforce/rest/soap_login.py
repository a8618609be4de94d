"""SOAP `login()`, which is dying and which old clients still use: works up to API 64.0, as in a real org.

The password of every active user is the consumer secret of the org.
"""

import re
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, unescape

from sandbox.salesforce.wire import Request, Response

if TYPE_CHECKING:
    from sandbox.salesforce.state import Org

_LAST_VERSION = 64.0
_XML = "text/xml;charset=UTF-8"
_USERNAME = re.compile(r"<(?:\w+:)?username>([^<]*)</")
_PASSWORD = re.compile(r"<(?:\w+:)?password>([^<]*)</")
_ENVELOPE = (
    '<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" '
    'xmlns="urn:partner.soap.sforce.com" xmlns:sf="urn:fault.partner.soap.sforce.com" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>{}</soapenv:Body></soapenv:Envelope>'
)


def login(org: "Org", request: Request, version: str) -> Response:
    """Start a session for a username and password."""
    if float(version) > _LAST_VERSION:
        return _fault("UNSUPPORTED_API_VERSION", "SOAP API login() is not available in this version.")
    text = request.body.decode("utf-8", "replace")
    username, password = _USERNAME.search(text), _PASSWORD.search(text)
    if username is None or password is None:
        return _fault("INVALID_OPERATION", "only login is supported here")
    found = [row for row in org.tables["User"].find("Username", unescape(username[1])) if row.get("IsActive")]
    if not found or unescape(password[1]) != org.tokens.consumer_secret:
        return _fault("INVALID_LOGIN", "Invalid username, password, security token; or user locked out.")
    user, org_id = str(found[0]["Id"]), str(org.organization["Id"])
    token = escape(org.tokens.issue(org_id, user))
    result = (
        "<loginResponse><result><passwordExpired>false</passwordExpired><sandbox>true</sandbox>"
        f"<serverUrl>http://{request.host}/services/Soap/u/{version}/{org_id[:15]}</serverUrl>"
        f"<sessionId>{token}</sessionId><userId>{user}</userId>"
        f"<userInfo><organizationId>{org_id}</organizationId></userInfo></result></loginResponse>"
    )
    return Response(200, (_ENVELOPE.format(result).encode(),), _XML)


def _fault(code: str, message: str) -> Response:
    fault = (
        f"<soapenv:Fault><faultcode>sf:{code}</faultcode><faultstring>{code}: {message}</faultstring><detail>"
        f'<sf:LoginFault xsi:type="sf:LoginFault"><sf:exceptionCode>{code}</sf:exceptionCode>'
        f"<sf:exceptionMessage>{message}</sf:exceptionMessage></sf:LoginFault></detail></soapenv:Fault>"
    )
    return Response(500, (_ENVELOPE.format(fault).encode(),), _XML)
