"""Electricity meters that speak DL/T 645-2007: frames, identifiers, profiles, client, source."""
