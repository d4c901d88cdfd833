"""Supply cases: from the application to a supply that is billed, changed, given up."""
