"""Tables folded from the books, and what the billing office reads."""
