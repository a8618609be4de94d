"""Statements and their lines as records in the CRM: what they say, and how they are sent."""
