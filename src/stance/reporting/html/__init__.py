"""Results as self-contained HTML pages in English or Arabic."""
