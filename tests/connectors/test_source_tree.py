"""The source tree: every file fits Salesforce's own schema, and the names that colleagues build on are in it."""

import re
from pathlib import Path

import pytest
import simple_salesforce
from lxml import etree

from connectors.pay_records import LINE_STATUSES, STATEMENT_STATUSES
from connectors.salesforce.archive import members
from connectors.salesforce.pay_records import LINE, PAY_RECORDS, STATEMENT
from connectors.salesforce.source_tree import META, TREE, package_files, parsed, tag

WSDL = Path(simple_salesforce.__file__).with_name("metadata.wsdl")
XSD = "{http://www.w3.org/2001/XMLSchema}"
FILES = sorted(path for path in TREE.rglob(f"*{META}") if "lwc" not in path.parts)
BY_SALESFORCE = {"OwnerId", "CurrencyIsoCode"}


@pytest.fixture(scope="module")
def schema():
    """The metadata types of the bundled WSDL, with a root element for each."""
    found = etree.fromstring(etree.tostring(etree.parse(WSDL).find(f".//{XSD}schema")))
    for kind in {etree.QName(etree.parse(path).getroot()).localname for path in FILES}:
        etree.SubElement(found, f"{XSD}element", name=kind, type=f"tns:{kind}")
    return etree.XMLSchema(found)


def test_every_file_fits_the_schema_of_the_metadata_api(schema):
    problems = {}
    for path in FILES:
        if not schema.validate(etree.parse(path)):
            problems[path.name] = str(schema.error_log.last_error)
    assert problems == {}
    assert len(FILES) > 50


@pytest.mark.parametrize("pay", PAY_RECORDS.objects, ids=lambda each: each.name)
def test_the_names_that_are_written_are_the_fields_that_are_deployed(pay):
    root = parsed(package_files()[f"objects/{pay.name}.object"])
    deployed = {field.findtext(tag("fullName")): field for field in root.iterfind(tag("fields"))}

    assert set(deployed) == pay.allowed - BY_SALESFORCE | {pay.key}
    key = {
        name: deployed[pay.key].findtext(tag(name)) for name in ("externalId", "unique", "caseSensitive", "required")
    }
    assert set(key.values()) == {"true"}


def test_statements_are_private_and_lines_follow_them():
    files = package_files()
    sharing = [parsed(files[f"objects/{pay.name}.object"]).findtext(tag("sharingModel")) for pay in PAY_RECORDS.objects]

    assert sharing == ["Private", "ControlledByParent"]
    assert "LoggedInUser" in files["dashboards/Commissions/Commissions.dashboard"]
    assert "runningUser" not in files["dashboards/Commissions/Commissions.dashboard"]


@pytest.mark.parametrize(("pay", "statuses"), [(STATEMENT, STATEMENT_STATUSES), (LINE, LINE_STATUSES)])
def test_the_statuses_are_those_that_are_written(pay, statuses):
    text = package_files()[f"objects/{pay.name}.object"]
    values = parsed(text).iterfind(f"{tag('fields')}/{tag('valueSet')}/{tag('valueSetDefinition')}/{tag('value')}")
    assert tuple(value.findtext(tag("fullName")) for value in values) == statuses


def test_no_estimate_counts_in_a_report_of_pay():
    text = package_files()["reports/Commissions/Pay_by_Deal.report"]
    assert re.search(r"Projected__c</column>.*?<value>0</value>", text, re.DOTALL)


def test_the_manifest_names_every_component():
    named = members(package_files())

    assert ("CustomObject", STATEMENT.name) in named
    assert ("Report", "Commissions") in named
    assert ("Report", "Commissions/Payouts_by_Payee") in named
    assert ("Layout", f"{LINE.name}-Commission Line Layout") in named
    assert ("LightningComponentBundle", "commissionStatement") in named


def test_components_of_the_page_come_whole_and_without_their_tests():
    bundles = {path.name for path in (TREE / "lwc").iterdir()}
    files = package_files()

    assert {f"lwc/{name}/{name}.js{META}" for name in bundles} <= set(files)
    assert not [path for path in files if "__tests__" in path or path.endswith(".json")]
    shown = [name for name in bundles if "<isExposed>true" in files[f"lwc/{name}/{name}.js{META}"]]
    assert shown == ["commissionStatement"]


def test_the_component_reads_fields_that_are_deployed_and_readable_by_payees():
    text = package_files()["lwc/commissionRecords/commissionRecords.js"]
    ours = {pay.key for pay in PAY_RECORDS.objects}.union(*(pay.allowed for pay in PAY_RECORDS.objects))
    read = set(re.findall(r"(\w+__c)\b", text)) - {pay.name for pay in PAY_RECORDS.objects}

    assert read <= ours
    assert len(read) > 20
