"""Cash desks: shifts, customers served, receipts, the cash-up."""
