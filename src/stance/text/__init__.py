"""Text processing: normalisation, words, sentences and quotations."""
