"""Contingency plans: steps, call tree, review; activations and drills with their log."""
