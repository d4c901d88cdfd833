"""The supplier side: purchase invoices, their check by our own rating, recovery."""
