"""The second factor: enrolled, asked, and its recovery codes shown once."""
