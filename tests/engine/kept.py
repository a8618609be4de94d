"""What became of the customers of payees, from a few rows: their contracts, renewals and changes."""

from __future__ import annotations

from datetime import date
from typing import Any

from engine.cohorts.cohort import cohorts
from engine.cohorts.windows import Reach
from engine.deals.classify import classify
from engine.documents.measures.measure import Measure
from engine.documents.measures.retention import Retention
from tests.engine.builders import book, company, engagement, rule, rules, units
from tests.engine.plans import component, plan

CALENDAR = company(fiscal_year_starts="01-01", zone="UTC")
Q1 = Reach(through=date(2026, 4, 1))
CONTRACT = {"contract_id": "C1", "starts_on": "2025-01-01", "acv_micros": units(100)}
RENEWED = {"deal_id": "D2", "motion": "renewal", "type": "Renewal", "closed_on": "2026-02-01"}
FIRST = {"deal_id": "D1", "closed_on": "2025-02-01", "amount_micros": units(100)}
UPSELL = {"deal_id": "D2", "motion": "upsell", "type": "Upsell", "closed_on": "2026-02-10"}
NUMBERS = ("start", "expanded", "shrunk", "lost")


def told(
    *, measure: dict[str, Any] | None = None, reach: Reach = Q1, over: str = "quarter", **rows: Any
) -> tuple[dict[tuple[str, str, str], tuple[int, ...]], list[str]]:
    """By payee, account and end of the window: what there was, expanded, shrunk and lost, in whole units; and issues.

    All accounts are `ada`'s unless rows say otherwise.
    """
    kept = {"retention": Retention(kind="gross"), **(measure or {})}
    paid = plan(component(measure="kept", accumulates=over), measures={"kept": Measure(**kept)})
    base: dict[str, Any] = {
        "accounts": [{"account_id": name, "owner_id": "u-ada"} for name in ("A1", "A2")],
        "people": [{"person_id": name} for name in ("ada", "bo", "vera")],
        "enrolments": [{"person_id": name, "plan": paid.plan} for name in ("ada", "bo", "vera")],
    }
    records = book(**{**base, **rows})
    in_force = rules(engagement(rule("all")), plans=[paid], company_is=CALENDAR)
    classified = classify(records, in_force)
    found = cohorts(classified.rows, records, in_force, reach)
    known = {
        (row["payee_id"], row["account_id"], str(row["until_on"])): (
            tuple(row[f"{name}_micros"] // units(1) for name in NUMBERS) if row["stuck"] is None else (row["stuck"],)
        )
        for row in found.rows.iter_rows(named=True)
    }
    return known, [issue.code for issue in found.issues]


def first_quarter(**rows: Any) -> tuple[int, ...] | None:
    """What became in the first quarter of 2026 of A1 with ada."""
    return told(**rows)[0].get(("ada", "A1", "2026-04-01"))
