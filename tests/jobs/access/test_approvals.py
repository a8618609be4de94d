"""Approvals: exactly what was looked at, by who may, by two where two are asked for."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from engine.documents.company.access import Access, Identity
from jobs.access.actor import Actor
from jobs.access.approvals import (
    Approved,
    Unapproved,
    Waiting,
    Waits,
    approve,
    approved_or_waits,
    lapse,
    request,
    standing,
)
from jobs.access.errors import NotYours
from store import approvals, audit
from store.approvals import detail_hash_of
from store.database import Store

NOW = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
ALONE = Access()
TWO = Access(
    people=tuple(Identity(login=login, name=login, roles=("finance",)) for login in ("dana", "erik", "kim")),
    two_persons=("close", "breaker"),
)
DETAIL = {"closing": 1}


def actor(login: str, *roles: str, person_id: str | None = None) -> Actor:
    return Actor(login, "tallystick", login, person_id, frozenset(roles or ("finance",)))  # type: ignore[arg-type]


def ask(store: Store, access: Access, who: Actor, detail: dict[str, int] = DETAIL, **more: object) -> Approved:
    return approved_or_waits(store, access, who, "close", "2026-10", detail=detail, **more)  # type: ignore[arg-type]


def agree(store: Store, who: Actor, request_id: str, access: Access = TWO) -> bool:
    with store.write() as conn:
        return approve(conn, access, who, request_id, reason="looked at it", now=NOW).approved


def waiting(store: Store) -> list[str]:
    with store.read() as conn:
        return [asked.id for asked in approvals.all_waiting(conn)]


def test_where_one_person_is_enough_asking_is_deciding(store: Store) -> None:
    assert ask(store, ALONE, actor("root", "admin")).persons == ("root", "root")
    assert waiting(store) == []


def test_where_two_are_asked_for_another_one_decides(store: Store) -> None:
    with pytest.raises(Waits, match=r"close 2026-10 waits for a second person: worker.py approve [0-9a-f]{12}$"):
        ask(store, TWO, actor("dana"))
    (name,) = waiting(store)

    with pytest.raises(Unapproved, match=r"close needs a second person; dana is the first\."):
        agree(store, actor("dana"), name)
    assert agree(store, actor("erik"), name)

    assert ask(store, TWO, actor("dana")).persons == ("dana", "erik")


def test_an_approval_lets_nothing_else_through(store: Store) -> None:
    with pytest.raises(Waits):
        ask(store, TWO, actor("dana"))
    agree(store, actor("erik"), waiting(store)[0])

    with pytest.raises(Waits):
        ask(store, TWO, actor("dana"), {"closing": 2})
    with store.read() as conn:
        found = [standing(conn, "close", "2026-10", detail_hash_of({"closing": number})) for number in (1, 2, 3)]

    assert [type(one) for one in found] == [Approved, Waiting, type(None)]


def test_nobody_stands_behind_what_a_run_asks_for(store: Store) -> None:
    with store.write() as conn:
        asked = approvals.add_request(conn, actor("dana"), "breaker", "sync", DETAIL, now=NOW, by_run=True)

    assert not agree(store, actor("dana"), asked.id)
    with pytest.raises(Unapproved, match="dana is the first"):
        agree(store, actor("dana"), asked.id)
    assert agree(store, actor("erik"), asked.id)


def test_nobody_approves_what_pays_them(store: Store) -> None:
    with pytest.raises(Waits):
        ask(store, TWO, actor("dana"), concerns=["p1", "p2"])
    (name,) = waiting(store)

    with pytest.raises(Unapproved, match="close 2026-10 changes your own pay; somebody else must approve it"):
        agree(store, actor("erik", person_id="p2"), name)
    assert agree(store, actor("kim", person_id="p3"), name)
    with pytest.raises(Unapproved, match="changes your own pay"):
        ask(store, ALONE, actor("root", "admin", person_id="p1"), {"closing": 9}, concerns=["p1"])


@pytest.mark.parametrize("role", ["payee", "manager", "auditor"])
def test_who_has_not_the_role_does_not_approve(store: Store, role: str) -> None:
    with pytest.raises(Waits):
        ask(store, TWO, actor("dana"))

    with pytest.raises(NotYours):
        agree(store, actor("ada", role), waiting(store)[0])


def test_a_period_is_never_opened_again_by_one_person(store: Store) -> None:
    with (
        pytest.raises(Unapproved, match=r"reopen needs a second person, and access\.yaml names nobody"),
        store.write() as conn,
    ):
        request(conn, ALONE, actor("root", "admin"), "reopen", "2026-10", detail=DETAIL, now=NOW)


def test_what_is_gone_waits_no_longer(store: Store) -> None:
    for number in (1, 2):
        with pytest.raises(Waits):
            ask(store, TWO, actor("dana"), {"closing": number})
    gone, stays = waiting(store)
    with store.write() as conn:
        lapse(conn, actor("root"), "close", "2026-10", keep=detail_hash_of({"closing": 2}), now=NOW)

    assert waiting(store) == [stays]
    for name in (gone, "000000000000"):
        with pytest.raises(
            Unapproved, match=f"Nothing waits for approval under {name}; 'worker.py approvals' lists what does"
        ):
            agree(store, actor("erik"), name)


def test_who_asked_and_who_agreed_is_in_the_audit_log_with_before_and_after(store: Store) -> None:
    with pytest.raises(Waits):
        ask(store, TWO, actor("dana"), reason="month end")
    agree(store, actor("erik"), waiting(store)[0])

    with store.read() as conn:
        agreed, asked = audit.entries(conn)

    assert (asked.login, asked.action, asked.subject, asked.reason) == ("dana", "request close", "2026-10", "month end")
    assert (agreed.login, agreed.os_login, agreed.action) == ("erik", "tallystick", "approve close")
    assert (agreed.before["state"], agreed.after["state"], agreed.after["persons"]) == (
        "waits",
        "approved",
        ["dana", "erik"],
    )
