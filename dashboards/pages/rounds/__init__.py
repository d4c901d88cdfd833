"""Patrol rounds: what is due and missed, log sheets, one stop a screen on a phone."""
