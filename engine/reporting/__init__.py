"""What a sales leader asks of the same data: each number with its definition, exact, and none without its count."""
