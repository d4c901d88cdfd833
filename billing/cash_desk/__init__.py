"""The cash desk: shifts, money taken with receipts, voids, the cash-up."""
