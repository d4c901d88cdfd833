"""Planned outages: who goes dark, the notice, its review, its receipts."""
