"""Money in: what is owed, what was paid, and what happens where it was not."""
