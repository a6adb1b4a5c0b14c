"""Samples of articles to code by hand, and shares of labels corrected for label error."""
