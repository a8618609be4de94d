"""The books: closing and reopening periods, and what a statement shows beside its own lines."""
