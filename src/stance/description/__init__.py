"""Descriptions of a corpus: which words are typical of which part of it."""
