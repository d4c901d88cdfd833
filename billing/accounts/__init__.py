"""Who pays for what, from when: accounts, parties, contracts, dated terms, deposits."""
