"""The money side: tariffs, rating, accounts, bill runs, invoices. Knows no adapter."""
