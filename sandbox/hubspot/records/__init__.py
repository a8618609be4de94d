"""What is in the portal: records, associations, and what follows from them."""
