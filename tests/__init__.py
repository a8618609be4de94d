"""Tests at three heights: plan scenarios, unit examples, properties."""
