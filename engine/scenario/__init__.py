"""Plan tests: facts, a plan and what must come out of it, run through the real stages."""
