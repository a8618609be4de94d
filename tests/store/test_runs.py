"""Runs, issues, leases, settings, documents."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from engine.model import Issue, Organization, Severity
from store import documents, leases, runs, settings
from store.database import Store
from store.errors import LeaseLost, WrongOrganization
from store.runs import OpenIssue, Run
from tests.store.conftest import NOW

LATER = NOW + timedelta(minutes=5)
NO_OWNER = Issue("deal_without_owner", Severity.HOLDS, "deal D1", "has no owner.", "Set the owner in the CRM.")
NO_AMOUNT = Issue("deal_without_amount", Severity.HOLDS, "deal D2", "has no amount.", "Set the amount.")
ODD_NAME = Issue("odd_name", Severity.WARNS, "deal D3", "has no name.", "Name it.")
HOUSE = Organization("00D1", "House", is_sandbox=True, zone="UTC", currency=None, fiscal_year_start_month=2)


def test_a_run_has_no_outcome_until_it_ends(store: Store) -> None:
    with store.write() as conn:
        first = runs.start_run(conn, "sync", NOW)
        second = runs.start_run(conn, "backfill", NOW)
        runs.finish_run(conn, first, "done", {"pulled": 3}, LATER)

        assert runs.runs(conn, 5) == [
            Run(second, "backfill", NOW, None, None, {}),
            Run(first, "sync", NOW, LATER, "done", {"pulled": 3}),
        ]
        assert len(runs.runs(conn, 1)) == 1


def test_an_issue_is_open_from_its_first_sight_until_it_is_not_found(store: Store) -> None:
    with store.write() as conn:
        runs.record_issues(conn, "deals", [ODD_NAME, NO_OWNER, NO_OWNER], NOW)
        runs.record_issues(conn, "config", [NO_AMOUNT], NOW)
        runs.record_issues(conn, "deals", [NO_OWNER, NO_AMOUNT], LATER)

        assert runs.open_issues(conn) == [
            OpenIssue("deals", NO_OWNER, NOW),
            OpenIssue("config", NO_AMOUNT, NOW),
            OpenIssue("deals", NO_AMOUNT, LATER),
        ]
        closed = conn.exec_driver_sql("SELECT subject, closed_at FROM issue WHERE closed_at IS NOT NULL").fetchall()
        assert [tuple(row) for row in closed] == [("deal D3", "2026-11-22T08:35:00.000000+00:00")]


def test_an_issue_that_comes_back_is_new(store: Store) -> None:
    with store.write() as conn:
        runs.record_issues(conn, "deals", [NO_OWNER], NOW)
        runs.record_issues(conn, "deals", [], NOW)
        runs.record_issues(conn, "deals", [NO_OWNER], LATER)

        assert [found.first_seen_at for found in runs.open_issues(conn)] == [LATER]


def test_a_run_over_few_records_closes_only_their_issues(store: Store) -> None:
    with store.write() as conn:
        runs.record_issues(conn, "deals", [NO_OWNER, NO_AMOUNT], NOW)
        runs.record_issues(conn, "deals", [ODD_NAME], LATER, subjects=["deal D1", "deal D3"])

        assert {found.issue.subject for found in runs.open_issues(conn)} == {"deal D2", "deal D3"}


def test_a_lease_is_held_by_one_until_it_runs_out(store: Store) -> None:
    with store.write() as conn:
        first = leases.claim(conn, "sync", "one", NOW, 60)
        assert first == 1
        assert leases.claim(conn, "sync", "two", NOW + timedelta(seconds=59), 60) is None
        assert leases.claim(conn, "other", "two", NOW, 60) == 1
        leases.renew(conn, "sync", first, NOW + timedelta(seconds=59), 60)
        assert leases.claim(conn, "sync", "two", NOW + timedelta(seconds=100), 60) is None
        assert leases.claim(conn, "sync", "two", NOW + timedelta(seconds=119), 60) == 2


def test_a_holder_that_slept_too_long_cannot_write_any_more(store: Store) -> None:
    with store.write() as conn:
        slept = leases.claim(conn, "sync", "one", NOW, 60)
        assert slept is not None
        assert leases.claim(conn, "sync", "two", LATER, 60) == 2

        with pytest.raises(LeaseLost) as lost:
            leases.check(conn, "sync", slept)
        with pytest.raises(LeaseLost):
            leases.renew(conn, "sync", slept, LATER, 60)
        leases.release(conn, "sync", slept)
        leases.check(conn, "sync", 2)

    assert str(lost.value) == "The lease sync (token 1) was lost; it is held by two now. This run stops."


def test_a_released_lease_is_free_at_once_and_its_token_is_spent(store: Store) -> None:
    with store.write() as conn:
        assert leases.claim(conn, "sync", "one", NOW, 60) == 1
        leases.release(conn, "sync", 1)

        with pytest.raises(LeaseLost, match="it is free now"):
            leases.check(conn, "sync", 1)
        with pytest.raises(LeaseLost):
            leases.check(conn, "never claimed", 1)
        assert leases.claim(conn, "sync", "two", NOW, 60) == 2


def test_of_many_claims_at_once_one_succeeds(store: Store) -> None:
    tokens: list[int | None] = []

    def claim(holder: str) -> None:
        with store.write() as conn:
            tokens.append(leases.claim(conn, "sync", holder, NOW, 60))

    threads = [threading.Thread(target=claim, args=(f"holder {number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(token is not None for token in tokens) == [False] * 7 + [True]


def test_the_organization_is_pinned_at_first_sight(store: Store) -> None:
    with store.write() as conn:
        assert settings.pinned(conn) is None
        settings.pin_organization(conn, HOUSE)
        settings.pin_organization(conn, replace(HOUSE, name="New House", currency="EUR"))
        assert settings.pinned(conn) == replace(HOUSE, name="New House", currency="EUR")


@pytest.mark.parametrize("other", [replace(HOUSE, org_id="00D2"), replace(HOUSE, is_sandbox=False)])
def test_another_organization_is_refused(store: Store, other: Organization) -> None:
    with store.write() as conn:
        settings.pin_organization(conn, HOUSE)

        with pytest.raises(WrongOrganization, match=r"belongs to House \(sandbox org 00D1\), but the credentials open"):
            settings.pin_organization(conn, other)
        assert settings.pinned(conn) == HOUSE


def test_a_document_is_kept_for_ever_under_its_hash(store: Store) -> None:
    with store.write() as conn:
        assert documents.keep_documents(conn, {"h1": ("config/plans/ae.yaml", "plan: ae")}, NOW) == 1
        both = {"h1": ("config/plans/ae.yaml", "plan: ae"), "h2": ("config/plans/ae.yaml", "plan: ae 2")}
        assert documents.keep_documents(conn, both, LATER) == 1
        assert dict(documents.documents(conn)) == {"h1": "plan: ae", "h2": "plan: ae 2"}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE plan_document SET text = ''",
        "DELETE FROM plan_document",
        "REPLACE INTO plan_document VALUES ('h','','','')",
    ],
)
def test_a_document_cannot_be_changed(store: Store, statement: str) -> None:
    with store.write() as conn:
        documents.keep_documents(conn, {"h": ("config/plans/ae.yaml", "plan: ae")}, NOW)

    with store.write() as conn, pytest.raises(sa.exc.IntegrityError, match="plan_document is append-only"):
        conn.exec_driver_sql(statement)
