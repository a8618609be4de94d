"""Tests of the stand-in CRM."""
