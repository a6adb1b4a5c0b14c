"""TOML files that people write: every error by file, line and key, in plain words."""
