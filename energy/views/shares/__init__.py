"""Shares of common meters: keys and bearers as rows, divided usage on reading. I/O: reads."""
