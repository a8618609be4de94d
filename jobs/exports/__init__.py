"""Files for other systems: payroll, the general ledger. Each ties to the ledgers to the cent, or is not written."""
