"""What statements and lines are called in Salesforce. The source tree under `force-app` defines these names."""

from __future__ import annotations

from connectors.pay_records import PayObject, PayRecords

STATEMENT = PayObject(
    name="Commission_Statement__c",
    key="Statement_Key__c",
    fields={
        "owner_id": "OwnerId",
        "currency": "CurrencyIsoCode",
        "payee_id": "Payee__c",
        "period": "Period__c",
        "plan": "Plan__c",
        "status": "Status__c",
        "earned": "Earned__c",
        "payable": "Payable__c",
        "held": "Held__c",
        "paid": "Paid__c",
        "carried_forward": "Carried_Forward__c",
        "attainment": "Attainment__c",
        "quota": "Quota__c",
        "achieved": "Achieved__c",
        "as_of": "As_Of__c",
        "run": "Run__c",
        "summary": "Summary__c",
        "curve": "Curve__c",
        "would_take": "Would_Take__c",
    },
)
"""Owned by the payee, and private. `currency` exists in multi-currency orgs only."""

LINE = PayObject(
    name="Commission_Line__c",
    key="Line_Key__c",
    fields={
        "currency": "CurrencyIsoCode",
        "statement": "Statement__c",
        "deal_id": "Opportunity__c",
        "payee_id": "Payee__c",
        "component": "Component__c",
        "kind": "Kind__c",
        "amount": "Amount__c",
        "dated_on": "Dated_On__c",
        "reason": "Reason__c",
        "why_not_more": "Why_Not_More__c",
        "projected": "Projected__c",
        "next_tier_amount": "Next_Tier_Amount__c",
        "status": "Status__c",
        "as_of": "As_Of__c",
        "run": "Run__c",
    },
)
"""A detail of its statement: it has no owner of its own, and whoever sees the statement sees it.

`statement` is the statement's key.
"""

PAY_RECORDS = PayRecords(STATEMENT, LINE)
