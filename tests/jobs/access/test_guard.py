"""The guard: what is too much waits, and edits alone take nothing back."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import polars as pl
import pytest

from engine.documents.company.access import Access, Identity
from engine.documents.reading import read_plan
from jobs.access.activation import check_activation
from jobs.configuration import configured
from jobs.guard import Asked, ChangeHeld, Limits, Shown, check
from tests.engine.documents.test_reading import CONFIG

UNIT = 1_000_000
WIDE = Limits(changed_min=1_000, money_min=10**18)


def posting(sequence: int, units: int, kind: str = "commission", source: str = "c1") -> dict[str, object]:
    key = {"plan": "ae", "component": "base", "payee_id": "p1", "period": "2026-10", "source_id": source, "part": ""}
    return {**key, "sequence": sequence, "kind": kind, "delta_micros": units * UNIT, "currency": "USD"}


def stopped(*rows: dict[str, object], limits: Limits = WIDE, edited: bool = False, approved: bool = False) -> str:
    """What the run is stopped for; nothing where it goes on."""
    postings = pl.DataFrame(rows)
    shown = Shown(lambda: 100, lambda: {"USD": 1_000 * UNIT})

    def answer(_: Asked) -> str | None:
        return None if approved else "id"

    try:
        check(postings, shown, limits, answer, released=postings.clear(), edited=edited)
    except ChangeHeld as held:
        (asked,) = held.asked
        assert asked.concerns == {"p1"}
        return "; ".join(asked.detail["why"])
    return ""


@pytest.mark.parametrize(
    ("rows", "limits", "why"),
    [
        ([posting(0, 900)], Limits(changed_min=0, money_min=0), ""),
        ([posting(1, 1)] * 5, Limits(changed_min=5, money_min=10**18), ""),
        ([posting(1, 1)] * 6, Limits(changed_min=7, money_min=10**18), ""),
        ([posting(1, 1)] * 6, Limits(changed_min=6, money_min=10**18), "change 6 of 100 lines already shown"),
        ([posting(1, 50)], Limits(money_min=0), ""),
        ([posting(1, 51)], Limits(money_min=51 * UNIT), "move more than 5% of the USD already shown"),
        ([posting(1, 51)], Limits(money_min=52 * UNIT), ""),
        ([posting(1, 30), posting(1, -30)], Limits(money_min=0), "move more than 5% of the USD already shown"),
        ([posting(1, 200)], Limits(money_min=0, money_share=Fraction(20, 100)), ""),
        ([posting(0, -1, "clawback")] * 2, Limits(clawbacks=2), ""),
        ([posting(0, -1, "clawback")] * 3, Limits(clawbacks=2), "create 3 clawbacks"),
    ],
)
def test_a_change_is_too_large_beyond_the_limits(rows: list[dict[str, object]], limits: Limits, why: str) -> None:
    assert stopped(*rows, limits=limits) == why


@pytest.mark.parametrize(
    ("row", "taken"),
    [
        (posting(1, -1), True),
        (posting(0, -1, "clawback"), True),
        (posting(0, -1), False),
        (posting(1, 1), False),
    ],
)
def test_an_edit_alone_takes_nothing_back(row: dict[str, object], taken: bool) -> None:
    """Whatever was shown; a first line below zero, such as of a credit note, takes nothing back."""
    why = "take back 1 lines after a changed plan, rule or mapping, which alone never does"

    assert stopped(row, edited=True) == (why if taken else "")
    assert stopped(row, edited=False) == ""
    assert stopped(row, edited=True, limits=WIDE.model_copy(update={"edits_take_back": True})) == ""
    assert stopped(row, edited=True, approved=True) == ""


def test_a_plan_version_that_nobody_approved_computes_nothing_where_two_are_asked_for() -> None:
    plan = read_plan((CONFIG / "plans/ae.yaml").read_text(), "plans/ae.yaml").rows
    assert plan is not None
    two = tuple(Identity(login=login, name=login, roles=("admin",)) for login in ("dana", "erik"))
    asks = Access(people=two, two_persons=("plan_activation",))

    check_activation([plan], Access(people=two), lambda _: "id")
    check_activation([plan], asks, lambda _: None)
    with pytest.raises(ChangeHeld, match=r"plans/ae.yaml:\d+: 'worker.py approve id'") as held:
        check_activation([plan], asks, lambda _: "id")

    assert [(one.kind, one.subject, one.detail) for one in held.value.asked] == [
        ("plan_activation", "ae", {"version": plan.version})
    ]


@pytest.mark.parametrize(
    ("name", "edit", "counts"),
    [
        ("access.yaml", "people: [{login: dana, name: Dana, roles: [admin]}]\n", False),
        ("journal.yaml", 'cash: {number: "1", name: Bank}\n', False),
        ("mapping/hubspot.yaml", "another: CRM\n", False),
        ("tests/dispute-4.yaml", "a: plan test\n", False),
        ("plans/ae.yaml", "\n# a comment\n", False),
        ("plans/ae.yaml", "\nanother: key\n", True),
        ("company.yaml", "\nweek_starts: sunday\n", True),
    ],
)
def test_only_an_edit_of_what_a_computation_reads_is_one(name: str, edit: str, *, counts: bool) -> None:
    """Who may do what, account numbers and the other CRM's mapping change nobody's pay: the guard counts no edit."""
    files = [*CONFIG.glob("*.yaml"), *CONFIG.glob("mapping/*"), *CONFIG.glob("engagement/*"), *CONFIG.glob("plans/*")]
    texts = {path.relative_to(CONFIG).as_posix(): path.read_text(encoding="utf-8") for path in files}
    before = configured(CONFIG, texts | {"lists/named_accounts.csv": "account,from,until\n"})
    text = before.texts.get(name, "") if edit.startswith("\n") else ""

    after = replace(before, texts=before.texts | {name: text + edit})

    assert (after.policy != before.policy) == counts
