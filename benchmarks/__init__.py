"""Benchmarks: ratios against a floor and a peer, measured in one run."""
