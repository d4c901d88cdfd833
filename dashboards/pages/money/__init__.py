"""Payments and receivables: what is owed by age, what waits for a person, what came in."""
