"""Articles to a matrix: TF-IDF and lexical features."""
