"""The money side, from usage to books: its rooms are told in README.md. Knows no adapter."""
