"""What the billing office does with accounts: who moves in and out, by which readings."""
