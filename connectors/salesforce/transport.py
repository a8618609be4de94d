"""Where Salesforce's API may be, and which dead tokens no login cures.

simple-salesforce sets no timeout, follows redirects with the token, and drops the caller's headers when it renews a
session, so all of that is done below it, on the `requests` session (`connectors/transport.py`, `connectors/tokens.py`).
"""

from __future__ import annotations

from urllib.parse import urlsplit

from connectors.port import Refused
from connectors.transport import Host

DEAD_FOR_GOOD = ("Connected app is not attached to Agent", "This session is not valid for use with the REST API")
"""Answers of status 401 that a new token does not cure."""


def check_host(url: str) -> None:
    """Refuse to send the token anywhere but Salesforce's API hosts."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if host.endswith(".force.com"):
        msg = f"{host} is a page for people. Use the API host of My Domain, such as acme.my.salesforce.com."
        raise Refused(msg, code="HOST")
    if parts.scheme != "https" or not host.endswith(".salesforce.com"):
        raise Refused(f"{host} is not a Salesforce API host (https://….salesforce.com): nothing was sent.", code="HOST")


SALESFORCE = Host("Salesforce", check_host, "Check my_domain and the network.")
