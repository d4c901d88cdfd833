"""One person's own sessions."""
