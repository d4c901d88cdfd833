"""Alerts: rules, crossings and the facts they leave."""
