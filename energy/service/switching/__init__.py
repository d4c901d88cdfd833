"""Switching orders: templates, two approvals, step by step, permits. Meterline never switches."""
