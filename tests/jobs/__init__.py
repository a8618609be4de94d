"""Tests of what the worker does, over real HTTP to the sandbox and a real database."""
