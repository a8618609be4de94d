"""The composition root: commands, settings, wiring."""
