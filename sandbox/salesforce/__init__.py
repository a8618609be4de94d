"""A stateful stand-in Salesforce over HTTP on loopback."""
