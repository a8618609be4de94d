"""The store: mirror, canonical records, results, ledger and write-back state in one SQL database."""
