"""Notices: who was told of what by which gateway, what it cost, by which words."""
