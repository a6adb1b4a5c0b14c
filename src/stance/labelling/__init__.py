"""Batch labelling: bounded memory, resumable runs, a receipt."""
