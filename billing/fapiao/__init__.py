"""Fapiao: what the tax platform is asked to issue, and the numbers that come back."""
