"""Assured events: what is watched more strictly, staffed, checked and spared while it lasts."""
