"""Short messages by CMPP 2.0 and 3.0."""
