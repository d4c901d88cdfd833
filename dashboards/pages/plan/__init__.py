"""Plans: what is planned for a year, and actual beside plan beside last year of one node."""
