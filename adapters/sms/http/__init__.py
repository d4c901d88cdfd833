"""Short messages by a provider's HTTP interface, whose shape a small file tells."""
