"""Switching orders and permits: told, read back, done. Meterline never switches."""
