"""Shares of common meters, defined from a file, explained by day, paid for by accounts. I/O."""
