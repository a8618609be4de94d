"""The Salesforce connector, on simple-salesforce with a transport that has limits."""
