"""The charts of a page as picture files for papers and slides."""
