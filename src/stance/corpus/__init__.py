"""Articles and where they come from."""
