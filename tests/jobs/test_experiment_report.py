"""The report of an experiment over a small store: counts, rates with intervals, costs, and honest words."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from engine import frames as f
from engine.compute import credit_deals
from engine.documents.engagement.experiments import Experiment
from engine.pay import pay
from jobs.reports.experiments import report
from jobs.reports.show_experiments import show_experiment
from jobs.settings import SettingsProblem
from store import canonical, ledger, results, runs
from store.database import Store, open_store
from tests.engine.builders import book, engagement, rule, rules, units, window
from tests.engine.plans import plan

NOW = datetime(2026, 9, 1, 8, tzinfo=UTC)
HALF = Fraction(1, 2)
TRIAL = Experiment(id="pay", effective=window("2026-01-01", "2027-01-01"), arms={"a": HALF, "b": HALF})
RULES = rules(engagement(rule("all", owner="deal_owner"), experiments=(TRIAL,)), plans=(plan(),))
ACCOUNTS = [f"A{nth}" for nth in range(8)]
RENEWED = ACCOUNTS[:5]
"""By the draw these are not all of one arm."""


def deals() -> list[dict[str, Any]]:
    signed = [{"deal_id": f"S{name}", "account_id": name, "closed_on": "2025-03-01"} for name in ACCOUNTS]
    renewal = {"motion": "renewal", "type": "Renewal", "closed_on": "2026-02-20", "amount_micros": units(1_000)}
    again = [{**renewal, "deal_id": f"R{name}", "account_id": name, "prior_deal_id": f"S{name}"} for name in RENEWED]
    return [*signed, *again]


@pytest.fixture
def store(tmp_path: Path) -> Any:
    opened = open_store(f"sqlite:///{tmp_path / 'tally.db'}", lambda: NOW)
    yield opened
    opened.close()


def fill(store: Store) -> None:
    made = book(deals=deals(), enrolments=[{"person_id": "ada", "plan": "ae"}])
    credited = credit_deals(made, RULES)
    paid = pay(credited.credits, credited.classified, made, RULES, f.Posted.empty())
    with store.write() as conn:
        for name in canonical.KEPT:
            canonical.replace_all(conn, name, getattr(made, name))
        canonical.keep_lots(conn, credited.lots)
        results.replace_credited(conn, set(made.deals["deal_id"]), credited)
        ledger.append(conn, paid.postings, runs.start_run(conn, "test", NOW), NOW)


def asked(store: Store, name: str = "pay", now: datetime = NOW) -> dict[str, Any]:
    configuration: Any = SimpleNamespace(rules=RULES)
    return report(configuration, store, name, lambda: now)


def test_arms_are_compared_with_intervals_and_costs(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    fill(store)

    answer = asked(store)
    show_experiment(answer, as_json=False)

    arms = answer["arms"]
    assert answer["n"] == 8
    assert [arm["drawn"] for arm in arms] == [4, 4]
    assert sum(arm["renewed"] for arm in arms) == 5
    assert sum(arm["lost"] for arm in arms) == 3
    for arm in arms:
        low, high = arm["interval"]
        assert float(low[:-2]) <= float(arm["rate"][:-2]) <= float(high[:-2])
        assert arm["cost"] == {"USD": f"{arm['renewed'] * 100}.00"}
    assert answer["differences"][0]["says"] == "undecided: 0 is inside"
    assert "Wilson" in answer["method"]
    assert "a - b" in capsys.readouterr().out


def test_before_anything_is_decided_it_says_so(store: Store) -> None:
    fill(store)
    with store.write() as conn:
        canonical.replace_all(conn, "deals", book(deals=deals()[:8]).deals)
        results.replace_credited(conn, {f"R{name}" for name in RENEWED}, credit_deals(book(), RULES))

    answer = asked(store, now=datetime(2026, 2, 1, 8, tzinfo=UTC))

    assert [(arm["undecided"], arm["rate"], arm["interval"]) for arm in answer["arms"]] == [(4, None, None)] * 2
    assert answer["differences"] == [{"arms": "a - b", "interval": None, "says": "no account is decided yet"}]


def test_an_unknown_name_is_told_with_the_nearest(store: Store) -> None:
    with pytest.raises(SettingsProblem, match=r"no experiment is called pey\. Did you mean pay\?"):
        asked(store, "pey")
