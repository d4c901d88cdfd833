"""The administration: people, sessions, devices, journals, what everybody did."""
