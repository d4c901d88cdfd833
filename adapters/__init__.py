"""The world to readings: one folder per kind of source, and the spool they all write to."""
