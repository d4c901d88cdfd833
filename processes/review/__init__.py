"""Cases of doubtful usage: chosen, shown, decided one by one. I/O: PostgreSQL."""
