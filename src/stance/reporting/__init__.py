"""What people read: results put into words and tables, and the forms they are shown in.

A report is made by a pure function from a result to a `Document`; `terminal`
and `markdown` render one.
"""
