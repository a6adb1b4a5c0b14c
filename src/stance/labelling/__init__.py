"""Labelling many articles: bounded, resumable, with a receipt."""
