"""Other ways to write the same API, to see what they cost."""
