"""The mapping file: the shipped one is right, and every mistake is named with its line."""

from pathlib import Path

import pytest

from connectors.canonical import COLUMNS, FRAMES, INDISPENSABLE
from connectors.mapping import read_mapping
from connectors.salesforce.rates import COLUMNS as RATE_COLUMNS
from engine import frames
from tests.connectors.conftest import MAPPING_FILE

SHIPPED = (Path(__file__).parents[2] / MAPPING_FILE).read_text(encoding="utf-8")


def line_of(text, part):
    return next(number for number, line in enumerate(text.splitlines(), 1) if part in line)


def changed(old, new):
    assert SHIPPED.count(old) == 1
    return SHIPPED.replace(old, new)


def test_the_shipped_mapping_is_read_without_issues():
    found = read_mapping(SHIPPED, MAPPING_FILE)

    assert found.issues == ()
    assert found.rows.deal_object == "Opportunity"
    assert found.rows.frame_of("OpportunityLineItem") == "deal_lines"
    assert "amount" not in found.rows.write
    assert found.rows.objects["accounts"].fields["segment"].optional


def test_rows_have_the_columns_of_the_frames():
    schemas = {
        "people": frames.People,
        "accounts": frames.Accounts,
        "contracts": frames.Contracts,
        "deals": frames.Deals,
        "deal_lines": frames.DealLines,
        "splits": frames.Splits,
        "team_members": frames.TeamMembers,
    }
    assert {name: tuple(schema.column_names()) for name, schema in schemas.items()} == COLUMNS
    assert tuple(frames.FxRates.column_names()) == RATE_COLUMNS


def test_what_is_indispensable_is_one_of_ours():
    assert all(INDISPENSABLE[frame] <= set(fields) for frame, fields in FRAMES.items())


def test_a_plain_org_needs_no_custom_field():
    plain = """
crm: salesforce
objects:
  people: {from: User, fields: {email: Email, active: IsActive}}
  accounts: {from: Account, fields: {name: Name}}
  deals:
    from: Opportunity
    fields: {account_id: AccountId, owner_id: OwnerId, is_won: IsWon, is_closed: IsClosed, closed_on: CloseDate,
             amount: Amount}
"""
    assert read_mapping(plain, "m.yaml").issues == ()


STATUS = "status: Commission_Status__c"
MISTAKES = [
    ("amount: Amount  ", "amuont: Amount  ", "amuont is not one of our fields. Did you mean amount?"),
    ("  accounts:\n", "  acounts:\n", "acounts is not one of our objects. Did you mean accounts?"),
    (
        "      closed_on: CloseDate",
        "      closed_on: {field: CloseDate, optional: true}",
        "closed_on cannot be optional.",
    ),
    ("    from: Contract\n", "    from: Account\n", "Account is read by another object too. Map each CRM object once."),
    ("Renewal: renewal", "Renewal: renewl", "renewl is not a motion. Did you mean renewal?"),
    (STATUS, "status: Commission Status", "Commission Status is not an API name. Write the API name, such as"),
    (STATUS, "status: LeadSource", "LeadSource is read as an input too. A field is either read or written."),
    (STATUS, "status: Value_Owner__c", "Value_Owner__c is named twice. Give each outcome a field of its own."),
    (STATUS, "state: Commission_Status__c", "state is not a choice here."),
    ("  products:\n", "  products:\n    facts: {f: F__c}\n", "rules do not see this object. Map facts of accounts or"),
    (
        "    from: Contract\n",
        "    from: Contract\n    facts: {f: {field: F__c, is_a: sum}}\n",
        "sum is not a choice here.",
    ),
    ("crm: salesforce", "crm: salesfroce", "salesfroce is not a choice here. Did you mean salesforce?"),
    ("\nobjects:", "\ncrm: salesforce\nobjects:", "the key crm is written twice"),
    ("  deals:\n", "  deals\n", "not YAML"),
    ("name: {field: Name, opt", "name: {field: Name, opzt", "unknown key. Did you mean optional?"),
]


@pytest.mark.parametrize(("old", "new", "words"), MISTAKES)
def test_a_mistake_is_named_with_its_line_and_what_would_be_right(old, new, words):
    text = changed(old, new)
    found = read_mapping(text, MAPPING_FILE)
    first = SHIPPED[: SHIPPED.index(old)].count("\n") + 1

    assert found.rows is None
    about = [issue for issue in found.issues if words in f"{issue.message} {issue.remedy}"]
    assert about, found.issues
    assert {issue.subject for issue in about} & {f"{MAPPING_FILE}:{first + after}" for after in (0, 1)}


def test_a_missing_indispensable_field_is_named_at_its_object():
    (issue,) = read_mapping(changed("      is_won: IsWon\n", ""), MAPPING_FILE).issues

    assert issue.message == "objects.deals.fields.is_won: missing."
    assert issue.remedy == "Map is_won: no rule works without it."
    assert issue.subject == f"{MAPPING_FILE}:{line_of(SHIPPED, '  deals:') + 2}"


def test_all_problems_come_at_once():
    text = changed("      is_won: IsWon\n", "").replace("status: Commission_Status__c", "status: LeadSource")
    messages = [issue.message for issue in read_mapping(text, MAPPING_FILE).issues]

    assert len(messages) == 2
