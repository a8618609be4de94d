"""Roles, reporting lines, enrolments and quotas."""

from collections import defaultdict
from itertools import pairwise

from tests.sandbox.world.reading import People, by_id, on, rows, world


def test_no_day_has_two_holders_of_one_role_in_one_scope():
    held = defaultdict(list)
    for row in rows(world(7, 2000), "people/roles.csv"):
        held[row["role"], row["scope"], row["value"]].append((row["from"], row["until"] or "9999"))
    for spans in held.values():
        spans.sort()
        assert all(before[1] <= after[0] for before, after in pairwise(spans))


def test_everybody_credited_reports_to_one_manager_and_is_on_one_plan():
    made = world()
    people, enrolments = People(made), rows(made, "people/enrolments.csv")
    days = {deal["Id"]: deal["CloseDate"] for deal in made.document["opportunities"]}
    chief = next(user["Email"] for user in made.document["users"] if user["Title"] == "Chief Executive")
    for deal, verdict in made.answer_key["deals"].items():
        for payee in {credit["payee"] for credit in verdict["credits"]} - {chief}:
            assert len(people.managers(payee, days[deal])) == 1
            assert len([row for row in enrolments if row["payee"] == payee and on(row, days[deal])]) == 1


def test_leavers_are_inactive_and_their_roles_end():
    made = world()
    ended = {row["payee"] for row in rows(made, "people/enrolments.csv") if row["until"]}
    inactive = {user["Email"] for user in made.document["users"] if not user["IsActive"]}
    open_roles = {row["payee"] for row in rows(made, "people/roles.csv") if not row["until"]}

    assert inactive == ended
    assert inactive
    assert not inactive & open_roles


def test_joiners_start_with_a_rising_quota():
    made = world()
    quotas = defaultdict(list)
    for row in rows(made, "people/quotas.csv"):
        quotas[row["payee"]].append((row["from"], int(row["amount"])))
    late = {row["payee"] for row in rows(made, "people/enrolments.csv") if row["from"] > "2023-02-01"} & quotas.keys()

    assert late
    for payee in late:
        (_, first), (month, second) = quotas[payee][:2]
        assert first < second or month[5:7] == "02", "only a new fiscal year may bring a lower level"


def test_quota_rows_cover_every_enrolled_month_of_the_plans_that_need_one():
    made = world()
    covered = {(row["payee"], row["from"]) for row in rows(made, "people/quotas.csv")}
    for row in rows(made, "people/enrolments.csv"):
        if row["plan"] in {"ae", "am", "manager"}:
            assert (row["payee"], row["from"]) in covered
    assert max(month for _, month in covered) == "2027-01-01"


def test_open_deals_belong_to_active_users():
    made = world()
    users = by_id(made, "users")

    assert all(users[deal["OwnerId"]]["IsActive"] for deal in made.document["opportunities"] if not deal["IsClosed"])
