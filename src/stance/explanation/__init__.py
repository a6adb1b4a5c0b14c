"""Explanations of labels: contributions with places in the text as published."""
