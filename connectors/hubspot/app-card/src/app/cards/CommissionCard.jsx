// On a deal: who owns it and why, and the viewer's own commission lines of it. HubSpot's components read the records
// as the signed-in user, so that the card shows what this user may view, and nothing else. It calls no server.
import React from "react";
import { Divider, Flex, Heading, Text, hubspot } from "@hubspot/ui-extensions";
import { CrmAssociationTable, CrmPropertyList } from "@hubspot/ui-extensions/crm";

// The type id of Commission line in your portal: Settings > Data Management > Objects, in the page's address.
const LINES = "2-0000000";

// The names under `write:` of config/mapping/hubspot.yaml.
const DEAL = ["commission_status", "commission_commercial_owner", "commission_reason", "commission_as_of"];
const EARNED = ["component", "amount", "currency", "dated_on", "reason", "why_not_more"];
const EXPECTED = ["component", "amount", "next_tier_amount", "currency"];

function lines(projected) {
  return [
    { property: "status", operator: "EQ", value: "Current" },
    { property: "projected", operator: "EQ", value: projected },
  ];
}

function CommissionCard() {
  return (
    <Flex direction="column" gap="medium">
      <CrmPropertyList properties={DEAL} direction="row" />
      <Divider />
      <Heading>What it pays you</Heading>
      <CrmAssociationTable objectTypeId={LINES} propertyColumns={EARNED} preFilters={lines("false")} pageSize={10} />
      <Heading>What it would pay you</Heading>
      <Text>Expected at today's amount, and at the next tier. Not earned yet.</Text>
      <CrmAssociationTable objectTypeId={LINES} propertyColumns={EXPECTED} preFilters={lines("true")} pageSize={10} />
    </Flex>
  );
}

hubspot.extend(() => <CommissionCard />);
