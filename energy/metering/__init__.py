"""Readings, meters and channels, places, supply, counts to usage: pure, and the aggregates."""
