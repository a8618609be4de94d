"""What is asked for: the mapping's fields as far as the org has them, in queries that nothing can inject into."""

from datetime import UTC, datetime
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.canonical import Kind
from connectors.port import NotAllowed, Refused, Skipped, TryAgain
from connectors.salesforce.describe import Described, DescribedField, describe
from connectors.salesforce.soql import Selection, Wanted, between, query, select
from connectors.salesforce.source import SalesforceSource
from engine.model import Severity
from tests.connectors.conftest import DEAL, connect, deals


def described(**types):
    fields = {"Id": "id", "SystemModstamp": "datetime"} | types
    return Described("Opportunity", tuple(DescribedField(name, kind) for name, kind in fields.items()))


def test_a_selection_is_sorted_and_has_the_fields_we_need_to_keep_track():
    wanted = [Wanted("Name", Kind.TEXT, optional=False)]
    found, issues = select(described(Name="string", IsDeleted="boolean", Zulu__c="date"), wanted)

    assert found.fields == ("Id", "IsDeleted", "Name", "SystemModstamp")
    assert issues == ()


def test_a_missing_required_field_names_both_causes_and_the_remedy():
    with pytest.raises(NotAllowed) as caught:
        select(described(), [Wanted("Amount", Kind.AMOUNT, optional=False)])

    assert str(caught.value) == (
        "Opportunity.Amount is in the mapping, but the org does not show it. Either it does not exist (correct the "
        "name in config/mapping/salesforce.yaml, or make it optional), or the integration user lacks field-level "
        "read permission (grant Read on Opportunity.Amount in its permission set)."
    )


def test_a_missing_optional_field_is_a_warning():
    found, (issue,) = select(described(), [Wanted("ACV__c", Kind.AMOUNT, optional=True)])

    assert found.fields == ("Id", "SystemModstamp")
    assert (issue.severity, issue.subject) == (Severity.WARNS, "Opportunity.ACV__c")


@pytest.mark.parametrize(
    ("kind", "org_type"),
    [
        (Kind.AMOUNT, "string"),
        (Kind.DATE, "string"),
        (Kind.BOOL, "picklist"),
        (Kind.TEXT, "address"),
        (Kind.ID, "double"),
    ],
)
def test_a_field_that_changed_its_type_stops_the_object_by_name(kind, org_type):
    with pytest.raises(Refused, match=rf"Opportunity\.X__c is a {org_type} field, but {kind} is needed"):
        select(described(X__c=org_type), [Wanted("X__c", kind, optional=True)])


@settings(deadline=None)
@given(st.text(min_size=1, max_size=30))
def test_only_api_names_reach_a_query(name):
    """Whatever a file says, the text of a query holds nothing but names of letters, digits and underscores."""
    try:
        text = query(Selection("Opportunity", {name: "string"}))
    except Refused:
        return
    assert text.split() == ["SELECT", name, "FROM", "Opportunity"]
    assert name.isascii()
    assert name.replace("_", "a").isalnum()


@pytest.mark.parametrize(
    "name", ["Id FROM User--", "Id,Name", "Id)", "", " Id", "Id\n", "(SELECT Id FROM X)", "Ïd", "COUNT()"]
)
def test_injected_names_are_refused(name):
    with pytest.raises(Refused, match="is not an API name"):
        query(Selection("Opportunity", {name: "string"}))
    with pytest.raises(Refused, match="is not an API name"):
        query(Selection(name, {"Id": "id"}))


def test_a_window_is_half_open():
    since, until = datetime(2026, 11, 22, 5, tzinfo=UTC), datetime(2026, 11, 22, 6, tzinfo=UTC)

    assert between(since, until) == (
        " WHERE SystemModstamp >= 2026-11-22T05:00:00+00:00 AND SystemModstamp < 2026-11-22T06:00:00+00:00"
    )
    assert between(None, None) == ""


# ------------------------------------------------------------------------------- against the org


def test_one_call_describes_everything(connection, org):
    found = describe(connection, ["Opportunity", "Account", "Nothing__c", "DatedConversionRate"])

    assert set(found) == {"Opportunity", "Account"}
    assert len(org.calls) == 1


def test_a_field_hidden_from_the_user_stops_its_object_and_no_other(source, org):
    org.hide_field("Opportunity", "Amount")

    with pytest.raises(NotAllowed, match=r"Opportunity\.Amount"):
        next(source.pages("Opportunity", None))
    assert len(list(source.pages("Account", None))) == 1


def test_a_field_hidden_in_mid_run_is_never_read_as_empty(source, org):
    """The org was described before; the query then fails by the field's name."""
    org.load({"opportunities": deals(250)})
    assert source.objects
    org.hide_field("Opportunity", "Amount")

    with pytest.raises(Refused, match="Amount"):
        next(source.pages("Opportunity", None))


def test_a_new_run_sees_a_new_field(connection, mapping, org):
    def missing():
        return {issue.subject for issue in SalesforceSource(connection, mapping).issues()}

    assert "Opportunity.Prior_Opportunity__c" in missing()
    org.load({"custom_fields": {"Opportunity": [{"name": "Prior_Opportunity__c", "type": "string", "length": 18}]}})

    assert "Opportunity.Prior_Opportunity__c" not in missing()


def test_an_object_that_is_not_there_is_skipped_or_named(source, connection, mapping):
    with pytest.raises(Skipped, match="CurrencyType: this org does not have the object"):
        next(source.pages("CurrencyType", None))
    gone = mapping.objects["accounts"].model_copy(update={"crm_object": "Customer__c"})
    other = mapping.model_copy(update={"objects": {**mapping.objects, "accounts": gone}})
    with pytest.raises(NotAllowed, match=r"Customer__c: the org does not show this object. Grant .* Read"):
        assert SalesforceSource(connection, other).objects


def test_answers_that_do_not_fit_the_description_are_refused(source):
    """A field that vanishes from the answers is never taken for an empty one."""
    shape = source._shape("Opportunity")
    cut = b'{"done":true,"totalSize":1,"records":[{"Id":"006000000000001AAA"}]}'
    with pytest.raises(Refused, match="missing required field"):
        shape.page(cut)


def test_an_object_without_change_stamps_is_read_whole_every_time(connection, mapping, org):
    org.hide_field("OpportunityStage", "SystemModstamp")
    pages = list(SalesforceSource(connection, mapping).pages("OpportunityStage", None))
    again = list(SalesforceSource(connection, mapping).pages("OpportunityStage", pages[-1].cursor))

    assert [len(page.records) for page in pages] == [10]
    assert again == pages


def test_chosen_records_come_without_those_that_are_gone(source, org):
    org.load({"opportunities": deals(3)})
    org.delete("Opportunity", deals(1)[0]["Id"])
    wanted = [DEAL, deals(1)[0]["Id"], deals(2)[1]["Id"], "006000000000Non"]

    (page,) = source.records("Opportunity", wanted)

    assert {record.record_id[:15] for record in page.records} == {DEAL, deals(2)[1]["Id"]}


def test_chosen_records_equal_those_of_a_query(source):
    (queried,) = source.pages("Opportunity", None)
    (chosen,) = source.records("Opportunity", [DEAL])

    assert chosen.records == queried.records


def test_ids_are_those_of_live_records_with_their_stamps(source, org):
    org.load({"opportunities": deals(450)})
    org.delete("Opportunity", DEAL)

    ids = dict(source.ids("Opportunity"))

    assert set(ids) == {row["Id"] for row in org.rows("Opportunity") if not row["IsDeleted"]}
    assert set(ids.values()) == {datetime(2026, 11, 22, 6, tzinfo=UTC)}


def test_a_multi_currency_org_has_its_rates_and_currencies(connection, mapping, org):
    org.load(
        {
            "multi_currency": True,
            "currencies": [
                {"IsoCode": "USD", "ConversionRate": "1", "IsCorporate": True},
                {"IsoCode": "EUR", "ConversionRate": "0.92"},
            ],
            "dated_rates": [{"IsoCode": "EUR", "StartDate": "2026-01-01", "ConversionRate": "0.92"}],
        }
    )
    source = SalesforceSource(connection, mapping)

    assert {"CurrencyType", "DatedConversionRate"} <= set(source.objects)
    bodies = [record.body for page in source.pages("DatedConversionRate", None) for record in page.records]
    assert any(b'"ConversionRate":0.92,' in body for body in bodies)
    assert "Opportunity.CurrencyIsoCode" not in {issue.subject for issue in source.issues()}


def test_the_budget_stops_a_read_between_pages(sleeper, url, mapping, org):
    """What was read keeps its cursor; the rest waits."""
    org.load({"opportunities": deals(450)})
    org.api_limit = 100
    connection = connect(url, sleeper, share=Fraction(3, 100))
    pages = SalesforceSource(connection, mapping).pages("Opportunity", None)

    assert len([next(pages), next(pages)]) == 2
    with pytest.raises(TryAgain, match="our share"):
        next(pages)
