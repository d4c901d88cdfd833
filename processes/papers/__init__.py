"""Papers of billing made of what the site knows: letterheads, bills, rounds, mails, fapiao."""
