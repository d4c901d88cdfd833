"""Bill runs, invoices, one bill and the proof of each of its charge lines."""
