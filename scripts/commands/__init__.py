"""The verbs of `scripts/meterline`: parse, call, print, exit code. No logic."""
