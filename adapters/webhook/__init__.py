"""Webhooks: notices posted to an address, signed."""
