"""The engine: pure functions from a book of deals and rules to owners, credits, lines and postings. No I/O."""
