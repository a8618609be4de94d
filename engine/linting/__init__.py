"""Perverse incentives of plans and rules, each proved by deals run through the real stages."""
