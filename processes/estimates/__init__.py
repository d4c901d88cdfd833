"""Estimates of missing usage: their ground, the readings to state, the record. I/O."""
