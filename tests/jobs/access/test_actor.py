"""Who gives a command: deny by default, and nobody acts for somebody else but the owner of the database."""

from __future__ import annotations

import pytest

from engine.documents.company.access import Access, Identity
from jobs.access.actor import OsUser, acting, actor_of, os_login
from jobs.access.errors import NotYours
from jobs.access.visible import EVERYBODY, MAY, may_do, must_do
from store import canonical
from store.database import Store

NOBODY = Access()
NAMED = Access(
    people=(
        Identity(login="dana", name="Dana Osei", email="Dana@harbour.example", roles=("finance",)),
        Identity(login="ada", name="Ada Brandt", email="ada@harbour.example", roles=("payee",)),
        Identity(login="root", name="The daemon", roles=("admin",)),
    )
)
OWNER, OTHER = OsUser("tallystick", owns_database=True), OsUser("ada", owns_database=False)


def test_as_long_as_nobody_is_named_the_owner_acts_as_admin() -> None:
    actor = actor_of(NOBODY, OWNER, None)

    assert (actor.login, actor.roles, actor.person_id) == ("tallystick", {"admin"}, None)


@pytest.mark.parametrize(
    ("access", "user", "named", "message"),
    [
        (NOBODY, OTHER, None, "ada does not own the database, and access.yaml names nobody yet."),
        (NOBODY, OWNER, "dana", "TALLYSTICK_ACTOR names dana, but access.yaml names nobody yet. Add the login there."),
        (
            NAMED,
            OWNER,
            None,
            "tallystick is not named in access.yaml and may do nothing here. An admin can add the login.",
        ),
        (NAMED, OWNER, "erik", "erik is not named in access.yaml and may do nothing here. An admin can add the login."),
        (NAMED, OWNER, "", " is not named in access.yaml and may do nothing here. An admin can add the login."),
        (NAMED, OTHER, "dana", "TALLYSTICK_ACTOR is for the user who owns the database; ada acts as ada alone."),
    ],
)
def test_whoever_is_not_named_is_refused(access: Access, user: OsUser, named: str | None, message: str) -> None:
    with pytest.raises(NotYours) as refused:
        actor_of(access, user, named)

    assert str(refused.value) == message


def test_the_owner_acts_for_others_and_both_names_are_kept() -> None:
    actor = actor_of(NAMED, OWNER, "dana")

    assert (actor.login, actor.os_login, actor.name, actor.roles) == ("dana", "tallystick", "Dana Osei", {"finance"})


def test_own_rows_are_those_of_the_one_person_with_the_address(store: Store) -> None:
    people = [{"person_id": "p1", "email": "DANA@harbour.example"}] + [
        {"person_id": name, "email": "ada@harbour.example"} for name in ("p2", "p3")
    ]
    with store.write() as conn:
        canonical.replace_all(conn, "people", [{**_nobody(), **person} for person in people])

    found = [acting(NAMED, store, {"TALLYSTICK_ACTOR": login}).person_id for login in ("dana", "ada", "root")]

    assert found == ["p1", None, None]


def _nobody() -> dict[str, object]:
    return dict.fromkeys(canonical.KEPT["people"][1].columns()) | {"active": True, "user_id": "u"}


def test_the_user_of_this_process_is_known_whatever_the_environment_says(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    login = os_login()
    for name in ("USER", "LOGNAME", "USERNAME", "SUDO_USER"):
        monkeypatch.setenv(name, "dana")

    assert acting(NOBODY, store, {}).login == os_login() == login


def test_what_nobody_has_named_is_done_by_nobody() -> None:
    admin = actor_of(NOBODY, OWNER, None)

    assert not may_do(admin, "burn")
    with pytest.raises(NotYours, match=r"burn is for nobody; tallystick has the role admin\."):
        must_do(admin, "burn")


def test_an_auditor_changes_nothing_and_an_admin_does_everything() -> None:
    changing = {action for action, roles in MAY.items() if "auditor" not in roles}

    books = {"drift", "approve", "approve-statements", "close", "reopen", "adjust", "paid", "export payroll"}
    disputes = {"dispute open", "dispute close", "dispute test"}
    worker = {"sync", "backfill", "reassign", "run", "doctor", "setup", "backup", "restore"}
    assert changing == books | disputes | worker
    assert all("admin" in roles and roles <= EVERYBODY for roles in MAY.values())
