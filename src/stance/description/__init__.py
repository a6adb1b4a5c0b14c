"""Descriptions of a corpus by its words: who uses which, in what contexts."""
