"""Public data sets: their records, their files, their rows."""
