"""From lines to pay: what is taken back, capped together, drawn, released, settled and booked."""
