"""Inspections: what is suspected, what was found on the spot, what is billed in addition."""
