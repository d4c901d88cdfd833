"""What checks find in new readings, hours and days, told to the journal as notes. I/O."""
