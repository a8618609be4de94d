"""Set-up by the settings: with `records: true` everybody whom the people files name can own a statement."""

import csv
from io import StringIO

from tests.jobs.conftest import Company

from .test_commands import run_on


def test_with_records_every_named_payee_may_read_the_own_statement(company: Company) -> None:
    """Once; the next time there is nothing to do, and it can be taken away again."""
    company.edit("tallystick.yaml", lambda text: f"{text}records: true\n")
    steps = company.set_up()

    text = (company.folder / "people" / "enrolments.csv").read_text(encoding="utf-8")
    enrolled = {row["payee"] for row in csv.DictReader(StringIO(text))}
    emails = {row["Id"]: row["Email"] for row in company.org.rows("User") if row["IsActive"]}
    (payee,) = [row["Id"] for row in company.org.rows("PermissionSet") if row["Name"] == "Tallystick_Payee"]
    given = {
        row["AssigneeId"] for row in company.org.rows("PermissionSetAssignment") if row["PermissionSetId"] == payee
    }
    assert enrolled & set(emails.values()) <= {emails[user] for user in given}
    assert steps[-1] == f"assign permission set Tallystick_Payee to {len(given)} payees"
    assert company.set_up() == ()
    answer = run_on(company, "setup", "--remove", "--apply")
    assert answer.exit_code == 0, answer.output
    assert "delete CustomObject Commission_Line__c, Commission_Statement__c" in answer.output
    assert "Commission_Statement__c" not in company.org.schema
