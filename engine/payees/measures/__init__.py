"""Measures: what each credit, payment or result counts for, by itself and together with others."""
