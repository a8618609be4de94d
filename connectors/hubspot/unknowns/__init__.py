"""What HubSpot does not document, found out by asking the portal at hand."""
