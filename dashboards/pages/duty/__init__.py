"""Duty: who is there, the roster, leave, the shift log, handover."""
