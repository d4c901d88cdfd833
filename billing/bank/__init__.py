"""Bank statements: from a file to payments, each entry once."""
