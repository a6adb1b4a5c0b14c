"""Descriptions of a corpus before any model: words, contexts and names."""
