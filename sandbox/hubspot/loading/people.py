"""Users of the document: owners with their teams, records of type user, and goals."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.hubspot.clock import iso, millis
from sandbox.hubspot.errors import LoadProblem
from sandbox.hubspot.loading.numbers import OWNER_FIRST, TEAM_FIRST, user_number
from sandbox.hubspot.loading.setup import add_property, take_fields
from sandbox.hubspot.loading.taking import Taking
from sandbox.hubspot.loading.texts import number_text
from sandbox.hubspot.records.people import Owner
from sandbox.hubspot.records.tables import Record

Given = Mapping[str, Any]
USER, GOAL = "0-115", "0-74"
_USER_KEYS = {
    "Id", "Username", "Name", "FirstName", "LastName", "Email", "Title", "Department", "ManagerId", "IsActive",
    "UserRoleId", "EmployeeNumber", "DefaultCurrencyIsoCode",
}  # fmt: skip
_QUOTA_KEYS = {"UserId", "Name", "StartDate", "EndDate", "Amount"}


def take_users(taking: Taking, users: Iterable[Given], custom: Iterable[Given] = ()) -> None:
    """Make owners; those who are not active have left. Departments become teams, custom fields properties of users."""
    portal, users = taking.portal, list(users)
    taking.numbers.give("users", users, OWNER_FIRST)
    departments = sorted({str(user["Department"]) for user in users if user.get("Department")})
    teams = {name: str(TEAM_FIRST + place) for place, name in enumerate(departments)}
    portal.owners.teams |= {team: name for name, team in teams.items()}
    kind = portal.schema.get(USER)
    add_property(kind, "manager_owner_id", "Manager", "string", portal.now_ms())
    add_property(kind, "employee_number", "Employee number", "string", portal.now_ms())
    taking.fields[USER] = take_fields(kind, custom, users, portal.now_ms())
    known = _USER_KEYS | taking.fields[USER].keys() | taking.ignore
    records = []
    for place, user in enumerate(users):
        where = f"users[{place}] ({user.get('Id', 'no Id')})"
        if unknown := set(user) - known:
            raise LoadProblem(f"{where}: {sorted(unknown)} have no place in a portal: list them in `ignore`")
        owner = _owner(taking, user, teams, where)
        portal.owners.add(owner)
        records.append(Record(owner.user_id, _user(taking, user, owner, where), owner.created_ms, owner.updated_ms))
    portal.tables[USER].fill(records)


def _owner(taking: Taking, user: Given, teams: Mapping[str, str], where: str) -> Owner:
    number, now = taking.numbers.of("users", user["Id"], where), taking.portal.now_ms()
    first, _, last = str(user.get("Name") or "").rpartition(" ")
    active, department = user.get("IsActive", True), user.get("Department")
    return Owner(
        id=number,
        user_id=user_number(number),
        email=str(user.get("Email") or user.get("Username") or ""),
        first_name=str(user.get("FirstName") or first),
        last_name=str(user.get("LastName") or last),
        teams=((teams[str(department)], True),) if department and active else (),
        created_ms=now,
        updated_ms=now,
        archived=not active,
    )


def _user(taking: Taking, user: Given, owner: Owner, where: str) -> dict[str, str]:
    manager = user.get("ManagerId")
    values = {
        "hs_given_name": owner.first_name,
        "hs_family_name": owner.last_name,
        "hs_email": owner.email,
        "hs_internal_user_id": str(owner.user_id),
        "hubspot_owner_id": str(owner.id),
        "hs_job_title": str(user.get("Title") or ""),
        "hs_deactivated": "true" if owner.archived else "false",
        "manager_owner_id": str(taking.numbers.of("users", manager, where)) if manager else "",
        "employee_number": str(user.get("EmployeeNumber") or ""),
    }
    own = taking.values(
        where, taking.portal.schema.get(USER), {name: user.get(name) for name in taking.fields[USER]}, {}, frozenset()
    )
    return {name: text for name, text in values.items() if text} | own


def take_quotas(taking: Taking, quotas: Iterable[Given]) -> None:
    """Make a goal of every quota: one person, one period, whose end is excluded."""
    portal, records = taking.portal, []
    for place, quota in enumerate(quotas):
        where = f"quotas[{place}]"
        if set(quota) != _QUOTA_KEYS:
            raise LoadProblem(f"{where}: expected {sorted(_QUOTA_KEYS)}")
        owner = taking.numbers.of("users", quota["UserId"], where)
        values = {
            "hs_goal_name": str(quota["Name"]),
            "hs_target_amount": number_text(quota["Amount"], where),
            "hs_start_datetime": _midnight(quota["StartDate"], portal.zone),
            "hs_end_datetime": _midnight(quota["EndDate"], portal.zone),
            "hs_assignee_user_id": str(user_number(owner)),
        }
        now = portal.now_ms()
        records.append(Record(portal.mint(GOAL), values, now, now))
    portal.tables[GOAL].fill(records)


def _midnight(day: Any, zone: str) -> str:
    return iso(millis(datetime.combine(date.fromisoformat(str(day)), time(), ZoneInfo(zone))))
