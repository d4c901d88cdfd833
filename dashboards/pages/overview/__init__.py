"""The morning overview: tiles, load profile, open alerts, energy flow."""
