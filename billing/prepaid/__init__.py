"""Prepaid supply: cards, balances and the cash desk."""
