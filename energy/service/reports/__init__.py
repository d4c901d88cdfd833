"""Reports of shifts, days and weeks: what they hold, who made, reviewed and sent them, by when."""
