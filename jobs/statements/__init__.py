"""What a statement shows, on a page and in files."""
