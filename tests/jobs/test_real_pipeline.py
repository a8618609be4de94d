"""A real pipeline of 8,800 opportunities, with its dirt: the control totals published with it come out."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from jobs.backfill import backfill
from jobs.init import write_files
from sandbox.salesforce.server import running
from sandbox.salesforce.state import Org
from store import canonical, ledger
from tests.jobs.conftest import TEMPLATES, Clock, Company

PIPELINE = Path(__file__).parents[3] / "shared" / "data" / "crm-maven.json"
CONFIG = Path(__file__).parent / "real_pipeline"
MOTIONS = {
    "New Business": "new_business",
    "Cross-sell": "cross_sell",
    "Repeat": "upsell",
    "Existing Business": "upsell",
}

pytestmark = [
    pytest.mark.skipif(not PIPELINE.exists(), reason="the data set is not part of the repository"),
]


def write_config(folder: Path, document: dict[str, Any]) -> None:
    """A small plan, the template's field mapping with this company's types, and everybody enrolled."""
    shutil.copytree(CONFIG, folder)
    mapping = (TEMPLATES / "mapping/salesforce.yaml").read_text(encoding="utf-8")
    motions = "motions:\n" + "".join(f"  {name}: {motion}\n" for name, motion in MOTIONS.items())
    mapping = re.sub(r"(?ms)^motions:\n.*?\n\n", motions + "\n", mapping)
    enrolments = "".join(f"{user['Email']},agent,2016-01-01,\n" for user in document["users"])
    files = {"mapping/salesforce.yaml": mapping, "people/enrolments.csv": f"payee,plan,from,until\n{enrolments}"}
    write_files(folder, files)


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """The pipeline in the sandbox, backfilled and computed once."""
    folder = tmp_path_factory.mktemp("pipeline") / "config"
    document = json.loads(PIPELINE.read_text(encoding="utf-8"))
    write_config(folder, document)
    clock = Clock()
    org = Org(clock=clock)
    org.load(document)
    with running(org) as address:
        company = Company(None, org, folder, clock)
        company.at(address)
        company.set_up()
        backfill(company.wiring(), (), None, None)
        yield company
        for store in company.stores:
            store.close()


def test_control_totals(pipeline: Company) -> None:
    """8,800 opportunities by outcome, the won amount and the best agent's, as published with the data."""
    with pipeline.store().read() as conn:
        deals = canonical.whole(conn, "deals")
    won = deals.filter("is_won")
    by_agent = won.group_by("owner_id").agg(pl.col("amount_micros").sum())
    stages = Counter(deals["stage"])
    assert deals.height == 8_800
    assert sorted(stages.values()) == [500, 1_589, 2_473, 4_238]
    assert won["amount_micros"].sum() == 10_005_534 * 10**6
    assert by_agent["amount_micros"].max() == 1_153_214 * 10**6


def test_every_won_deal_is_paid_and_written(pipeline: Company) -> None:
    """Five per cent of every won deal is in the ledger to the cent, and 4,238 deals are written in 22 calls."""
    with pipeline.store().read() as conn:
        posted = ledger.posted(conn, None)
        won = canonical.whole(conn, "deals").filter("is_won")
    five_percent = sum((amount // 20 + 5_000) // 10_000 * 10_000 for amount in won["amount_micros"])
    writes = [call for call in pipeline.org.calls if call.method == "PATCH" and "composite/sobjects" in call.path]
    assert posted["amount_micros"].sum() == five_percent
    assert len(writes) == 22
    assert sum(record["Commission_Status__c"] == "credited" for record in pipeline.org.rows("Opportunity")) == 4_238


def test_the_same_again_does_nothing(pipeline: Company) -> None:
    """A cycle after the backfill posts nothing and writes nothing."""
    pipeline.nothing_more()
