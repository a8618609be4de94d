"""What every connector promises, tried on each against its sandbox through the whole worker."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import polars as pl
import pytest

from jobs.backfill import backfill
from jobs.cycle import sync
from jobs.preview import preview
from store import canonical, results, settings, writeback
from store.errors import WrongOrganization
from tests.contract import told
from tests.jobs.conftest import DEAL_OBJECT, Company, all_seen
from tests.jobs.test_cycle import credited_deal, expected_payouts, lines_total, posted_payouts

HOSTILE = ("12,5", "1e400", "NaN", "0.1234567890123", "🎉", "\u0664\u0662")
NAME = '=HYPERLINK("x") [bold] \'; DROP TABLE deal;-- größer 🎉 \u202e'


def test_the_answer_key_comes_out_to_the_cent(computed: Company) -> None:
    """Every payee, component and month."""
    assert posted_payouts(computed) == expected_payouts(computed)


def test_the_same_again_does_nothing(computed: Company) -> None:
    """No posting, no write; neither for the preview."""
    computed.nothing_more()
    configuration = computed.configuration()
    shown = preview(configuration, computed.store(), computed.clock, all_seen(configuration))

    assert (shown["payees"], shown["writes"]) == ([], [])


def test_set_up_twice_does_nothing_more(computed: Company) -> None:
    """Every step finds its work done."""
    assert computed.set_up() == ()


def test_what_was_written_stands_in_the_crm(computed: Company) -> None:
    """The CRM itself says what we believe it says."""
    mapping = told.mapping_of(computed)
    with computed.store().read() as conn:
        confirmed = writeback.confirmed(conn, mapping.deal_object)
    found = computed.wiring().connect().target.read(mapping.deal_object, list(confirmed), list(mapping.write.values()))

    assert {deal: {name: found[deal][name] for name in fields} for deal, fields in confirmed.items()} == confirmed


def test_another_org_is_refused(computed: Company) -> None:
    """Credentials that lead elsewhere read and write nothing."""
    with computed.store().write() as conn:
        known = settings.pinned(conn)
        assert known is not None
        _pin(conn, {**asdict(known), "org_id": "another"})
    with pytest.raises(WrongOrganization, match="belongs to"):
        sync(computed.wiring())
    with computed.store().write() as conn:
        _pin(conn, asdict(known))


def test_a_company_lives_on(company: Company) -> None:
    """Backfilled, corrected, edited by hand, pruned and spoilt: after each, ledger and CRM say what they should."""
    backfill(company.wiring(), (), None, None)
    assert posted_payouts(company) == expected_payouts(company)
    company.nothing_more()
    a_changed_deal_is_adjusted(company)
    who_owned_a_deal_in_which_stage_is_known(company)
    what_was_edited_comes_back_and_what_is_gone_is_withdrawn(company)
    numbers_that_are_none_hold_their_deals(company)


def a_changed_deal_is_adjusted(company: Company) -> None:
    """Doubling a value posts the difference and computes no more than it must; a hostile name stays as it is."""
    deal = credited_deal(company)
    before, on_deal = lines_total(company), lines_total(company, deal)
    record = company.crm(deal)
    change(company, deal, {each: str(2 * _cents(record[field(company, each)])) for each in ("acv", "amount")})
    change(company, deal, {"name": NAME})
    cycle = company.cycle()

    assert lines_total(company) - before == cycle.computed.postings["delta_micros"].sum()
    assert lines_total(company, deal) > on_deal
    assert not cycle.computed.full
    assert cycle.sent["written"] >= 1
    with company.store().read() as conn:
        deals = canonical.whole(conn, "deals")
    assert deals.filter(pl.col("deal_id") == deal)["name"].item() == NAME
    company.nothing_more()


def who_owned_a_deal_in_which_stage_is_known(company: Company) -> None:
    """Lost, handed over and won back again within one cycle: each step is on its day, under its owner."""
    with company.store().read() as conn:
        active = canonical.whole(conn, "people").filter("active")["user_id"].to_list()
    deal = next(each for each in earning(company) if stages(company, each)[0][-1] in active)
    record = company.crm(deal)
    ((won, created, owner),) = stages(company, deal)
    other = next(user for user in active if user != owner)
    lost = {"stage": lost_stage(company, record)}
    back = {name: record[field(company, name)] for name in ("stage", "owner_id")}
    days = []
    for values in (lost, {"owner_id": other}, back):
        change(company, deal, values)
        days.append(company.clock().date())
        company.clock.forward(days=2)
    company.cycle()

    steps = [("Closed Lost", days[0], owner), ("Closed Lost", days[1], other), (won, days[2], owner)]
    assert stages(company, deal) == [(won, created, owner), *steps]
    company.nothing_more()


def stages(company: Company, deal: str) -> list[Any]:
    """Stage, day and owner of a deal's stages, oldest first."""
    with company.store().read() as conn:
        found = canonical.whole(conn, "deal_stages").filter(pl.col("deal_id") == deal).sort("entered_on")
    rows: list[Any] = found.select("stage", "entered_on", "owner").rows()
    return rows


def lost_stage(company: Company, record: Mapping[str, Any]) -> str:
    """What the CRM calls the stage of lost deals in the deal's pipeline."""
    if company.sandbox.crm == "salesforce":
        return "Closed Lost"
    pipeline = company.org.pipelines.get(record["pipeline"])
    return next(str(stage.id) for stage in pipeline.stages.values() if stage.label == "Closed Lost")


def what_was_edited_comes_back_and_what_is_gone_is_withdrawn(company: Company) -> None:
    """Found by the daily reconciliation at the latest."""
    gone, edited = earning(company)[:2]
    before = company.crm(edited)[field(company, "status")]
    change(company, edited, {"status": "by hand"})
    name = DEAL_OBJECT[company.sandbox.crm]
    (company.org.archive if company.sandbox.crm == "hubspot" else company.org.delete)(name, gone)
    company.clock.forward(hours=25)
    company.cycle()

    assert company.crm(edited)[field(company, "status")] == before
    assert lines_total(company, gone) == 0
    company.nothing_more()


def numbers_that_are_none_hold_their_deals(company: Company) -> None:
    """Slipped in behind the CRM's own checks, as integrations do: each is named, and nothing is booked for it."""
    company.edit("tallystick.yaml", lambda text: text + "write_back: false\n")
    spoilt = dict(zip(earning(company), HOSTILE, strict=False))
    for deal, text in spoilt.items():
        change(company, deal, {"name": "touched"})
        company.org.poke(DEAL_OBJECT[company.sandbox.crm], deal, {field(company, "amount"): text})
    cycle = company.cycle()

    named = {("unreadable_value", f"deal {told.in_our_words(company, deal)}") for deal in spoilt}
    assert named <= told.issues(company)
    assert not set(cycle.computed.postings["deal_id"]) & set(spoilt)


def field(company: Company, name: str) -> str:
    """What the CRM calls one of our fields of the deal."""
    mapping = told.mapping_of(company)
    read = mapping.objects["deals"].fields
    return read[name].field if name in read else mapping.write[name]  # type: ignore[index]  # an outcome then


def change(company: Company, deal: str, values: Mapping[str, Any]) -> None:
    """Change a deal in the CRM as a person would."""
    named = {field(company, name): value for name, value in values.items()}
    company.org.update(DEAL_OBJECT[company.sandbox.crm], deal, named)


def earning(company: Company) -> list[str]:
    """Deals on which somebody earns."""
    with company.store().read() as conn:
        found = results.lines_of(conn, None).filter(pl.col("kind") == "commission")
    return sorted(set(found["deal_id"].to_list()))


def _cents(written: Any) -> Any:
    whole, _, rest = str(written).partition(".")
    return int(whole) if not rest.strip("0") else pytest.fail(f"{written} has cents")


def _pin(conn: Any, organization: Mapping[str, Any]) -> None:
    settings.set_setting(conn, settings.ORGANIZATION, json.dumps(organization))
