"""Documents: rules of engagement, plans and the company's calendar as validated, frozen objects."""
