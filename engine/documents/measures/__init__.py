"""Measures: what a plan adds up, by themselves, across people, and made of one another."""
