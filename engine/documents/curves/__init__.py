"""Payout curves: brackets, points, caps, matrices and factors, and what is wrong with their rows."""
