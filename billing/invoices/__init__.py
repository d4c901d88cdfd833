"""Drafts, invoices and their numbers."""
