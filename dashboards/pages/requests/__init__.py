"""Requests of tenants: their list with both clocks, one with its story, who calls, figures."""
