"""Prepaid cards: units handed to the card maker's program, by files or by a command."""
