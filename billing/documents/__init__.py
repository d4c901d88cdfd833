"""Documents for people: an invoice as PDF, in English or Chinese."""
