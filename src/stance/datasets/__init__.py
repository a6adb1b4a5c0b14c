"""Public data sets: records, files and rows."""
