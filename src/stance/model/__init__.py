"""One fitted thing and its life: configured, trained, stored, read, put to work."""
