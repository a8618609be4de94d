"""Whether a request was sent by HubSpot: signature v3, made with the app's secret over all of it and the moment.

HubSpot's older signatures are not accepted: v1 covers no moment, so that what was heard once could be sent for ever.
"""

from __future__ import annotations

import base64
import hmac
import re
from datetime import datetime, timedelta

from connectors.hubspot.records import EPOCH

SIGNATURE, TIMESTAMP = "X-HubSpot-Signature-v3", "X-HubSpot-Request-Timestamp"
AGE_MAX = timedelta(minutes=5)
"""Older requests may have been heard by somebody; younger ones are of a clock that is wrong."""

_DECODED = re.compile("%(3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)", re.IGNORECASE)
"""HubSpot decodes these before it signs, and nothing else."""

_MILLIS = re.compile("[0-9]{1,15}")


def signature(secret: str, method: str, url: str, body: bytes, timestamp: str) -> bytes:
    """What HubSpot writes into the header, as ASCII."""
    decoded = _DECODED.sub(lambda found: chr(int(found[1], 16)), url)
    signed = method.encode() + decoded.encode() + body + timestamp.encode()
    return base64.b64encode(hmac.digest(secret.encode(), signed, "sha256"))


def is_recent(timestamp: str, now: datetime) -> bool:
    """Whether the milliseconds of the header are of these minutes."""
    if not _MILLIS.fullmatch(timestamp):
        return False
    return abs(now - EPOCH - timedelta(milliseconds=int(timestamp))) <= AGE_MAX


def is_genuine(given: str, wanted: bytes) -> bool:
    """Compare in a time that does not depend on where they differ."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), wanted)
