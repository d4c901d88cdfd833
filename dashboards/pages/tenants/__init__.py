"""Tenants: who owes what, and of one all that is used, billed, agreed and paid."""
