"""Payments: what is due to whom, and what was paid."""
