"""Feature extraction: articles to a matrix of TF-IDF and lexical features."""
