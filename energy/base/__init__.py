"""Ground floor: errors, clock, period, units, quality, findings, texts, secrets, configuration."""
