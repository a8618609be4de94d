"""Closing a month: what keeps it open, what is sealed, and where later changes show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from jobs import answers
from jobs.books.close import Signed, close, periods_to_close
from store import results, statements
from store.chain import verify
from tests.jobs.conftest import Company
from tests.jobs.test_cycle import credited_deal, lines_total

OCTOBER, NOVEMBER = "2026-10", "2026-11"
DIRT = "known dirt of the generated company"


@dataclass(frozen=True)
class Dana:
    """Somebody of finance."""

    login: str = "dana"
    os_login: str = "dana"


def sign(action: str, period: str, detail: Mapping[str, Any], reason: str) -> Signed:
    """Two people who agree to everything."""
    assert action == "close" or reason
    assert period
    assert detail["closing"] > 0
    return Signed(Dana(), "bo")


def close_all(company: Company, label: str = OCTOBER) -> list[dict[str, Any]]:
    """Close a period and every earlier one."""
    configuration, store = company.configuration(), company.store()
    labels = periods_to_close(configuration, store, label)
    return [close(configuration, store, each, sign, accepts_issues=DIRT) for each in labels]


def test_a_late_change_of_a_closed_period_is_an_adjustment_in_the_open_one(company: Company) -> None:
    """Its sum is exactly new less old; what was sealed stays; a second run books nothing."""
    company.cycle()
    done = close_all(company)
    assert [each["period"] for each in done][-1] == OCTOBER
    assert all(each["statements"] for each in done)
    deal = credited_deal(company)
    with company.store().read() as conn:
        line = results.lines_of(conn, None, [deal]).filter(component="base", kind="commission").row(0, named=True)
        before = answers.statement(conn, line["payee_id"], line["period"], company.configuration())
        seals = [each.hash for number in range(1, len(done) + 1) for each in statements.sealed(conn, number)]
    old = lines_total(company)
    record = company.crm(deal)
    company.org.update("Opportunity", deal, {"ACV__c": record["ACV__c"] * 2, "Amount": record["Amount"] * 2})

    posted = company.cycle().computed.postings

    company.nothing_more()
    new = lines_total(company)
    with company.store().read() as conn:
        late = posted.filter(pl.col("period") <= OCTOBER)
        assert late.height > 0
        assert set(late["booked_in"]) == {NOVEMBER}
        assert set(late["reason"]) == {"prior_period_adjustment"}
        assert posted["delta_micros"].sum() == new - old
        configuration = company.configuration()
        assert answers.statement(conn, line["payee_id"], line["period"], configuration) | {"periods": []} == before | {
            "periods": []
        }
        now = answers.statement(conn, line["payee_id"], NOVEMBER, configuration)
        assert {(each["about"], each["deal_id"]) for each in now["adjustments"]} >= {(line["period"], deal)}
        assert [each.hash for n in range(1, len(done) + 1) for each in statements.sealed(conn, n)] == seals
        assert verify(conn) is None
