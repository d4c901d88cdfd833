"""Estimates: methods that give missing usage a value and known totals their shape. Pure."""
