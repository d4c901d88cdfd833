"""Incidents: their list with its clocks, one of them with its story, and what is done with it."""
