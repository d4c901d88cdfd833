"""Prepaid supply: balances from readings, cards, warnings, work orders."""
