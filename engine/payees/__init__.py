"""Payee stages: attain, earn and settle, for whole plan years of a payee.

`windows/` say who was there with which quota, `measures/` what each credit counts for, `attain` where it took the
running total, `curves/` what it earns and `paying/` what becomes of that. `components` takes a plan's components
through these in their order; `attainments` and `readings` are what they and their gates look at.
"""
