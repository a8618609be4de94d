"""What the org holds, how it is changed and loaded."""
