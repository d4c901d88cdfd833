"""Measures the speed of append, projection, rebuild and fold as ratios in one run. I/O."""
