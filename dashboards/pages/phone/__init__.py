"""The phone of a technician or of a manager on call: nothing wider than 360 px."""
