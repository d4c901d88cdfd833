"""How long a crossing takes from the meter to the gateway, and what a storm of alerts does."""
