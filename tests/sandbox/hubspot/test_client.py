"""hubspot-api-client 12, unchanged and at its strictest: every answer must fit the models of its package."""

import pytest
from hubspot import HubSpot
from hubspot.crm.deals.exceptions import ApiException, NotFoundException

from .conftest import ACME, DEAL, GLOBEX, MANAGER, OPEN_DEAL, REP, SPLIT_DEAL

PAYOUT = {"name": "commission_payout", "label": "Payout", "type": "number", "fieldType": "number"}


@pytest.fixture
def client(base, portal):
    portal.strict_errors = True
    return HubSpot(access_token="sandbox-token", host=base, base_url=base, retry=False, client_side_validation=True)


def inputs(*ids):
    return {"inputs": [{"id": each} for each in ids]}


def test_deals_are_listed_page_by_page(client):
    api = client.crm.deals.basic_api
    first = api.get_page(limit=2, properties=["amount", "hs_arr", "no_such_property"])
    second = api.get_page(limit=2, after=first.paging.next.after, associations=["companies", "line_items"])

    assert len(first.results) == 2
    assert len(second.results) == 1
    assert second.paging is None
    assert set(first.results[0].properties) == {
        *("amount", "createdate", "hs_arr", "hs_lastmodifieddate", "hs_object_id"),
    }


def test_one_deal_shows_its_history_and_associations(client, of):
    api = client.crm.deals.basic_api
    api.update(of(DEAL), {"properties": {"amount": "2000"}})

    deal = api.get_by_id(of(DEAL), properties_with_history=["amount"], associations=["companies", "line_items"])

    assert [version.value for version in deal.properties_with_history["amount"]] == ["2000", "1054.10"]
    assert [version.source_type for version in deal.properties_with_history["amount"]] == ["INTEGRATION", "IMPORT"]
    kinds = [each.type for each in deal.associations["companies"].results]
    assert kinds == ["deal_to_company", "deal_to_company_unlabeled"]
    assert len(deal.associations["line items"].results) == 1


def test_search_finds_ids_in_a_window(client, of):
    api = client.crm.deals.search_api
    window = [
        {"propertyName": "hs_lastmodifieddate", "operator": "GTE", "value": "1767225600000"},
        {"propertyName": "hs_lastmodifieddate", "operator": "LT", "value": "1798761600000"},
        {"propertyName": "hs_object_id", "operator": "GT", "value": of(OPEN_DEAL)},
    ]

    found = api.do_search(
        {"filterGroups": [{"filters": window}], "sorts": ["hs_object_id"], "properties": ["hs_lastmodifieddate"]}
    )

    assert found.total == 2
    assert sorted(each.id for each in found.results) == [each.id for each in found.results]


def test_a_batch_read_names_what_is_missing(client, of):
    answer = client.crm.deals.batch_api.read({**inputs(of(DEAL), "999"), "properties": ["dealname"]})

    assert [each.id for each in answer.results] == [of(DEAL)]
    assert answer.num_errors == 1
    assert answer.errors[0].context == {"ids": ["999"]}


def test_a_batch_update_may_partly_fail(client, of):
    answer = client.crm.deals.batch_api.update(
        {
            "inputs": [
                {"id": of(DEAL), "objectWriteTraceId": "a", "properties": {"description": "paid"}},
                {"id": of(OPEN_DEAL), "objectWriteTraceId": "b", "properties": {"missing": "1"}},
            ]
        }
    )

    assert [each.id for each in answer.results] == [of(DEAL)]
    assert answer.errors[0].context == {"objectWriteTraceId": ["b"]}
    assert "PROPERTY_DOESNT_EXIST" in answer.errors[0].message


def test_records_are_made_changed_and_archived(client):
    api = client.crm.companies.basic_api
    made = api.create({"properties": {"name": "New"}})
    changed = api.update(made.id, {"properties": {"name": "Newer"}})
    api.archive(made.id)

    assert changed.properties["name"] == "Newer"
    assert api.get_by_id(made.id, archived=True).archived_at is not None
    with pytest.raises(Exception, match="404") as gone:
        api.get_by_id(made.id)
    assert gone.value.status == 404


def test_batches_make_and_archive(client):
    api = client.crm.line_items.batch_api
    made = api.create({"inputs": [{"properties": {"name": "Seat", "price": "10.5", "quantity": "3"}}]})
    api.archive(inputs(made.results[0].id))

    assert made.results[0].properties["amount"] == "31.5"
    assert client.crm.line_items.basic_api.get_page(archived=True).results[0].id == made.results[0].id


def test_upsert_needs_a_unique_property_and_says_what_is_new(client):
    body = {"inputs": [{"id": "ann@example.test", "idProperty": "email", "properties": {"firstname": "Ann"}}]}
    api = client.crm.contacts.batch_api

    assert [api.upsert(body).results[0].new for _ in range(2)] == [True, False]


def test_merged_deals_are_a_new_one(client, of):
    survivor = client.crm.deals.basic_api.merge({"primaryObjectId": of(DEAL), "objectIdToMerge": of(OPEN_DEAL)})

    assert survivor.id not in {of(DEAL), of(OPEN_DEAL)}
    assert client.crm.deals.basic_api.get_by_id(of(OPEN_DEAL)).id == survivor.id
    listed = client.crm.deals.basic_api.get_page(properties=["hs_merged_object_ids"]).results
    assert {each.id for each in listed} == {of(SPLIT_DEAL), survivor.id}
    assert listed[-1].properties["hs_merged_object_ids"] == f"{of(DEAL)};{of(OPEN_DEAL)}"


def test_owners_live_and_left(client, of):
    api = client.crm.owners.owners_api
    live, left = api.get_page(), api.get_page(archived=True)
    first = api.get_page(limit=1)

    assert {owner.email for owner in live.results} == {"rita@example.test", "mia@example.test"}
    assert [owner.user_id for owner in left.results] == [None]
    assert left.results[0].user_id_including_inactive
    assert api.get_by_id(int(of(REP))).teams[0].name == "West"
    assert api.get_page(limit=1, after=first.paging.next.after).results[0].id != first.results[0].id


def test_pipelines_say_which_stage_is_won(client):
    pipelines = client.crm.pipelines.pipelines_api.get_all("deals").results
    won = [stage for pipeline in pipelines for stage in pipeline.stages if stage.metadata["probability"] == "1.0"]

    assert [pipeline.label for pipeline in pipelines] == ["Sales Pipeline", "Renewals"]
    assert {stage.label for stage in won} == {"Closed Won"}


def test_pipelines_and_stages_can_be_changed(client):
    pipelines, stages = client.crm.pipelines.pipelines_api, client.crm.pipelines.pipeline_stages_api
    stage = {"label": "Maybe", "displayOrder": 1, "metadata": {"probability": "0.5"}}
    made = pipelines.create("deals", {"label": "Partners", "displayOrder": 2, "stages": [stage]})
    added = stages.create("deals", made.id, {**stage, "label": "Surely", "metadata": {"probability": "1.0"}})
    changed = stages.update("deals", made.id, added.id, {"label": "Surely!", "metadata": {"isClosed": "true"}})
    stages.archive("deals", made.id, added.id)
    pipelines.update("deals", made.id, {"label": "Friends"})

    assert changed.metadata == {"isClosed": "true", "probability": "1.0"}
    assert pipelines.get_by_id("deals", made.id).label == "Friends"
    assert [each.label for each in stages.get_all("deals", made.id).results] == ["Maybe"]
    pipelines.archive("deals", made.id)
    assert made.id not in {each.id for each in pipelines.get_all("deals").results}


def test_properties_and_groups_are_set_up(client):
    groups, properties = client.crm.properties.groups_api, client.crm.properties.core_api
    groups.create("deals", {"name": "commission", "label": "Commission", "displayOrder": -1})
    made = properties.create("deals", {**PAYOUT, "groupName": "commission", "showCurrencySymbol": True})
    properties.update("deals", made.name, {"label": "Paid out"})

    assert groups.get_by_name("deals", "commission").label == "Commission"
    assert properties.get_by_name("deals", made.name).label == "Paid out"
    assert properties.get_by_name("deals", "hs_is_closed").modification_metadata.read_only_value
    with pytest.raises(Exception, match="PROPERTY_WITH_NAME_EXISTS") as twice:
        properties.create("deals", {**PAYOUT, "groupName": "commission"})
    assert twice.value.status == 409


def test_properties_by_the_batch(client):
    api = client.crm.properties.batch_api
    more = [{**PAYOUT, "name": f"payout_{place}", "groupName": "dealinformation"} for place in range(2)]
    api.create("deals", {"inputs": more})
    read = api.read("deals", {"inputs": [{"name": "payout_0"}, {"name": "nope"}], "archived": False})
    api.archive("deals", {"inputs": [{"name": "payout_0"}]})

    assert [each.name for each in read.results] == ["payout_0"]
    assert read.num_errors == 1
    archived = client.crm.properties.core_api.get_all("deals", archived=True).results
    assert [each.name for each in archived] == ["payout_0"]


def test_associations_are_read_by_the_batch(client, of):
    answer = client.crm.associations.v4.batch_api.get_page("deals", "companies", inputs(of(DEAL), of(SPLIT_DEAL)))

    (result,) = answer.results
    assert result._from.id == of(DEAL)
    assert str(result.to[0].to_object_id) == of(ACME)
    assert [each.type_id for each in result.to[0].association_types] == [5, 341]
    assert answer.errors[0].sub_category == "crm.associations.NO_ASSOCIATIONS_FOUND"


def test_associations_are_made_and_unmade(client, of):
    api = client.crm.associations.v4
    api.basic_api.create_default("deals", of(SPLIT_DEAL), "companies", of(GLOBEX))
    primary = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 5}
    pair = {"from": {"id": of(SPLIT_DEAL)}, "to": {"id": of(ACME)}}
    made = api.batch_api.create("deals", "companies", {"inputs": [{**pair, "types": [primary]}]})
    linked = api.basic_api.get_page("deals", of(SPLIT_DEAL), "companies").results
    api.batch_api.archive("deals", "companies", {"inputs": [{**pair, "to": [pair["to"]]}]})

    assert made.results[0].labels == ["Primary"]
    assert {str(each.to_object_id) for each in linked} == {of(ACME), of(GLOBEX)}
    left = api.basic_api.get_page("deals", of(SPLIT_DEAL), "companies").results
    assert [str(each.to_object_id) for each in left] == [of(GLOBEX)]


def test_a_custom_object_holds_payouts(client, of):
    schema = client.crm.schemas.core_api.create(
        {
            "name": "commission_payout",
            "labels": {"singular": "Commission payout", "plural": "Commission payouts"},
            "primaryDisplayProperty": "payout_key",
            "requiredProperties": ["payout_key"],
            "searchableProperties": ["payout_key"],
            "properties": [
                {
                    "name": "payout_key",
                    "label": "Key",
                    "type": "string",
                    "fieldType": "text",
                    "hasUniqueValue": True,
                }
            ],
            "associatedObjects": ["DEAL"],
        }
    )
    kind = schema.object_type_id
    body = {"inputs": [{"id": "p|1", "idProperty": "payout_key", "properties": {"payout_key": "p|1"}}]}
    made = [client.crm.objects.batch_api.upsert(kind, body).results[0] for _ in range(2)]
    pair = {"from": {"id": made[0].id}, "to": {"id": of(DEAL)}}
    client.crm.associations.v4.batch_api.create_default(kind, "deals", {"inputs": [pair]})

    assert [each.new for each in made] == [True, False]
    assert {each.name for each in client.crm.schemas.core_api.get_all().results} == {"contract", "commission_payout"}
    linked = client.crm.associations.v4.basic_api.get_page(kind, made[0].id, "0-3").results
    assert [str(each.to_object_id) for each in linked] == [of(DEAL)]


def test_deal_splits_are_read_and_replaced(client, of):
    api = client.crm.objects.deal_splits.batch_api
    split = api.read(inputs(of(SPLIT_DEAL)))
    halves = [{"ownerId": int(of(owner)), "percentage": 0.5} for owner in (REP, MANAGER)]
    upserted = api.upsert({"inputs": [{"id": int(of(SPLIT_DEAL)), "splits": halves}]})

    assert [each.properties["hs_deal_split_percentage"] for each in split.results[0].splits] == ["0.6667", "0.3333"]
    assert [each.properties["hs_deal_split_percentage"] for each in upserted.results[0].splits] == ["0.5", "0.5"]


def test_goals_notes_teams_and_users(client, of):
    goal = client.crm.objects.goals.basic_api.get_page(properties=["hs_target_amount"]).results[0]
    note = client.crm.objects.notes.basic_api.create(
        {
            "properties": {"hs_timestamp": "2026-11-22T05:00:00Z", "hs_note_body": "Commission approved"},
            "associations": [
                {
                    "to": {"id": of(DEAL)},
                    "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 214}],
                }
            ],
        }
    )

    assert goal.properties["hs_target_amount"] == "50000.00"
    linked = client.crm.associations.v4.basic_api.get_page("notes", note.id, "deals").results
    assert [str(each.to_object_id) for each in linked] == [of(DEAL)]
    assert [team.name for team in client.settings.users.teams_api.get_all().results] == ["West"]
    assert len(client.settings.users.users_api.get_page().results) == 2


def test_oauth_gives_tokens_that_end(client, clock, base):
    granted = client.oauth.tokens_api.create(
        grant_type="refresh_token",
        refresh_token="sandbox-refresh",
        client_id="sandbox-client",
        client_secret="sandbox-secret",
    )
    api = HubSpot(access_token=granted.access_token, host=base, retry=False).crm.deals.basic_api
    api.get_page(limit=1)
    clock.advance(seconds=granted.expires_in)

    with pytest.raises(ApiException) as expired:
        api.get_page(limit=1)
    assert expired.value.status == 401


def test_what_is_not_there_is_not_found(client):
    with pytest.raises(NotFoundException):
        client.crm.deals.basic_api.get_by_id("1")


def test_raw_requests_reach_dated_addresses(client):
    answer = client.api_request({"path": "/crm/objects/2026-09/deals", "qs": {"limit": 1}})

    assert len(answer.json()["results"]) == 1
