"""One revision a file; a released revision is never edited."""
