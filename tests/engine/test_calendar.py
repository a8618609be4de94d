import doctest
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import calendar
from engine.calendar import (
    LABELS,
    business_date,
    following,
    period_label,
    period_named,
    period_of,
    whole_months,
    whole_months_between,
)
from engine.documents.company.fiscal import WEEKDAYS, FiscalPeriods, FiscalWeeks, FiscalYear
from tests.engine.builders import company

FEBRUARY = company(fiscal_year_starts="02-01")
JANUARY = company(fiscal_year_starts="01-01")
MID_JULY = company(fiscal_year_starts="07-15")

days = st.dates(date(1980, 1, 1), date(2100, 12, 31))
kinds = st.sampled_from(sorted(LABELS))
SEPTEMBER = FiscalWeeks(pattern="5-4-4", ends="last", weekday="saturday", month="september")
RETAIL = FiscalWeeks(pattern="4-5-4", ends="nearest", weekday="saturday", month="january")
LISTED = FiscalPeriods(
    years=(FiscalYear(year="FY2026", periods=tuple(date(2026, month, 3) for month in range(1, 13))),),
    until=date(2027, 1, 6),
)
BY_WEEKS, BY_RETAIL, BY_LIST = (
    company(fiscal_weeks=SEPTEMBER),
    company(fiscal_weeks=RETAIL),
    company(fiscal_periods=LISTED),
)
WEEKS = (
    SEPTEMBER,
    RETAIL,
    FiscalWeeks(pattern="4-4-5", ends="last", weekday="sunday", month="december"),
    FiscalWeeks(pattern="5-4-4", ends="nearest", weekday="monday", month="december"),
    FiscalWeeks(pattern="4-4-5", ends="nearest", weekday="friday", month="february"),
    FiscalWeeks(pattern="4x13", ends="last", weekday="saturday", month="december"),
    FiscalWeeks(pattern="4x13", ends="nearest", weekday="saturday", month="january", long_quarter="first"),
)
THIRTEEN, LONG_FIRST = (company(fiscal_weeks=rule) for rule in WEEKS[-2:])
weeks = st.sampled_from(WEEKS)
by_months = st.builds(
    lambda month, day: company(fiscal_year_starts=f"{month:02}-{day:02}"), st.integers(1, 12), st.integers(1, 28)
)
by_weekday = st.builds(lambda each: company(weeks_start=each), st.sampled_from(WEEKDAYS))
companies = st.one_of(
    by_months, by_weekday, st.builds(lambda each: company(fiscal_weeks=each), weeks), st.just(BY_LIST)
)


def transitions(zone: str) -> list[datetime]:
    """The instants between 2020 and 2041 at which the zone's offset changes, found by halving months."""
    info, found = ZoneInfo(zone), []
    month = datetime(2020, 1, 1, tzinfo=UTC)
    while month.year < 2041:
        low, high = month, month + timedelta(days=30)
        if low.astimezone(info).utcoffset() != high.astimezone(info).utcoffset():
            found.append(_turn(info, low, high))
        month = high
    return found


def _turn(info: ZoneInfo, low: datetime, high: datetime) -> datetime:
    before = low.astimezone(info).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) // 2
        low, high = (middle, high) if middle.astimezone(info).utcoffset() == before else (low, middle)
    return high


def test_every_zone_keeps_the_local_date_at_every_clock_change():
    """The date is that of the zone's own wall clock, in the second before and the second after each change."""
    changes = [(zone, at) for zone in sorted(available_timezones()) for at in transitions(zone)]

    assert len(changes) > 5_000
    for zone, at in changes:
        for instant in (at - timedelta(seconds=1), at, at + timedelta(hours=1)):
            offset = instant.astimezone(ZoneInfo(zone)).utcoffset()
            assert offset is not None
            assert business_date(instant, zone) == (instant + offset).date(), (zone, instant)


@pytest.mark.parametrize(
    ("instant", "zone", "day"),
    [
        ("2026-03-08T04:59:59+00:00", "America/New_York", "2026-03-07"),
        ("2026-03-08T05:00:00+00:00", "America/New_York", "2026-03-08"),
        ("2026-03-09T03:59:59+00:00", "America/New_York", "2026-03-08"),  # a day of 23 hours
        ("2026-03-09T04:00:00+00:00", "America/New_York", "2026-03-09"),
        ("2026-11-02T04:59:59+00:00", "America/New_York", "2026-11-01"),  # a day of 25 hours
        ("2011-12-30T09:59:59+00:00", "Pacific/Apia", "2011-12-29"),  # Samoa never had the 30th
        ("2011-12-30T10:00:00+00:00", "Pacific/Apia", "2011-12-31"),
        ("2026-01-01T18:14:59+00:00", "Asia/Kathmandu", "2026-01-01"),  # UTC+05:45
        ("2026-01-01T18:15:00+00:00", "Asia/Kathmandu", "2026-01-02"),
        ("2026-05-01T01:00:00+02:00", "UTC", "2026-04-30"),
        ("2024-02-29T12:00:00+00:00", "UTC", "2024-02-29"),
    ],
)
def test_an_instant_becomes_the_date_of_the_companys_zone(instant, zone, day):
    assert business_date(datetime.fromisoformat(instant), zone).isoformat() == day


def test_an_instant_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="2026-05-01T00:00:00 has no zone; pass the instant in UTC"):
        business_date(datetime(2026, 5, 1), "UTC")  # noqa: DTZ001 - the naive instant is what is refused


@pytest.mark.parametrize(
    ("day", "kind", "company_is", "label", "span"),
    [
        ("2026-11-30", "month", FEBRUARY, "2026-11", "2026-11-01 to 2026-12-01"),
        ("2026-01-31", "year", FEBRUARY, "FY2026", "2025-02-01 to 2026-02-01"),
        ("2026-02-01", "year", FEBRUARY, "FY2027", "2026-02-01 to 2027-02-01"),
        ("2026-04-30", "quarter", FEBRUARY, "FY2027-Q1", "2026-02-01 to 2026-05-01"),
        ("2026-05-01", "quarter", FEBRUARY, "FY2027-Q2", "2026-05-01 to 2026-08-01"),
        ("2026-01-31", "quarter", FEBRUARY, "FY2026-Q4", "2025-11-01 to 2026-02-01"),
        ("2026-08-01", "half", FEBRUARY, "FY2027-H2", "2026-08-01 to 2027-02-01"),
        ("2026-12-31", "year", JANUARY, "FY2026", "2026-01-01 to 2027-01-01"),
        ("2026-12-31", "quarter", JANUARY, "FY2026-Q4", "2026-10-01 to 2027-01-01"),
        ("2024-02-29", "month", JANUARY, "2024-02", "2024-02-01 to 2024-03-01"),
        ("2026-07-14", "month", MID_JULY, "2026-06", "2026-06-15 to 2026-07-15"),
        ("2026-07-14", "year", MID_JULY, "FY2026", "2025-07-15 to 2026-07-15"),
        ("2026-07-15", "year", MID_JULY, "FY2027", "2026-07-15 to 2027-07-15"),
        ("2026-01-10", "half", MID_JULY, "FY2026-H1", "2025-07-15 to 2026-01-15"),
        ("2026-01-14", "year", company(fiscal_year_starts="01-15"), "FY2026", "2025-01-15 to 2026-01-15"),
        ("2022-09-24", "year", BY_WEEKS, "FY2022", "2021-09-26 to 2022-09-25"),
        ("2023-09-30", "year", BY_WEEKS, "FY2023", "2022-09-25 to 2023-10-01"),  # 53 weeks
        ("2022-09-25", "month", BY_WEEKS, "2023-01", "2022-09-25 to 2022-10-30"),
        ("2023-09-30", "month", BY_WEEKS, "2023-12", "2023-08-27 to 2023-10-01"),  # five weeks in place of four
        ("2023-09-30", "quarter", BY_WEEKS, "FY2023-Q4", "2023-06-25 to 2023-10-01"),
        ("2022-12-24", "quarter", BY_WEEKS, "FY2023-Q1", "2022-09-25 to 2022-12-25"),
        ("2024-02-03", "year", BY_RETAIL, "FY2024", "2023-01-29 to 2024-02-04"),  # ends in the next month: 53 weeks
        ("2026-02-01", "half", BY_RETAIL, "FY2027-H1", "2026-02-01 to 2026-08-02"),
        ("2026-07-02", "month", BY_LIST, "2026-06", "2026-06-03 to 2026-07-03"),
        ("2027-01-05", "half", BY_LIST, "FY2026-H2", "2026-07-03 to 2027-01-06"),
        ("2026-12-31", "week", JANUARY, "2026-W53", "2026-12-28 to 2027-01-04"),
        ("2027-01-03", "week", FEBRUARY, "2026-W53", "2026-12-28 to 2027-01-04"),
        ("2027-01-03", "week", company(weeks_start="sunday"), "2027-W01", "2027-01-03 to 2027-01-10"),
        ("2026-01-31", "week", BY_RETAIL, "2026-W52", "2026-01-25 to 2026-02-01"),
        ("2024-02-03", "week", BY_RETAIL, "2024-W53", "2024-01-28 to 2024-02-04"),
        ("2026-03-15", "half_month", JANUARY, "2026-03-H1", "2026-03-01 to 2026-03-16"),
        ("2024-02-29", "half_month", JANUARY, "2024-02-H2", "2024-02-16 to 2024-03-01"),
        ("2026-02-28", "half_month", MID_JULY, "2026-02-H1", "2026-02-15 to 2026-03-02"),
        ("2026-12-26", "month", THIRTEEN, "2026-13", "2026-11-29 to 2026-12-27"),
        ("2026-09-06", "quarter", THIRTEEN, "FY2026-Q4", "2026-09-06 to 2026-12-27"),
        ("2026-06-14", "half", THIRTEEN, "FY2026-H2", "2026-06-14 to 2026-12-27"),
        ("2022-12-31", "month", THIRTEEN, "2022-13", "2022-11-27 to 2023-01-01"),  # five weeks in place of four
        ("2026-05-23", "quarter", LONG_FIRST, "FY2027-Q1", "2026-02-01 to 2026-05-24"),
        ("2026-05-24", "quarter", LONG_FIRST, "FY2027-Q2", "2026-05-24 to 2026-08-16"),
        ("2026-05-24", "half", LONG_FIRST, "FY2027-H1", "2026-02-01 to 2026-08-16"),
        ("2026-12-26", "half_month", THIRTEEN, "2026-13-H2", "2026-12-14 to 2026-12-27"),
        ("2027-01-06", "month", BY_LIST, "2027-01", "2027-01-06 to 2027-02-06"),  # as long as the listed year's first
        ("2026-01-02", "month", BY_LIST, "2025-12", "2025-11-30 to 2026-01-03"),
    ],
)
def test_a_day_lies_in_its_fiscal_period(day, kind, company_is, label, span):
    period = period_of(date.fromisoformat(day), kind, company_is)

    assert (period.label, f"{period.starts_on} to {period.ends_on}") == (label, span)


@given(days, kinds, companies)
def test_periods_tile_the_time_line(day, kind, company_is):
    """The day is inside, the next period starts where this one ends and the one before ends where it starts."""
    period = period_of(day, kind, company_is)

    assert period.starts_on <= day < period.ends_on
    assert period_of(period.starts_on, kind, company_is) == period
    following = period_of(period.ends_on, kind, company_is)
    assert following.starts_on == period.ends_on
    assert following.label != period.label
    assert period_of(period.starts_on - timedelta(days=1), kind, company_is).ends_on == period.starts_on


@given(days, kinds, companies)
def test_a_label_names_its_period_and_the_one_that_follows(day, kind, company_is):
    period = period_of(day, kind, company_is)

    assert period_named(period.label, company_is) == period
    assert following(period.label, company_is) == period_of(period.ends_on, kind, company_is).label


@pytest.mark.parametrize(
    "label",
    [
        "",
        "2026",
        "2026-00",
        "2026-13",
        "2026-3",
        "2026-W54",
        "2025-W53",
        "2026-W00",
        "2026-13-H1",
        "2026-03-H3",
        "FY2026-Q5",
        "FY2026-H3",
        "FY2026-Q0",
        "FY26",
        "\u0662026-03",
    ],
)
def test_a_text_that_labels_no_period_is_refused(label):
    with pytest.raises(ValueError, match="is the label of no period; write one such as 2026-03, FY2026-Q1"):
        period_named(label, FEBRUARY)


@given(st.lists(days, min_size=1), by_months)
def test_weeks_are_those_of_iso_8601(some_days, company_is):
    for day in some_days:
        year, week, weekday = day.isocalendar()
        period = period_of(day, "week", company_is)
        assert (period.label, (day - period.starts_on).days) == (f"{year}-W{week:02}", weekday - 1)


@given(days, companies)
def test_shorter_periods_nest_in_longer_ones(day, company_is):
    month, quarter, half, year = (period_of(day, kind, company_is) for kind in ("month", "quarter", "half", "year"))

    for inner, outer in ((month, quarter), (quarter, half), (half, year)):
        assert outer.starts_on <= inner.starts_on < inner.ends_on <= outer.ends_on
    assert period_of(year.starts_on, "month", company_is).label.endswith(
        f"-{(company_is.fiscal_year_starts or '01')[:2]}"
    )
    if company_is.fiscal_year_starts:
        assert (year.ends_on - timedelta(days=1)).year == int(year.label.removeprefix("FY"))


@settings(max_examples=40)
@given(st.integers(1900, 2200), weeks)
def test_years_of_weeks_are_whole_and_end_as_the_rule_says(number, rule):
    """52 or 53 weeks; the last period has the 53rd; quarters are 13 weeks otherwise; the pattern holds in each."""
    year = period_named(f"FY{number}", company(fiscal_weeks=rule))
    lengths = [7 * weeks for weeks in rule.weeks()]
    named = [f"{number}-{month:02}" for month in range(1, len(lengths) + 1)]
    months = [period_named(label, company(fiscal_weeks=rule)) for label in named]
    counted = [(month.ends_on - month.starts_on).days for month in months]
    last_day = year.ends_on - timedelta(days=1)

    assert (year.starts_on, year.ends_on) == (months[0].starts_on, months[-1].ends_on)
    assert sum(counted) in (52 * 7, 53 * 7)
    assert (sum(lengths), counted[:-1]) == (52 * 7, lengths[:-1])
    assert last_day.strftime("%A").lower() == rule.weekday
    in_month = last_day.strftime("%B").lower() == rule.month
    if rule.ends == "last":
        assert in_month
        assert (last_day + timedelta(days=7)).strftime("%B").lower() != rule.month
    else:
        near = [last_day + timedelta(days=days) for days in (-4, 4)]
        assert [day.strftime("%B").lower() == rule.month for day in near] == [True, False]


@given(st.lists(days, min_size=1), kinds, companies)
def test_a_column_of_days_gets_the_same_labels(some_days, kind, company_is):
    labels = pl.DataFrame({"day": some_days}).select(period_label(pl.col("day"), kind, company_is)).to_series()

    assert labels.to_list() == [period_of(day, kind, company_is).label for day in some_days]


@pytest.mark.parametrize(
    ("since", "until", "months"),
    [
        ("2026-01-15", "2026-01-15", 0),
        ("2026-01-15", "2026-07-14", 5),
        ("2026-01-15", "2026-07-15", 6),
        ("2026-01-15", "2026-07-16", 6),
        ("2026-01-31", "2026-02-27", 0),
        ("2026-01-31", "2026-02-28", 1),
        ("2024-01-31", "2024-02-28", 0),
        ("2024-01-31", "2024-02-29", 1),
        ("2024-02-29", "2025-02-28", 12),
        ("2024-02-29", "2028-02-28", 47),
        ("2024-02-29", "2028-02-29", 48),
        ("2026-02-28", "2026-03-28", 1),
        ("2026-08-31", "2026-09-30", 1),
        ("2026-03-01", "2026-02-15", -1),
    ],
)
def test_whole_months_between_two_dates(since, until, months):
    assert whole_months(date.fromisoformat(since), date.fromisoformat(until)) == months


@given(st.lists(st.tuples(days, days), min_size=1))
def test_a_column_counts_the_same_months(pairs):
    frame = pl.DataFrame(pairs, schema={"since": pl.Date, "until": pl.Date}, orient="row")

    counted = frame.select(whole_months_between(pl.col("since"), pl.col("until"))).to_series()

    assert counted.to_list() == [whole_months(since, until) for since, until in pairs]


def test_the_examples_in_the_docstrings_hold():
    assert doctest.testmod(calendar).failed == 0
