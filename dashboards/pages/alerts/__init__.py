"""Alerts: what stands, what stood, how often, and one alert's story."""
