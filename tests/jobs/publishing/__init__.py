"""What the CRM shows of pay."""
