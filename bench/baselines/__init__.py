"""How many false alarms the performance baselines raise, and what they find: docs/baselines.md."""
