"""What a tenant sees: its own meters, usage, bills and balances."""
