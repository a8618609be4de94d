"""Webhooks: off by default, a hint and nothing else, and no way to the machine for anybody but HubSpot."""

from __future__ import annotations

import base64
import hashlib
import hmac
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from jobs.daemon import StopSignal, bring_forward, run_until_stopped, scheduler_for
from jobs.hints import Hints
from jobs.settings import Settings, SettingsProblem, Webhooks, read_settings
from jobs.webhooks import BODY_MAX, CONNECTIONS_MAX, EVENTS_MAX, Listener, listener, listening, serving

SECRET = "app-secret"
URL = "https://hooks.acme.example/tallystick"
NOW = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
EVENT = b'[{"objectId":35447000003,"propertyName":"amount","propertyValue":"1"}]'
PORT_ANY = 0


class Port:
    """A listener, what it noted, and a client that speaks plain sockets."""

    def __init__(self, clock: Callable[[], datetime], seconds_max: float) -> None:
        self.hints = 0
        settings = Webhooks.model_construct(public_url=URL, port=PORT_ANY, bind="127.0.0.1", apart_seconds=60)
        self.server: Listener = listener(settings, SecretStr(SECRET), self._note, clock, seconds_max=seconds_max)

    def _note(self) -> None:
        self.hints += 1

    def connection(self) -> socket.socket:
        """An open connection, with nothing sent."""
        return socket.create_connection(self.server.server_address[:2], timeout=10)  # type: ignore[arg-type]  # host, port

    def raw(self, request: bytes) -> bytes:
        """The whole answer to these bytes."""
        with self.connection() as connection:
            connection.sendall(request)
            return answer(connection)

    def post(self, body: bytes = EVENT, *, path: str = "/tallystick", **changed: str | None) -> bytes:
        """The answer to a notification, signed rightly unless the caller changes something."""
        return self.raw(notification(body, path=path, **changed))


def notification(body: bytes, *, path: str = "/tallystick", **changed: str | None) -> bytes:
    """A request as HubSpot sends it."""
    moment = changed.pop("moment", None) or str(int(NOW.timestamp() * 1000))
    headers = {
        "Content-Length": str(len(body)),
        "X-HubSpot-Signature-v3": signed(body, moment),
        "X-HubSpot-Request-Timestamp": moment,
    } | {name.replace("_", "-"): value for name, value in changed.items()}
    lines = [f"{name}: {value}" for name, value in headers.items() if value is not None]
    return "\r\n".join([f"POST {path} HTTP/1.1", "Host: x", *lines, "", ""]).encode() + body


def signed(body: bytes, moment: str) -> str:
    """The signature, by hand."""
    text = b"POST" + URL.encode() + body + moment.encode()
    return base64.b64encode(hmac.new(SECRET.encode(), text, hashlib.sha256).digest()).decode()


def answer(connection: socket.socket) -> bytes:
    """Everything until the other side ends."""
    found = b""
    try:
        while piece := connection.recv(4096):
            found += piece
    except ConnectionResetError:  # what was not read of a request that was refused
        pass
    return found


@contextmanager
def open_port(seconds_max: float = 5.0) -> Iterator[Port]:
    """A listening port."""
    port = Port(lambda: NOW, seconds_max)
    with serving(port.server):
        yield port


@pytest.fixture
def port() -> Iterator[Port]:
    """A listening port."""
    with open_port() as port:
        yield port


def empty(status: int, reason: str) -> bytes:
    """An answer that tells a status and nothing else."""
    return f"HTTP/1.0 {status} {reason}\r\nContent-Length: 0\r\n\r\n".encode()


def test_a_genuine_notification_is_a_hint_and_nothing_is_told(port: Port) -> None:
    """The answer is empty; the same once more within its minutes is one more hint, which asks for nothing more."""
    assert port.post() == empty(200, "OK")
    assert port.post() == empty(200, "OK")
    assert port.post(b"[" + b",".join([b"{}"] * EVENTS_MAX) + b"]") == empty(200, "OK")
    assert port.hints == 3


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (notification(EVENT).replace(b'"1"', b'"2"'), (401, "Unauthorized")),
        (notification(EVENT, X_HubSpot_Signature_v3=None), (401, "Unauthorized")),
        (notification(EVENT, X_HubSpot_Signature_v3=hashlib.sha256(SECRET.encode() + EVENT).hexdigest()),
         (401, "Unauthorized")),
        (notification(EVENT, X_HubSpot_Signature_v3=None,
                      X_HubSpot_Signature=hashlib.sha256(SECRET.encode() + EVENT).hexdigest()), (401, "Unauthorized")),
        (notification(EVENT, moment=str(int((NOW - timedelta(minutes=6)).timestamp() * 1000))), (401, "Unauthorized")),
        (notification(EVENT, path="/"), (404, "Not Found")),
        (notification(EVENT, path="/tallystick?x=1"), (404, "Not Found")),
        (notification(EVENT, Content_Length=None), (411, "Length Required")),
        (notification(EVENT, Content_Length="-1"), (411, "Length Required")),
        (notification(EVENT, Transfer_Encoding="chunked"), (411, "Length Required")),
        (notification(EVENT, Content_Length=str(BODY_MAX + 1)), (413, "Request Entity Too Large")),
        (notification(b"{}"), (400, "Bad Request")),
        (notification(b"[]"), (400, "Bad Request")),
        (notification(b"[" + b",".join([b"{}"] * (EVENTS_MAX + 1)) + b"]"), (400, "Bad Request")),
        (notification(b"\xff"), (400, "Bad Request")),
        (b"GET /tallystick HTTP/1.1\r\n\r\n", (400, "Bad Request")),
        (b"GET " + b"x" * 70_000 + b" HTTP/1.1\r\n\r\n", (414, "Request-URI Too Long")),
        (b"nonsense\r\n\r\n", (400, "Bad Request")),
    ],
    ids=["tampered", "unsigned", "v1 as v3", "v1", "old", "elsewhere", "query", "no length", "odd length", "chunked",
         "big", "no list", "no event", "too many", "no text", "get", "long", "nonsense"],
)  # fmt: skip
def test_whatever_is_wrong_is_refused_without_a_word(
    port: Port, request_bytes: bytes, status: tuple[int, str], capfd: pytest.CaptureFixture[str]
) -> None:
    """No body, no software's name, no hint; and nothing of it in the log but that something was refused."""
    found = port.raw(request_bytes)

    unread = {b""} if status[0] in {413, 414} else set()  # the answer may be lost with a request that was not read
    assert found in {empty(*status)} | unread
    assert port.hints == 0
    assert "35447000003" not in "".join(capfd.readouterr())


def test_headers_without_end_are_cut(port: Port) -> None:
    """Seven megabytes of headers, each short enough, are not read; the next request is answered."""
    lines = b"".join(b"X-%d: %s\r\n" % (number, b"x" * 65_000) for number in range(99))
    request = notification(EVENT)
    head, body = request.split(b"\r\n\r\n")
    first, rest = head.split(b"\r\n", 1)

    with port.connection() as connection, suppress(ConnectionError):
        connection.sendall(first + b"\r\n" + lines + rest + b"\r\n\r\n" + body)
        assert answer(connection) in {empty(411, "Length Required"), b""}
    assert port.hints == 0
    assert port.post() == empty(200, "OK")


def test_a_slow_client_is_cut_and_a_flood_of_connections_is_turned_away() -> None:
    """Nobody can hold the port: a request has seconds, all in all, and only so many are let in at a time."""
    with open_port(seconds_max=0.3) as port:
        slow = [port.connection() for _ in range(CONNECTIONS_MAX)]
        for connection in slow:
            connection.sendall(b"POST /tallystick HTTP/1.1\r\n")
        with port.connection() as late:
            assert answer(late) == b""
        began = time.monotonic()
        for connection in slow:
            answer(connection)
            connection.close()
        assert time.monotonic() - began < 5
        # The threads of those that were cut may take a moment to end, and 0.3 s are short on a busy machine.
        assert empty(200, "OK") in (port.post() for _ in range(20))


# ------------------------------------------------------------------------------- what a hint does


class Schedule:
    """A clock, and the moments to which the next cycle was brought forward."""

    def __init__(self) -> None:
        self.now = NOW
        self.brought: list[int] = []
        self.hints = Hints(lambda: self.now, lag=timedelta(seconds=61), apart=timedelta(seconds=60))
        self.hints.bring(lambda moment: self.brought.append(int((moment - NOW).total_seconds())))

    def at(self, seconds: int) -> None:
        """Let the time be so many seconds after the beginning."""
        self.now = NOW + timedelta(seconds=seconds)


def test_a_cycle_begins_when_the_index_shows_what_was_hinted_at_and_late_hints_call_for_another() -> None:
    """A change of 5 s before the cycle is not in the index yet: one more cycle, and then none."""
    schedule = Schedule()
    schedule.hints.note()
    assert schedule.brought == [61]

    def cycle() -> None:
        schedule.hints.note()
        schedule.at(70)

    schedule.at(61)
    schedule.hints.heeded(cycle)()
    assert schedule.brought == [61, 130]  # 60 s after the end, which is later than the index needs
    schedule.at(130)
    schedule.hints.heeded(lambda: None)()
    assert schedule.brought == [61, 130]


def test_a_flood_of_hints_is_one_early_cycle_and_cycles_stay_apart() -> None:
    """However many come, the schedule is asked for the same early moment at first; a failed cycle counts, too."""
    scheduler = scheduler_for(lambda: None, 15, NOW + timedelta(minutes=15))
    scheduler.start(paused=True)
    schedule = Schedule()
    schedule.hints.bring(lambda moment: bring_forward(scheduler, moment))
    for second in range(50):
        schedule.at(second)
        schedule.hints.note()
    assert scheduler.get_job("sync").next_run_time == NOW + timedelta(seconds=61)

    def fails() -> None:
        schedule.at(65)
        raise ZeroDivisionError

    schedule.at(61)
    with pytest.raises(ZeroDivisionError):
        schedule.hints.heeded(fails)()
    scheduler.get_job("sync").modify(next_run_time=NOW + timedelta(minutes=16))
    schedule.hints.note()
    assert scheduler.get_job("sync").next_run_time == NOW + timedelta(seconds=65 + 61)
    scheduler.shutdown()


def test_one_notification_is_one_early_cycle_of_the_daemon(port: Port) -> None:
    """It comes while the first cycle runs, too late for that one; without it the next would be due in 15 minutes."""
    stop, cycles = StopSignal(), []
    hints = Hints(lambda: datetime.now(UTC), lag=timedelta(), apart=timedelta(milliseconds=10))

    def cycle() -> None:
        cycles.append(datetime.now(UTC))
        if len(cycles) == 1:
            assert port.post() == empty(200, "OK")
            hints.note()
        else:
            stop._event.set()

    run_until_stopped(cycle, 15, datetime.now(UTC), stop, hints)
    assert (len(cycles), port.hints) == (2, 1)


# ------------------------------------------------------------------------------- settings


def settings(text: str) -> Settings:
    """Settings of a company on HubSpot."""
    found = read_settings(f"crm: hubspot\n{text}", "tallystick.yaml").rows
    assert found is not None
    return found


def test_it_is_off_unless_asked_for_and_needs_a_secret() -> None:
    """No port is opened by default; without the secret the daemon does not begin."""
    with listening(settings(""), {}, lambda: NOW) as hints:
        assert hints is None

    wanted = settings(f"webhooks: {{public_url: {URL}}}")
    assert wanted.webhooks is not None
    assert (wanted.webhooks.bind, wanted.webhooks.apart_seconds) == ("127.0.0.1", 60)
    with pytest.raises(SettingsProblem, match="TALLYSTICK_HUBSPOT_WEBHOOK_SECRET"), listening(wanted, {}, lambda: NOW):
        pass


def test_a_port_that_is_taken_is_named(port: Port) -> None:
    """The message says which."""
    taken = port.server.server_address[1]
    wanted = settings(f"webhooks: {{public_url: {URL}, port: {taken}}}")
    environment = {"TALLYSTICK_HUBSPOT_WEBHOOK_SECRET": SECRET}
    with (
        pytest.raises(SettingsProblem, match=rf"127.0.0.1:{taken} cannot"),
        listening(wanted, environment, lambda: NOW),
    ):
        pass


@pytest.mark.parametrize(
    "line", ["public_url: http://x.example/", f"public_url: {URL}?x", f"public_url: {URL}, apart_seconds: 5"]
)
def test_settings_that_would_not_hold_are_refused(line: str) -> None:
    """Plain HTTP, a query and a flood."""
    assert read_settings(f"crm: hubspot\nwebhooks: {{{line}}}", "tallystick.yaml").issues
