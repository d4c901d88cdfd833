"""The review queue: what waits, and all that is known of one case."""
