"""Customers whom payees owned when a window began, and what became of their revenue (DESIGN 5.12)."""
