"""Reports: results as text and tables, for a terminal or as Markdown.

A report is a `Document`, which a pure function makes from a result; `terminal`
and `markdown` render it.
"""
