"""Raw records to canonical rows: exact, and every value that cannot be read is named."""

import json
from datetime import date
from fractions import Fraction
from pathlib import Path

import msgspec
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.canonical import COLUMNS
from connectors.dialect import RatePlace
from connectors.goals import goals
from connectors.mapping import MappedFact, MappedField, read_mapping
from connectors.normalise import normalise, products
from connectors.record_reader import Context, Product
from connectors.salesforce import rates
from connectors.salesforce.ids import id18
from engine import frames
from engine.model import Severity

NEW_YORK = Context(zone="America/New_York", currency="USD")
DEAL, ACCOUNT, USER = "006000000000001AAA", "001000000000001AAA", "005000000000001AAA"
SOUND = {
    "Id": DEAL,
    "Name": "Harbour — 2026",
    "AccountId": ACCOUNT,
    "OwnerId": USER,
    "Type": "Renewal",
    "StageName": "Closed Won",
    "IsWon": True,
    "IsClosed": True,
    "CreatedDate": "2026-03-31T03:30:00.000Z",
    "CloseDate": "2026-03-31",
    "Amount": "1234.56",
    "Term_Months__c": "12",
}


def body(record):
    """Canonical JSON; numbers given as text keep their digits."""
    numbers = {"Amount", "ACV__c", "Term_Months__c", "SplitPercentage", "ConversionRate", "AnnualRevenue", "Quantity"}

    def raw(name, value):
        return msgspec.Raw(value.encode()) if name in numbers and isinstance(value, str) else value

    return msgspec.json.encode({name: raw(name, value) for name, value in record.items()})


def read(name, mapping, *records, context=NEW_YORK):
    return normalise(
        name, [(each["Id"], each.get("IsDeleted", False), body(each)) for each in records], mapping, context
    )


def deal(mapping, **changes):
    found = read("Opportunity", mapping, SOUND | changes)
    (row,) = found.rows["deals"]
    return dict(zip(COLUMNS["deals"], row, strict=True)), found.issues


def test_a_sound_deal(mapping):
    row, issues = deal(mapping)

    assert issues == ()
    assert (row["deal_id"], row["account_id"], row["owner_id"]) == (DEAL, ACCOUNT, USER)
    assert (row["amount_micros"], row["currency"], row["term_months"]) == (1_234_560_000, "USD", 12)
    assert (row["type"], row["motion"]) == ("Renewal", "renewal")
    assert (row["is_won"], row["is_closed"], row["acv_micros"]) == (True, True, None)


def test_a_date_is_never_converted_and_an_instant_is_cut_in_the_companys_zone(mapping):
    """03:30 UTC on the 31st is the 30th in New York; the close date is a plain day."""
    row, _ = deal(mapping)

    assert row["closed_on"] == date(2026, 3, 31)
    assert row["created_on"] == date(2026, 3, 30)


def test_an_unknown_type_leaves_the_motion_to_other_evidence(mapping):
    row, issues = deal(mapping, Type="Something new")

    assert (row["type"], row["motion"], issues) == ("Something new", None, ())


@pytest.mark.parametrize(
    ("name", "column"),
    [("OwnerId", "owner_id"), ("Amount", "amount_micros"), ("AccountId", "account_id"), ("CloseDate", "closed_on")],
)
def test_a_missing_value_stays_missing_for_the_rules_to_hold(mapping, name, column):
    row, issues = deal(mapping, **{name: None})

    assert row[column] is None
    assert issues == ()


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("Amount", "1e999999999", "Amount: "),
        ("Amount", "99999999999999999999", "Amount: '99999999999999999999' is out of range"),
        ("Amount", "1.2345678", "has more than six decimals"),
        ("Amount", True, "Amount: is not a number."),
        ("CloseDate", "31.03.2026", "CloseDate: is not a date"),
        ("CloseDate", "2026-02-30", "CloseDate: is not a date"),
        ("CreatedDate", "2026-02-03T00:00:00", "CreatedDate: is not a date, nor an instant with a time zone."),
        ("Term_Months__c", "12.5", "Term_Months__c: is not a whole number."),
        ("AccountId", "001x", "AccountId: not a record id"),
        ("OwnerId", 5, "OwnerId: is not text."),
        ("CurrencyIsoCode", "XXQ", "CurrencyIsoCode: 'XXQ' is not a currency we know."),
    ],
)
def test_a_value_that_cannot_be_read_is_named_and_the_deal_is_held(mapping, name, value, words):
    row, (issue,) = deal(mapping, **{name: value})

    assert row["amount_micros"] is None
    assert (issue.severity, issue.subject) == (Severity.HOLDS, f"deal {DEAL}")
    assert words in issue.message
    assert issue.message.startswith(f"Opportunity.{name}: ")
    assert issue.remedy == f"Correct {name} of this record in Salesforce; it is read again by itself."


@pytest.mark.parametrize("name", ["IsWon", "IsClosed"])
def test_a_deal_that_does_not_say_whether_it_is_won_is_no_row_but_an_issue(mapping, name):
    found = read("Opportunity", mapping, SOUND | {name: None})

    assert found.rows == {"deals": []}
    assert found.issues[0].message == f"Opportunity.{name}: is empty, and the record means nothing without it."


def test_one_bad_record_does_not_touch_the_others(mapping):
    found = read("Opportunity", mapping, SOUND | {"Amount": True}, SOUND | {"Id": "006000000000002AAA"})

    assert [row[12] for row in found.rows["deals"]] == [None, 1_234_560_000]


def test_deleted_records_give_no_row(mapping):
    assert read("Opportunity", mapping, SOUND | {"IsDeleted": True}).rows == {"deals": []}


def test_ids_become_18_characters(mapping):
    row, _ = deal(mapping, AccountId="001R0000005hDFY")

    assert row["account_id"] == "001R0000005hDFYIA2"


def test_the_currency_of_the_record_comes_before_the_orgs(mapping):
    assert deal(mapping, CurrencyIsoCode="EUR")[0]["currency"] == "EUR"
    found = read("Opportunity", mapping, SOUND, context=Context(zone="UTC", currency=None))
    assert found.rows["deals"][0][13] is None


def test_lines_carry_their_products_name_and_family(mapping):
    product = {"Id": "01t000000000001AAA", "Name": "Core", "Family": "Software"}
    known = products([(product["Id"], True, body(product))], mapping, NEW_YORK)
    context = Context(zone="UTC", currency="USD", products=known.rows)
    line = {
        "Id": "00k000000000001AAA",
        "OpportunityId": DEAL,
        "Product2Id": product["Id"],
        "Quantity": "2.5",
        "TotalPrice": None,
    }

    assert known.rows == {product["Id"]: Product("Core", "Software")}
    found = read("OpportunityLineItem", mapping, line, context=context)
    assert found.rows["deal_lines"] == [
        ("00k000000000001AAA", DEAL, "01t000000000001AAA", "Core", "Software", 2_500_000, None, None, None)
    ]


@pytest.mark.parametrize(
    ("share", "exact"), [("100", Fraction(1)), ("33.33", Fraction(3333, 10000)), ("12.5", Fraction(1, 8))]
)
def test_a_split_is_an_exact_share(mapping, share, exact):
    split = {"Id": "1OS000000000001AAA", "OpportunityId": DEAL, "SplitOwnerId": USER, "SplitPercentage": share}
    (row,) = read("OpportunitySplit", mapping, split).rows["splits"]

    assert Fraction(row[3], row[4]) == exact


@pytest.mark.parametrize("changes", [{"SplitPercentage": None}, {"SplitPercentage": "-5"}, {"SplitOwnerId": None}])
def test_a_split_that_cannot_be_read_keeps_its_deal_from_adding_up(mapping, changes):
    split = {"Id": "1OS000000000001AAA", "OpportunityId": DEAL, "SplitOwnerId": USER, "SplitPercentage": "100"}
    found = read("OpportunitySplit", mapping, split | changes)
    (row,) = found.rows["splits"]

    assert row[1] == DEAL
    assert row[3] == 0 or row[2] == ""
    assert found.issues[0].subject == "split 1OS000000000001AAA"


def test_pay_is_read_where_the_mapping_names_it_and_only_where_it_adds_up(mapping):
    person = mapping.objects["people"]
    fields = person.fields | {"base_salary": MappedField(field="Base__c"), "ote": MappedField(field="OTE__c")}
    mapping = mapping.model_copy(
        update={"objects": mapping.objects | {"people": person.model_copy(update={"fields": fields})}}
    )
    user = {"Id": USER, "Name": "Rita", "Email": "rita@example.test", "IsActive": True}
    less = {"Id": "005000000000002AAA", "Base__c": "90000", "OTE__c": "80000"}
    found = read("User", mapping, user | {"Base__c": "80000", "OTE__c": "120000.50"}, user | less)

    assert found.rows["compensation"] == [(USER, 80_000_000_000, 40_000_500_000, 120_000_500_000, None)]
    assert [str(issue) for issue in found.issues] == [
        (
            "person 005000000000002AAA: User.OTE__c: less than one of its parts. Correct OTE__c of this record in "
            "Salesforce; it is read again by itself."
        )
    ]


def test_objects_without_a_frame_give_nothing(mapping):
    assert read("OpportunityStage", mapping, {"Id": "01J000000000001AAA"}).rows == {}


def framed(schema, rows):
    types = {name: column.dtype for name, column in schema.columns().items()}
    return pl.DataFrame(rows, schema=types, orient="row")


def test_rows_fit_their_frames(mapping):
    """Every frame validates what comes out."""
    user = {"Id": USER, "Name": "Rita", "Email": "rita@example.test", "IsActive": True}
    found = read("User", mapping, user).rows | read("Opportunity", mapping, SOUND).rows
    for name, schema in {"people": frames.People, "deals": frames.Deals}.items():
        schema.validate(framed(schema, found[name]))


# ------------------------------------------------------------------------------- exchange rates


def rate(code, value, **more):
    record_id = f"01L000000000{code}AAA"
    return record_id, False, body({"Id": record_id, "IsoCode": code, "ConversionRate": value, **more})


USD = rate("USD", "1", IsCorporate=True)


def exchange_rates(static, dated):
    return rates.exchange_rates({rates.STATIC: static, rates.DATED: dated}, RatePlace("America/New_York", "USD"))


def test_a_dated_rate_is_the_exact_inverse_of_its_text():
    dated = [
        rate("EUR", "0.92", StartDate="2026-01-01", NextStartDate="2026-02-01"),
        rate("EUR", "0.925", StartDate="2026-02-01", NextStartDate="9999-12-31"),
        rate("USD", "1", StartDate="2026-01-01"),
    ]
    found = exchange_rates([USD, rate("EUR", "0.9", IsCorporate=False)], dated)

    assert found.issues == ()
    assert found.rows == [
        ("EUR", date(2026, 1, 1), date(2026, 2, 1), 25, 23),
        ("EUR", date(2026, 2, 1), date(9999, 12, 31), 40, 37),
    ]


def test_the_static_rate_serves_where_there_is_no_dated_one():
    found = exchange_rates([USD, rate("JPY", "150.25", IsCorporate=False)], [])

    assert found.rows == [("JPY", rates.ALWAYS, None, 4, 601)]


@pytest.mark.parametrize("value", ["0", "-1", "1e-30", None])
@pytest.mark.parametrize("code", ["EUR", "QQQ"])
def test_a_rate_that_makes_no_sense_is_an_issue_and_no_rate(value, code):
    found = exchange_rates([USD, rate(code, value, IsCorporate=False)], [])

    assert found.rows == []
    assert found.issues[0].subject == f"CurrencyType 01L000000000{code}AAA"
    assert "Manage Currencies" in found.issues[0].remedy


@settings(deadline=None)
@given(st.decimals(min_value="0.000001", max_value="100000", places=6))
def test_converting_there_and_back_is_exact(value):
    (row,) = exchange_rates([USD, rate("EUR", str(value), IsCorporate=False)], []).rows

    assert Fraction(row[3], row[4]) * Fraction(str(value)) == 1


# ------------------------------------------------------------------------------- properties

SCALARS = st.none() | st.booleans() | st.integers() | st.text("a9é-.:TZ+🎉\0", max_size=12)
ANY = SCALARS | st.just([]) | st.just({"a": 1})


@settings(deadline=None)
@given(changes=st.dictionaries(st.sampled_from(sorted(SOUND)), ANY, max_size=4))
def test_no_content_of_a_deal_can_break_the_reading(read_mapping_once, changes):
    """Whatever the CRM holds, there is either a row or an issue, and never an exception."""
    record = SOUND | changes | {"Id": DEAL}
    found = normalise("Opportunity", [(DEAL, False, json.dumps(record).encode())], read_mapping_once, NEW_YORK)

    assert found.rows["deals"] or found.issues
    frames.Deals.validate(framed(frames.Deals, found.rows["deals"]))


@settings(deadline=None)
@given(st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", min_size=15, max_size=15))
def test_ids_that_differ_only_in_case_stay_apart(text):
    other = text.swapcase()

    assert id18(id18(text)) == id18(text)
    assert id18(text)[:15] == text
    assert (id18(text).upper() == id18(other).upper()) == (text == other)


def test_mapped_facts_are_kept_as_conditions_compare_them(mapping):
    facts = {
        "tier": MappedFact(field="Tier__c"),
        "seats": MappedFact(field="Seats__c", is_a="number"),
        "since": MappedFact(field="Since__c", is_a="day"),
        "registered": MappedFact(field="Registered__c", is_a="yes_or_no"),
        "absent": MappedFact(field="Absent__c"),
    }
    deals = mapping.objects["deals"].model_copy(update={"facts": facts})
    changed = mapping.model_copy(update={"objects": {**mapping.objects, "deals": deals}})

    row, issues = deal(
        changed, Tier__c='"Gold"', Seats__c=12.5, Since__c="2026-03-31T03:30:00.000Z", Registered__c=False
    )

    assert json.loads(row["facts"]) == {
        "tier": '"Gold"',
        "seats": "12500000",
        "since": "2026-03-30",
        "registered": "false",
    }
    assert issues == ()


def test_a_fact_that_cannot_be_read_holds_the_deal(mapping):
    deals = mapping.objects["deals"].model_copy(update={"facts": {"seats": MappedFact(field="S__c", is_a="number")}})
    changed = mapping.model_copy(update={"objects": {**mapping.objects, "deals": deals}})

    row, (issue,) = deal(changed, S__c="many")

    assert (row["amount_micros"], row["facts"], issue.severity) == (None, None, Severity.HOLDS)


def test_forecasting_quotas_end_when_goals_last():
    quota = {"QuotaOwnerId": USER, "ForecastingTypeId": "0Db000000000001AAA", "QuotaAmount": "90000"}
    text = Path("config/mapping/salesforce.yaml").read_text(encoding="utf-8").replace("  # goals:  ", "  goals:  #")
    for commented in ("from: Forecasting", "optional: true\n  #   fields: {user_id", "fields: {user_id"):
        text = text.replace(f"  #   {commented}", f"    {commented}")
    text = text.replace("# goals_last:", "goals_last:").replace("# goals:  ", "goals:  #").replace("#   0Db", "  0Db")
    found = read_mapping(text, "salesforce.yaml")
    bodies = [
        (f"0J90000000000{place}AAA", False, json.dumps(quota | {"StartDate": day}).encode())
        for place, day in enumerate(("2026-08-01", "2026-11-01", "2026-11-15"))
    ]

    read_ = goals(bodies, found.rows, NEW_YORK, {USER: USER})

    assert found.issues == ()
    assert [row[1:4] for row in read_.rows] == [
        ("new_acv", date(2026, 8, 1), date(2026, 11, 1)),
        ("new_acv", date(2026, 11, 1), date(2027, 2, 1)),
    ]
    assert [issue.message for issue in read_.issues] == [
        "ForecastingQuota.StartDate: 2026-11-15 is not the first day of a month."
    ]
