"""Patrol rounds: what is walked and read at which hours, and the log of what was read."""
