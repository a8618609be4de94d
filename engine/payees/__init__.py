"""Payee stages: attain, earn and settle, for whole plan years of a payee."""
