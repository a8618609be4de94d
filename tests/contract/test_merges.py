"""HubSpot gives merged deals a new id and moves its own references; a portal's own properties keep the old one."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from jobs.stand_in import SANDBOXES
from sandbox.world import World
from store import canonical, results
from tests.contract import told
from tests.jobs.conftest import Company, standing
from tests.jobs.test_cycle import lines_total


def test_what_names_a_merged_deal_means_its_winner(world: World, tmp_path: Path, migrated: Path) -> None:
    """A renewal keeps what it renews, and its pay, although nobody has touched it; a later merge is followed, too."""
    with standing(SANDBOXES["hubspot"], world, tmp_path / "config", migrated) as company:
        company.cycle()
        renewal, prior = a_renewal_that_pays(company)
        before = lines_total(company, renewal)
        for _ in range(2):
            winner = merged_with_a_copy(company, prior)
            company.cycle()

            assert deal(company, renewal)["prior_deal_id"] == winner
            assert lines_total(company, renewal) == before
            assert not {subject for _, subject in told.issues(company) if renewal in subject}
            company.nothing_more()
            prior = winner
        contracts = rows(company, "contracts")
        assert winner in contracts["origin_deal_id"].to_list()


def test_what_the_files_name_is_followed_through_merges(world: World, tmp_path: Path, migrated: Path) -> None:
    """Events of a merged deal, and the roles and lists of a merged account, stay with what is left of them."""
    with standing(SANDBOXES["hubspot"], world, tmp_path / "config", migrated) as company:
        company.cycle()
        renewal, _ = a_renewal_that_pays(company)
        account = deal(company, renewal)["account_id"]
        payee = rows(company, "role_holdings")["person_id"][0]
        company.edit("people/events.csv", lambda text: f"{text.rstrip()}\n{renewal},payment,2026-11-02,12.50\n")
        company.edit("people/roles.csv", lambda text: f"{text.rstrip()}\n{payee},AE,account,{account},2020-01-01,\n")
        named = company.folder / "lists/chosen.csv"
        named.write_text(f"account,from,until\n{account},,\n", encoding="utf-8")
        company.cycle()
        assert named_by_files(company) == {("event", renewal), ("role", account), ("list", account)}

        deal_left = merged_with_a_copy(company, renewal)
        twin = company.org.create("companies", {"name": "the same company once more"})
        account_left = str(company.org.merge("companies", account, twin))
        company.cycle()

        assert named_by_files(company) == {("event", deal_left), ("role", account_left), ("list", account_left)}
        assert not [subject for _, subject in told.issues(company) if ".csv" in subject]
        company.nothing_more()


def named_by_files(company: Company) -> set[tuple[str, str]]:
    """The deal and the account that the test's own rows name."""
    events = rows(company, "deal_events").filter(amount_micros=12_500_000)["deal_id"]
    roles = rows(company, "role_holdings").filter(scope="account", role="AE", from_on=date(2020, 1, 1))["value"]
    listed = rows(company, "list_entries").filter(list="chosen")["account_id"]
    return {(what, each) for what, found in (("event", events), ("role", roles), ("list", listed)) for each in found}


def a_renewal_that_pays(company: Company) -> tuple[str, str]:
    """Its id, and that of the deal it renews."""
    with company.store().read() as conn:
        paid = results.lines_of(conn, None).filter(pl.col("kind") == "commission")["deal_id"].to_list()
    origins = rows(company, "contracts")["origin_deal_id"].drop_nulls().to_list()
    found = rows(company, "deals").filter(pl.col("deal_id").is_in(paid) & pl.col("prior_deal_id").is_in(origins))
    first = found.sort("deal_id").row(0, named=True)
    return first["deal_id"], first["prior_deal_id"]


def merged_with_a_copy(company: Company, deal_id: str) -> str:
    """The new id of the deal after somebody merged an open duplicate into it."""
    pipeline = company.crm(deal_id)["pipeline"]
    stage = next(each.id for each in company.org.pipelines.get(pipeline).stages.values() if not each.closed)
    copy = company.org.create("deals", {"dealname": "the same once more", "pipeline": pipeline, "dealstage": stage})
    return str(company.org.merge("deals", deal_id, copy))


def rows(company: Company, name: Any) -> pl.DataFrame:
    """A frame of the book."""
    with company.store().read() as conn:
        found: pl.DataFrame = canonical.whole(conn, name)
    return found


def deal(company: Company, deal_id: str) -> dict[str, Any]:
    """A deal's row."""
    return rows(company, "deals").row(by_predicate=pl.col("deal_id") == deal_id, named=True)
