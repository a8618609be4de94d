"""HubSpot's text to exact values, and back: nothing is rounded that was meant, and every double is recognised."""

import json
import re
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from connectors.canonical import COLUMNS
from connectors.dialect import RatePlace, Stage
from connectors.goals import goals
from connectors.hubspot.dialect import amount, assignees, record_id, share, stages, without_tail
from connectors.hubspot.errors import Detail, Problem
from connectors.hubspot.rates import RATE_OBJECTS, exchange_rates
from connectors.hubspot.records import Received, Shape, listed
from connectors.hubspot.selection import Selection
from connectors.hubspot.verdicts import sent
from connectors.hubspot.wire_values import incoming, outgoing
from connectors.mapping import read_mapping
from connectors.normalise import normalise
from connectors.record_reader import Context
from engine.model import Change, FieldInfo, Verdict
from tests.connectors.hubspot.conftest import MAPPING_FILE

REAL = "8.600000000000000477395900588817312382161617279052734375"


@given(st.integers(-(10**17), 10**17), st.integers(0, 6))
def test_the_double_nearest_to_a_number_is_the_number(digits, places):
    """Whatever has up to 13 significant digits comes back from the binary number that is nearest to it."""
    digits = digits % 10**13
    written = f"{Decimal(digits).scaleb(-places):f}"
    tailed = f"{Decimal(float(written)):f}"

    assert Fraction(without_tail(tailed, 6)) == Fraction(written)


@pytest.mark.parametrize(
    ("text", "micros"),
    [
        (REAL, 8_600_000),
        ("0.3000000000000000444089209850062616169452667236328125", 300_000),
        ("123456789012.3399963378906250", 123_456_789_012_340_000),
        ("-0.1000000000000000055511151231257827021181583404541015625", -100_000),
        ("1234.500000", 1_234_500_000),
        ("43", 43_000_000),
        ("1E3", 1_000_000_000),
    ],
)
def test_amounts_are_read_as_they_were_typed(text, micros):
    assert amount(text) == micros


@pytest.mark.parametrize("text", ["0.3333333333333333148", "1.2345678", "12;13", "1,234.50", "NaN", "", " 1", "0x10"])
def test_what_was_not_typed_as_money_is_refused(text):
    """More decimals than money has are no rounding tail; they are not rounded away."""
    with pytest.raises(ValueError, match=r"not an amount|more than six decimals"):
        amount(text)


def test_only_text_is_an_amount():
    with pytest.raises(ValueError, match="is not text"):
        amount(8.6)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("0.5", Fraction(1, 2)), ("0.33333333", Fraction(33333333, 10**8)), ("1", Fraction(1)),
     ("0.333333329999999991809613675286", Fraction(33333333, 10**8))],
)  # fmt: skip
def test_shares_have_eight_decimals(text, expected):
    assert share(text) == expected


@pytest.mark.parametrize("text", ["-0.5", "50%", "0.333333333333", "", "a", "٣"])
def test_a_share_that_makes_no_sense_is_refused(text):
    with pytest.raises(ValueError, match=r"share|decimals"):
        share(text)


@pytest.mark.parametrize("value", ["006000000000001AAA", "", "12 ", True, None])
def test_ids_have_digits_only(value):
    with pytest.raises(ValueError, match="record id"):
        record_id(value)


# ------------------------------------------------------------------------------- bodies


SELECTION = Selection("deals", "deals", {"amount": "number", "closedate": "datetime", "start": "date"}, (), ())


def content(**values):
    answer = requests.Response()
    record = {"id": "1", "properties": {"hs_lastmodifieddate": "x", **values}, "updatedAt": "2026-01-01T00:00:00.000Z"}
    answer._content = json.dumps({"results": [record]}).encode()
    (found,) = listed(answer).results
    return json.loads(Shape(SELECTION).record(found, {}).body)


def test_the_same_value_has_one_spelling_however_it_came():
    """Lists, batches and histories write instants in three ways; cleared text is empty or null."""
    ways = ["2026-03-31T00:00:00Z", "2026-03-31T00:00:00.000Z", "1774915200000", "1774915200000.0"]
    assert {content(closedate=way)["closedate"] for way in ways} == {"2026-03-31T00:00:00Z"}
    assert content(start="1774915200000")["start"] == "2026-03-31"
    assert content(amount="") == content(amount=None) == {"amount": None, "closedate": None, "start": None}
    assert content(amount="\0") == content(amount=None)
    assert content(amount="7\0")["amount"] == "7"


def test_a_day_that_is_none_is_left_for_the_reader_to_report():
    assert content(start="1774915200001")["start"] == "1774915200001"


def test_a_change_of_the_stamp_alone_is_no_change():
    first = Received("1", {"amount": "1", "hs_lastmodifieddate": "a"}, "2026-01-01T00:00:00Z")
    again = Received("1", {"amount": "1", "hs_lastmodifieddate": "b"}, "2026-01-02T00:00:00Z")
    shape = Shape(SELECTION)
    assert shape.record(first, {}).content_hash == shape.record(again, {}).content_hash


def test_a_survivor_names_those_that_were_merged_into_it():
    found = Received("9", {"hs_merged_object_ids": "7;8;9"}, "2026-01-02T00:00:00Z")
    gone = list(Shape(SELECTION).merged_away(found))
    assert [(each.record_id, each.deleted, each.merged_into) for each in gone] == [("7", True, "9"), ("8", True, "9")]


# ------------------------------------------------------------------------------- rows


STAGES = {("default", "won"): Stage("Closed Won", "Sales", is_closed=True, is_won=True)}
NEW_YORK = Context(zone="America/New_York", currency="USD", stages=STAGES)
SOUND = {
    "dealname": "Acme",
    "@companies": [{"id": "5", "primary": False}, {"id": "6", "primary": True}],
    "hubspot_owner_id": "7",
    "dealtype": "renewal",
    "pipeline": "default",
    "dealstage": "won",
    "closedate": "2026-04-01T03:59:59Z",
    "amount": REAL,
    "team_sdr": "8;9",
    "@splits": [{"id": "1", "owner": "7", "share": "0.75"}, {"id": "2", "owner": "8", "share": "0.25"}],
}


def rows(mapping, **changes):
    body = json.dumps(SOUND | changes).encode()
    return normalise("deals", [("100", False, body)], mapping, NEW_YORK)


def deal_of(found):
    (row,) = found.rows["deals"]
    return dict(zip(COLUMNS["deals"], row, strict=True))


def test_a_deal_its_splits_and_its_team(mapping):
    found = rows(mapping)
    row = deal_of(found)

    assert found.issues == ()
    assert (row["account_id"], row["owner_id"], row["motion"]) == ("6", "7", "renewal")
    assert (row["stage"], row["is_closed"], row["is_won"]) == ("Closed Won", True, True)
    assert (row["amount_micros"], row["currency"]) == (8_600_000, "USD")
    assert found.rows["splits"] == [("1", "100", "7", 3, 4), ("2", "100", "8", 1, 4)]
    assert [(user, role) for _, _, user, role in found.rows["team_members"]] == [("8", "SDR"), ("9", "SDR")]
    assert "splits" not in rows(mapping.model_copy(update={"deal_splits": False})).rows  # the body is older


def test_a_close_date_is_the_day_in_the_portals_zone(mapping):
    """One second before midnight in New York it is the next day in UTC already, and still March there."""
    assert deal_of(rows(mapping))["closed_on"] == date(2026, 3, 31)
    assert deal_of(rows(mapping, closedate="2026-04-01T04:00:00Z"))["closed_on"] == date(2026, 4, 1)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"dealstage": "gone"}, "no stage 'gone' is known in pipeline 'default'"),
        ({"pipeline": None}, "deals.pipeline: is empty"),
        ({"amount": "12;13"}, "deals.amount: '12;13' is not an amount"),
        ({"@companies": [{"id": "5", "primary": False}, {"id": "6", "primary": False}]}, "none of them is primary"),
        ({"closedate": "soon"}, "deals.closedate: is not a date"),
        ({"deal_currency_code": "QQQ"}, "is not a currency we know"),
        ({"team_sdr": "somebody"}, "deals.team_sdr: is not a record id"),
        ({"prior_opportunity": "006"*9}, "deals.prior_opportunity: is not a record id"),
    ],
)  # fmt: skip
def test_a_value_that_cannot_be_read_is_named_and_holds_the_deal(mapping, changes, words):
    found = rows(mapping, **changes)

    (issue,) = found.issues
    assert words in str(issue)
    assert "HubSpot" in issue.remedy
    assert not found.rows["deals"] or deal_of(found)["amount_micros"] is None


def test_a_split_that_cannot_be_read_leaves_a_gap_that_holds_the_deal(mapping):
    found = rows(
        mapping, **{"@splits": [{"id": "1", "owner": "7", "share": "0.75"}, {"id": "2", "owner": "x", "share": ""}]}
    )
    assert found.rows["splits"][1] == ("2", "100", "", 0, 1)


def test_a_stage_is_won_when_it_is_closed_and_certain():
    def stage(closed, probability):
        row = {"pipeline": "p", "pipeline_label": "P", "stage": "s", "label": "S"}
        body = json.dumps(row | {"isClosed": closed, "probability": probability}).encode()
        (found,) = stages([("p/s", False, body)]).values()
        return found.is_closed, found.is_won

    assert stage("true", "1.0") == (True, True)
    assert stage("true", "0.0") == (True, False)
    assert stage("false", "1.0") == (False, False)


# ------------------------------------------------------------------------------- goals


def with_goals():
    """The mapping with its part on goals switched on."""
    text = (Path(__file__).parents[3] / MAPPING_FILE).read_text(encoding="utf-8")
    start = text.index("  # goals:")
    part = text[start : text.index("deal_splits:")]
    switched = re.sub(r"(?m)^(?:  # (?=goals:|  )|# (?=goals:)|#(?=   New))", "  ", part).replace(
        "\n  goals: ", "\ngoals: "
    )
    found = read_mapping(text.replace(part, switched), MAPPING_FILE)
    assert found.issues == ()
    return found.rows


def goal(**changes):
    row = {"hs_assignee_user_id": "73", "hs_goal_name": "New ACV", "hs_target_amount": "2000.00"}
    row |= {"hs_start_datetime": "2023-12-01T00:00:00Z", "hs_end_datetime": "2024-01-01T00:00:00Z"}
    return "1", False, json.dumps(row | changes).encode()


def quotas_of(*given):
    people = assignees([("7", False, b'{"user_id": "73"}'), ("8", False, b'{"user_id": null}')])
    return goals(given, with_goals(), Context(zone="UTC", currency="USD"), people)


def test_goals_of_a_name_that_is_mapped_are_quotas_of_the_owner():
    found = quotas_of(goal(), goal(hs_goal_name="Calls"))
    assert found.issues == ()
    assert found.rows == [("7", "new_acv", date(2023, 12, 1), date(2024, 1, 1), 2_000_000_000)]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"hs_assignee_user_id": "74"}, "nobody of the people is meant"),
        ({"hs_assignee_user_id": None}, "is empty"),
        ({"hs_target_amount": "much"}, "is not an amount"),
    ],
)
def test_a_goal_that_cannot_be_read_is_named(changes, words):
    found = quotas_of(goal(**changes))
    assert found.rows == []
    assert words in str(found.issues[0])
    assert found.issues[0].subject == "goal 1"


def test_of_goals_that_overlap_the_later_record_does_not_count():
    year = (("10", False, goal(hs_end_datetime="2024-12-01T00:00:00Z")[2]), goal(), goal(hs_goal_name="Calls"))
    found = quotas_of(*year, ("9", False, goal(hs_start_datetime="2024-01-01T00:00:00Z")[2]))

    assert [row[2:4] for row in found.rows] == [(date(2023, 12, 1), date(2024, 1, 1))]
    assert [f"{issue.subject}: {issue.message}" for issue in found.issues] == [
        "goal 9: goal_targets.hs_end_datetime: there is no day from 2024-01-01 until 2024-01-01.",
        "goal 10: goal_targets.hs_start_datetime: the days overlap with those of goal 1.",
    ]


# ------------------------------------------------------------------------------- exchange rates


def rate(code, value, at, to="USD"):
    row = {"fromCurrencyCode": code, "toCurrencyCode": to, "conversionRate": value, "effectiveAt": at}
    return f"{code}/{at}", False, json.dumps(row).encode()


def rates(*given):
    return exchange_rates({RATE_OBJECTS[0]: given}, RatePlace("America/New_York", "USD"))


def test_a_rate_holds_from_its_day_in_the_portals_zone_until_the_next():
    found = rates(rate("EUR", "1.25", "2026-02-01T05:00:00Z"), rate("EUR", "1.1", "2026-01-01T05:00:00Z"))
    assert found.rows == [
        ("EUR", date(2026, 1, 1), date(2026, 2, 1), 11, 10),
        ("EUR", date(2026, 2, 1), None, 5, 4),
    ]


@pytest.mark.parametrize("value", ["0", "-1", "1e-30", "abc"])
def test_a_rate_that_makes_no_sense_is_an_issue_and_no_rate(value):
    found = rates(rate("EUR", value, "2026-02-01T05:00:00Z"))
    assert found.rows == []
    assert "Currency" in found.issues[0].remedy


def test_rates_to_another_currency_are_not_ours():
    assert rates(rate("EUR", "1.1", "2026-01-01T05:00:00Z", to="GBP")).rows == []


# ------------------------------------------------------------------------------- writing


MONEY = FieldInfo("commission_amount", "number", readable=True, writable=True, scale=2)
WHEN = FieldInfo("commission_as_of", "datetime", readable=True, writable=True)
TEXT = FieldInfo("commission_reason", "string", readable=True, writable=True, length=5)


@pytest.mark.parametrize(
    ("value", "field", "text"),
    [("1234.5", MONEY, "1234.50"), ("-0.07", MONEY, "-0.07"), (None, MONEY, ""), (True, TEXT, "true"),
     ("2026-03-31T10:00:00+02:00", WHEN, "2026-03-31T08:00:00Z")],
)  # fmt: skip
def test_values_are_sent_as_plain_text(value, field, text):
    assert outgoing(value, field) == text


@pytest.mark.parametrize(
    ("value", "field"), [("1.005", MONEY), ("abc", MONEY), ("too long", TEXT), ("2026-03-31T10:00:00", WHEN)]
)
def test_what_a_property_cannot_hold_is_refused(value, field):
    with pytest.raises(ValueError, match=r"decimals|amount|characters|time zone"):
        outgoing(value, field)


@pytest.mark.parametrize(
    ("read", "field", "ours"),
    [
        ("1234.5", MONEY, "1234.50"),
        ("1234.5000000000000000001", MONEY, "1234.50"),
        ("", TEXT, None),
        (None, TEXT, None),
        ("2026-03-31T08:00:00.000Z", WHEN, "2026-03-31T08:00:00Z"),
        ("n/a", MONEY, "n/a"),
    ],
)
def test_what_is_read_back_equals_what_was_sent(read, field, ours):
    assert incoming(read, field) == ours


# ------------------------------------------------------------------------------- refusals

CHANGE = Change("deals", "1", (("commission_amount", "1.00"),))
INVALID = "VALIDATION_ERROR"
EMBEDDED = (
    'Property values were not valid: [{"isValid":false,"message":"1.00 was not one of [..]","error":"INVALID_OPTION",'
    '"name":"commission_status"}]'
)


@pytest.mark.parametrize(
    ("problem", "verdict", "code", "words"),
    [
        (Problem(category=INVALID, message=EMBEDDED), Verdict.PARKED, "INVALID_OPTION", "(commission_status)"),
        (Problem(category=INVALID, message=EMBEDDED[:-20]), Verdict.PARKED, INVALID, ""),
        (Detail(category="VALIDATION_ERROR", code="MISSING_CONDITIONAL_REQUIRED_PROPERTY",
                context={"propertyName": ["closed_lost_reason"]}),
         Verdict.PARKED, "MISSING_CONDITIONAL_REQUIRED_PROPERTY", "a rule of the portal: closed_lost_reason"),
        (Detail(category="OBJECT_NOT_FOUND", message="gone"), Verdict.GONE, "OBJECT_NOT_FOUND", "gone"),
        (Detail(category="RATE_LIMITS"), Verdict.RETRY, "RATE_LIMITS", ""),
        (Detail(), Verdict.PARKED, "REFUSED", ""),
    ],
)  # fmt: skip
def test_refusals_are_sorted_and_never_show_the_value(problem, verdict, code, words):
    (found,) = sent([CHANGE], problem)
    assert (found.verdict, found.code) == (verdict, code)
    assert words in found.message
    assert "1.00" not in found.message
