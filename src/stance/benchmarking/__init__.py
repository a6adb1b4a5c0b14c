"""Benchmark suites: running, scoring, storing results, and comparing with a baseline."""
