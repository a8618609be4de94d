"""The SOQL subset: what it understands, what it refuses, and that nothing else can happen."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.salesforce.errors import ApiError
from sandbox.salesforce.queries.date_literals import days_of, is_range
from sandbox.salesforce.queries.query import run_query
from sandbox.salesforce.queries.soql import parse
from sandbox.salesforce.queries.soql_tree import Aggregate, Comparison, Junction, Negation

from .conftest import DEAL, OPEN_DEAL, SPLIT_DEAL

REFUSED = [
    "",
    "SELECT",
    "SELECT FROM Account",
    "SELECT Id FRM Account",
    "SELECT Id, FROM Account",
    "SELECT Id FROM Account WHERE",
    "SELECT Id FROM Account WHERE Name = 'a' AND Id = 'b' OR Id = 'c'",
    "SELECT Id FROM Account WHERE Name = 'unterminated",
    r"SELECT Id FROM Account WHERE Name = '\x'",
    "SELECT Id FROM Account WHERE Name IN ()",
    "SELECT Id FROM Account WHERE Id IN (SELECT AccountId FROM Opportunity)",
    "SELECT Id, (SELECT Id FROM Opportunities) FROM Account",
    "SELECT convertCurrency(Amount) FROM Opportunity",
    "SELECT FIELDS(ALL) FROM Account LIMIT 1",
    "SELECT TYPEOF Owner WHEN User THEN Id END FROM Account",
    "SELECT Id FROM Account HAVING COUNT(Id) > 1",
    "SELECT Id FROM Account LIMIT -1",
    "SELECT Id FROM Account LIMIT 1.5",
    "SELECT Id FROM Account OFFSET 2001",
    "SELECT Id FROM Account FOR UPDATE",
    "SELECT Id FROM Account ALL ROWS",
    "SELECT Id FROM Account USING SCOPE mine",
    "SELECT Id FROM Account WITH SECURITY_ENFORCED",
    "SELECT Id FROM Account WHERE CreatedDate > 2026-13-01",
    "SELECT Id FROM Account WHERE CreatedDate > 2026-01-01T00:00:00",
    "SELECT Id FROM Account WHERE CreatedDate > YESTERYEAR",
    "SELECT Id FROM Account WHERE AnnualRevenue > USD5000",
    "SELECT A.B.C.D.E.F.G FROM Account",
    "SELECT Id FROM Account; DROP TABLE Account",
    "SELECT Id FROM Account WHERE " + "(" * 60 + "Id = null" + ")" * 60,
]


@pytest.mark.parametrize("text", REFUSED)
def test_refused(text):
    with pytest.raises(ApiError) as problem:
        parse(text)
    assert problem.value.code in {"MALFORMED_QUERY", "NUMBER_OUTSIDE_VALID_RANGE"}
    assert problem.value.status == 400


def test_error_points_at_the_place():
    with pytest.raises(ApiError) as problem:
        parse("SELECT Id\nFRM Account")
    assert (
        problem.value.message
        == "\nSELECT Id FRM Account\n          ^\nERROR at Row:2:Column:1\nunexpected token: 'FRM'"
    )


def test_tree_of_a_query():
    tree = parse(
        "select Id, account.name from opportunity where (a = 1 or b != null) and not c like 'x%' "
        "order by Id desc nulls last limit 5 offset 2"
    )
    assert (tree.sobject, tree.limit, tree.offset) == ("opportunity", 5, 2)
    assert isinstance(tree.where, Junction)
    assert isinstance(tree.where.parts[0], Junction)
    assert isinstance(tree.where.parts[1], Negation)
    assert (tree.order_by[0].descending, tree.order_by[0].nulls_first) == (True, False)


def test_strings_know_the_escapes():
    tree = parse(r"SELECT Id FROM Account WHERE Name = 'O\'Neil \"\\\n'")
    assert isinstance(tree.where, Comparison)
    assert tree.where.values[0].value == "O'Neil \"\\\n"


def test_counting_forms():
    assert parse("SELECT COUNT() FROM Account").count_only
    tree = parse("SELECT COUNT(Id) n FROM Account")
    assert isinstance(tree.items[0], Aggregate)
    assert tree.items[0].alias == "n"


WORDS = ["SELECT", "FROM", "WHERE", "AND", "OR", "NOT", "IN", "LIKE", "ORDER", "BY", "GROUP", "LIMIT", "NULLS", "LAST"]
WORDS += ["Id", "Name", "COUNT", "(", ")", ",", ".", "=", "!=", "<", "'x'", "null", "true", "5", "2026-01-01", "TODAY"]


@settings(deadline=None)
@given(st.one_of(st.text(), st.lists(st.sampled_from(WORDS)).map(" ".join), st.text(alphabet="'\\%_()=<>: \nab10-TZ+")))
def test_parse_only_ever_refuses(text):
    try:
        parse(text)
    except ApiError as problem:
        assert problem.status == 400  # noqa: PT017  # anything else is an error of the test


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(WORDS), max_size=12).map(
        lambda words: "SELECT Id FROM Account WHERE " + " ".join(words)  # noqa: S608  # generated
    )
)
def test_conditions_only_ever_refuse(text):
    try:
        parse(text)
    except ApiError as problem:
        assert problem.code == "MALFORMED_QUERY"  # noqa: PT017  # as above


@pytest.mark.parametrize(
    ("word", "first", "after"),
    [
        ("TODAY", "2026-11-22", "2026-11-23"),
        ("YESTERDAY", "2026-11-21", "2026-11-22"),
        ("TOMORROW", "2026-11-23", "2026-11-24"),
        ("LAST_N_DAYS:2", "2026-11-20", "2026-11-23"),
        ("NEXT_N_DAYS:2", "2026-11-23", "2026-11-25"),
        ("THIS_WEEK", "2026-11-22", "2026-11-29"),
        ("LAST_MONTH", "2026-10-01", "2026-11-01"),
        ("NEXT_MONTH", "2026-12-01", "2027-01-01"),
        ("THIS_QUARTER", "2026-10-01", "2027-01-01"),
        ("LAST_N_QUARTERS:2", "2026-04-01", "2026-10-01"),
        ("NEXT_N_MONTHS:2", "2026-12-01", "2027-02-01"),
        ("LAST_YEAR", "2025-01-01", "2026-01-01"),
    ],
)
def test_relative_dates(word, first, after):
    assert [day.isoformat() for day in days_of(word, date(2026, 11, 22))] == [first, after]


@settings(deadline=None)
@given(
    st.sampled_from(["DAY", "WEEK", "MONTH", "QUARTER", "YEAR"]),
    st.integers(1, 9_999),
    st.dates(date(1990, 1, 1), date(2090, 1, 1)),
)
def test_ranges_are_ordered(unit, number, today):
    for which in ("LAST", "NEXT"):
        word = f"{which}_N_{unit}S:{number}"
        assert is_range(word)
        first, after = days_of(word, today)
        assert first < after


def names(org, condition):
    rows = run_query(org, f"SELECT Id FROM Opportunity WHERE {condition}", user=org.integration_user).rows  # noqa: S608  # fixed
    return {row["Id"][:15] for row in rows}


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("AccountId != null", {DEAL, OPEN_DEAL}),
        ("Account.Name != 'Acme'", {OPEN_DEAL, SPLIT_DEAL}),
        ("Type NOT IN ('x', null)", set()),
        ("Type IN (null)", {DEAL, OPEN_DEAL, SPLIT_DEAL}),
        ("Amount IN (1054, 99.990)", {DEAL, SPLIT_DEAL}),
        ("Amount = 1.054e3", {DEAL}),
        ("Probability < 11 AND IsClosed = false", {OPEN_DEAL}),
        ("Name LIKE '_cme%'", {DEAL}),
        (r"Name LIKE '\_cme%'", set()),
        ("Name LIKE '%ÜNÏ'", {OPEN_DEAL}),
        ("CloseDate IN (2026-03-01, 2026-11-30)", {DEAL, SPLIT_DEAL}),
        ("CloseDate > TODAY", {OPEN_DEAL, SPLIT_DEAL}),
        ("CloseDate <= THIS_MONTH", {DEAL, SPLIT_DEAL}),
        ("CreatedDate >= TODAY", {OPEN_DEAL, SPLIT_DEAL}),
        ("CreatedDate < LAST_N_DAYS:30", {DEAL}),
        ("NOT NOT IsWon = true", {DEAL}),
        (f"AccountId IN ('001000000000Acm') AND Id = '{DEAL}'", {DEAL}),
        ("Owner.Manager.Name = 'mia manager'", {DEAL, SPLIT_DEAL}),
        ("Term_Months__c = 12", {DEAL}),
    ],
)
def test_conditions(org, condition, expected):
    assert names(org, condition) == expected


@pytest.mark.parametrize(
    ("soql", "code", "message"),
    [
        (
            "SELECT Id FROM Opportunity WHERE CloseDate = '2026-01-01'",
            "INVALID_FIELD",
            "must be of type date and should not be enclosed",
        ),
        (
            "SELECT Id FROM Opportunity WHERE Name = 5",
            "INVALID_FIELD",
            "must be of type string and should be enclosed in quotes",
        ),
        ("SELECT Id FROM Opportunity WHERE CreatedDate = 2026-01-01", "INVALID_FIELD", "must be of type dateTime"),
        ("SELECT Id FROM Opportunity WHERE Description = 'x'", "INVALID_FIELD", "can not be filtered"),
        ("SELECT Id FROM Opportunity ORDER BY Description", "INVALID_FIELD", "can not be sorted"),
        ("SELECT Id FROM Opportunity WHERE AccountId = 'x'", "INVALID_QUERY_FILTER_OPERATOR", "invalid ID field: x"),
        ("SELECT Id FROM Opportunity WHERE Amount LIKE 'x'", "INVALID_FIELD", "must be of type double"),
        ("SELECT Id, id FROM Opportunity", "INVALID_FIELD", "duplicate field selected"),
        ("SELECT Nobody.Name FROM Opportunity", "INVALID_FIELD", "Didn't understand relationship 'Nobody'"),
        (
            "SELECT Name, COUNT(Id) FROM Opportunity GROUP BY StageName",
            "MALFORMED_QUERY",
            "must be grouped or aggregated",
        ),
        ("SELECT SUM(Name) FROM Opportunity", "MALFORMED_QUERY", "does not support aggregate operator SUM"),
        ("SELECT Id x FROM Opportunity", "MALFORMED_QUERY", "unexpected token: 'x'"),
        ("SELECT Id FROM Opportunity WHERE CloseDate IN (TODAY)", "MALFORMED_QUERY", "cannot stand in a list"),
        ("SELECT IsoCode FROM CurrencyType", "INVALID_TYPE", "sObject type 'CurrencyType' is not supported"),
    ],
)
def test_refused_by_meaning(org, soql, code, message):
    with pytest.raises(ApiError) as problem:
        run_query(org, soql, user=org.integration_user)
    assert problem.value.code == code
    assert message in problem.value.message


def test_order_and_nulls(org):
    def order(text):
        rows = run_query(org, f"SELECT Id FROM Opportunity ORDER BY {text}", user=None).rows  # noqa: S608  # fixed
        return [row["Id"][:15] for row in rows]

    assert order("Account.Name") == [SPLIT_DEAL, DEAL, OPEN_DEAL]
    assert order("Account.Name DESC NULLS LAST") == [OPEN_DEAL, DEAL, SPLIT_DEAL]
    assert order("IsClosed DESC, Amount DESC") == [DEAL, OPEN_DEAL, SPLIT_DEAL]


def groups(org, soql):
    return run_query(org, soql, user=None).groups


def test_groups(org):
    assert groups(
        org,
        "SELECT IsClosed, COUNT(Id), SUM(Amount) total, MAX(CloseDate) FROM Opportunity "
        "GROUP BY IsClosed ORDER BY COUNT(Id) DESC",
    )[1] == {"IsClosed": True, "expr0": 1, "total": 1054, "expr1": "2026-03-01"}
    assert groups(org, "SELECT COUNT(AccountId), COUNT_DISTINCT(OwnerId), AVG(Term_Months__c) FROM Opportunity") == [
        {"expr0": 2, "expr1": 2, "expr2": 12}
    ]
    assert groups(org, "SELECT MIN(Amount) FROM Opportunity WHERE Name = 'nobody'") == [{"expr0": None}]
