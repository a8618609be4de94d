"""Books, plans and rules of engagement by lot: the same seed makes the same ones."""
