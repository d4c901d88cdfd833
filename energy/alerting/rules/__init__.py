"""Rules: one small pure file a kind, evaluated live and in the back-test by the same code."""
