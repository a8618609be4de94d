"""What the CRM should say of each deal."""

import polars as pl

from engine import frames as f
from engine.book import Expected
from engine.telling.publish import publish
from tests.engine.builders import frame, units
from tests.engine.plans import Case, plan, sold, taking_back

PEOPLE = frame(f.People, [{"person_id": "ada"}, {"person_id": "bob"}])
OWNED = {"rule": "r", "value_owner_id": "bob", "commercial_owner_id": "ada", "execution_owner_id": "ada"}


def published(sale, *assignments, of=None, before=(), **case):
    lines = Case([of or plan(clawback=taking_back())], **case).pays(sale).lines
    outcomes = publish(sale[1], frame(f.Assignments, assignments), lines, PEOPLE, before)
    return {row.pop("deal_id"): row for row in outcomes.iter_rows(named=True)}


def test_a_credited_deal_shows_owners_as_users_and_what_the_commercial_owner_earns():
    assert published(sold(("2026-05-01", 100)), {"deal_id": "D1", **OWNED}) == {
        "D1": {
            "account_id": "A1",
            "status": "credited",
            "motion": "new_business",
            "value_owner_id": "u-bob",
            "commercial_owner_id": "u-ada",
            "execution_owner_id": "u-ada",
            "amount_micros": units(10),
            "currency": "USD",
            "reason": "because",
        }
    }


def test_nobody_elses_pay_is_shown():
    of_bob = {**OWNED, "commercial_owner_id": "bob"}
    deal = published(sold(("2026-05-01", 100)), {"deal_id": "D1", **of_bob})["D1"]

    assert (deal["commercial_owner_id"], deal["amount_micros"], deal["currency"]) == ("u-bob", None, None)


def test_a_clawback_is_in_the_amount():
    sale = sold(("2026-05-01", 100, {"cancelled_on": "2026-06-01"}))

    assert published(sale, {"deal_id": "D1", **OWNED})["D1"]["amount_micros"] == 0


def test_an_amount_in_another_currency_than_the_deals_is_not_shown():
    euro = {"currency": "EUR", "from_on": "2026-01-01", "rate_num": 1, "rate_den": 1}
    sale = sold(("2026-05-01", 100, {"currency": "EUR"}))
    deal = published(sale, {"deal_id": "D1", **OWNED}, fx_rates=[euro])["D1"]

    assert (deal["status"], deal["amount_micros"], deal["currency"]) == ("credited", None, None)


def test_amounts_of_two_currencies_are_not_added_up():
    sale = sold(("2026-05-01", 100))
    lines = Case([plan()]).pays(sale).lines
    both = pl.concat([lines, lines.with_columns(plan=pl.lit("euro"), currency=pl.lit("EUR"))])
    owned = frame(f.Assignments, [{"deal_id": "D1", **OWNED}])

    assert publish(sale[1], owned, both, PEOPLE)["amount_micros"].to_list() == [None]
    assert publish(sale[1], owned, lines, PEOPLE)["amount_micros"].to_list() == [units(10)]


def test_a_held_deal_shows_why_even_if_it_was_never_classified():
    held = {"rule": None, "held": True, "reason": "Held: it has\n no amount.  Enter one."}
    deal = published(sold(("2026-05-01", 100)), {"deal_id": "D9", **held})["D9"]

    assert deal["reason"] == "Held: it has no amount. Enter one."
    assert (deal["status"], deal["commercial_owner_id"], deal["amount_micros"]) == ("held", None, None)


def test_a_deal_that_is_no_longer_won_is_cleared():
    deals = published(sold(("2026-05-01", 100)), {"deal_id": "D1", **OWNED}, before=["D1", "D7"])

    assert deals["D1"]["status"] == "credited"
    assert {name for name, value in deals["D7"].items() if value is not None} == {"status", "reason"}
    assert (deals["D7"]["status"], deals["D7"]["reason"]) == ("cleared", "No longer a won deal.")


def test_a_reason_fits_its_field():
    texts = {"D1": "x" * 255, "D2": "é" * 256}
    sale = sold(("2026-05-01", 100), ("2026-05-01", 100))
    deals = published(sale, *({"deal_id": deal, **OWNED, "reason": text} for deal, text in texts.items()))

    assert deals["D1"]["reason"] == "x" * 255
    assert deals["D2"]["reason"] == "é" * 254 + "…"


def test_an_open_deal_shows_whose_it_will_be_and_no_amount():
    credits_, deals = sold(("2026-05-01", 100), ("2026-06-01", 100))
    owned = frame(f.Assignments, [{"deal_id": "D1", **OWNED}])
    ahead = Expected(
        classified=f.Classified.cast(deals.filter(deal_id="D2")),
        assignments=frame(f.Assignments, [{"deal_id": "D2", **OWNED}]),
        credits=f.Credits.cast(credits_.filter(deal_id="D2")),
        issues=(),
    )
    shown = publish(deals, owned, f.Lines.empty(), PEOPLE, ["D2", "D7"], expected=ahead).to_dicts()

    assert [(deal["deal_id"], deal["status"]) for deal in shown] == [
        ("D1", "credited"),
        ("D2", "expected"),
        ("D7", "cleared"),
    ]
    assert shown[1]["commercial_owner_id"] == shown[0]["commercial_owner_id"] is not None
    assert shown[1]["amount_micros"] is None
