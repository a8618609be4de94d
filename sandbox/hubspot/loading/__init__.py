"""Makes a portal of a CRM-shaped document."""
