"""What a bill counts: intervals, registers read at both ends, or the meter's own band registers."""
