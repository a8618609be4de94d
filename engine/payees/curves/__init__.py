"""Payout curves: from where a credit took its window to the line that it earns, with caps, floors and factors."""
