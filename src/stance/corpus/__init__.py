"""Articles as values, and what a corpus of them needs: keys, dates, duplicates, folds."""
