"""Corrections of issued bills: what waits for a second person, old and new, charge by charge."""
