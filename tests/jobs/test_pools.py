"""Pools on the real path: what was given away is kept, and computing again gives nobody anything else."""

from __future__ import annotations

import polars as pl

from store import canonical, results, settings
from tests.jobs.conftest import Company


def test_accounts_stay_where_they_were_given_when_everything_is_computed_again(company: Company) -> None:
    company.edit("engagement/harbour.yaml", lambda text: f"{text}\npools:\n  AE: {{draw: round_robin}}\n")
    company.cycle()
    with company.store().write() as conn:
        lots = canonical.whole(conn, "lots")
        owners = results.assignments_of(conn, None).select("deal_id", "value_owner_id").sort("deal_id")
        settings.set_setting(conn, "computed_fingerprint", "another")

    company.nothing_more()

    with company.store().read() as conn:
        again = results.assignments_of(conn, None).select("deal_id", "value_owner_id").sort("deal_id")
        assert canonical.whole(conn, "lots").sort("turn").equals(lots.sort("turn"))
    assert again.equals(owners)
    assert set(lots["drawn_for"]) == {"pool AE"}
    assert lots.select(pl.col("account_id").n_unique()).item() > 1
