"""Planned outages: who goes dark, who reviews the notice, who was told of which version."""
