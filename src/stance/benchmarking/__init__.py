"""Suites of benchmark tasks: run, scored, kept, reported, and held against a baseline."""
