"""Notices: who is told of an alert, by which way, until somebody acknowledges."""
