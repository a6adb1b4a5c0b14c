"""Evaluation: scores, their uncertainty, and the choice of settings."""
