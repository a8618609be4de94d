"""What every contender of a pull asks for: the same fields, condition and order as the connector."""

from __future__ import annotations

FIELDS = (
    "ACV__c",
    "AccountId",
    "Amount",
    "CloseDate",
    "CreatedDate",
    "Id",
    "IsClosed",
    "IsDeleted",
    "IsWon",
    "LeadSource",
    "Name",
    "OwnerId",
    "Prior_Opportunity__c",
    "StageName",
    "Start_Date__c",
    "SystemModstamp",
    "Term_Months__c",
    "Type",
)
SOQL = (
    f"SELECT {', '.join(FIELDS)} FROM Opportunity"
    " WHERE SystemModstamp < 2026-11-20T12:00:01+00:00 ORDER BY SystemModstamp, Id"
)
KEY, SECRET = "sandbox-key", "sandbox-secret"
VERSION = "66.0"
