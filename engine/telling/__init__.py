"""What is told: sentences, outcomes for the CRM, pictures."""
