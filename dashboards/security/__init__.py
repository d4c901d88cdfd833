"""Who may come in and what they may do: gate, sessions, sign-in, limits, headers."""
