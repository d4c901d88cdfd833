"""What a computed quantity rests on, down to the registers."""
