"""Signatures of HubSpot's notifications. The vectors were made with openssl, not with our code."""

from datetime import timedelta

import pytest

from connectors.hubspot.signature import is_genuine, is_recent, signature
from tests.clock import START

MOMENT = "1795323600000"  # START
ENCODED = "https://hooks.acme.example/a%3Ab%2fc%3Fd%40e%21f%24g%27h%28i%29j%2Ak%2Cl%3Bm%20n%2Bo"


@pytest.mark.parametrize(
    ("secret", "url", "body", "expected"),
    [
        ("app-secret", "https://hooks.acme.example/tallystick", b'[{"objectId":1}]',
         "uyTw4/lq2ILKKKj3xn15KrCADFCmjFcAX4SWLMRQA6A="),
        ("größe", ENCODED, b"[]", "GOpVKhY1pWE6WSOJf4UOodjxNkzZLfe6QtxDDIagXnk="),
    ],
    ids=["plain", "an address with what HubSpot decodes and what it leaves"],
)  # fmt: skip
def test_our_signature_is_that_of_others(secret, url, body, expected):
    wanted = signature(secret, "POST", url, body, MOMENT)

    assert is_genuine(expected, wanted)
    for other in (
        signature(secret, "POST", url, body + b" ", MOMENT),
        signature(secret, "PUT", url, body, MOMENT),
        signature(secret, "POST", url + "/", body, MOMENT),
        signature(secret, "POST", url, body, MOMENT[:-1] + "1"),
        signature(secret + "x", "POST", url, body, MOMENT),
    ):
        assert not is_genuine(expected, other)
    assert not is_genuine("", wanted)
    assert not is_genuine("größe\udcff", wanted)


@pytest.mark.parametrize(("seconds", "recent"), [(0, True), (299, True), (-299, True), (301, False), (-301, False)])
def test_only_these_minutes_count_before_and_after(seconds, recent):
    assert is_recent(MOMENT, START + timedelta(seconds=seconds)) == recent


@pytest.mark.parametrize(
    "timestamp", ["", "now", "-1795323600000", "1795323600.0", "٣", "9" * 15, "9" * 16, " 1795323600000"]
)
def test_what_is_no_moment_is_not_recent(timestamp):
    assert not is_recent(timestamp, START)
