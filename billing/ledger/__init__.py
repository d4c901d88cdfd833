"""Double-entry books: one entry for each business event, and what is exported of them."""
